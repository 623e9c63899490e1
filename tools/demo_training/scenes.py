"""Scenes as training and evaluation data, where the package can paint them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final, Protocol

import numpy as np
from PIL import Image

from demo_training.concepts import Concept
from demo_training.facts import THING, Caption, Subject
from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.vocabulary import Term

_PACKAGE: Final = "diptych.plugin.demo.scenes"
#: Before a subject's name, because a painted chair is another thing than a chair for sale.
_PREFIX: Final = "scene of "
_SUBJECT: Final = "subject"


class Scene(Protocol):
    """What a scene shows."""

    @property
    def subject(self) -> str:
        """One of a few."""
        ...

    @property
    def facts(self) -> Mapping[str, str]:
        """From attribute to value."""
        ...


class _Said(Protocol):
    """A caption of the package's: its words, and what they say, the subject among it."""

    @property
    def text(self) -> str: ...

    @property
    def said(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class PaintedScene:
    """A picture to paint: the same each time."""

    scene: Scene
    seed: int

    def picture(self, side_px: int) -> Image.Image:
        """The square RGB picture."""
        paint: Callable[..., Image.Image] = _part("painting").draw_scene
        return paint(self.scene, seed=self.seed, size=side_px)

    @property
    def subject(self) -> Subject:
        """What it shows."""
        return Subject({THING: _PREFIX + self.scene.subject, **self.scene.facts})

    def caption(self, *, language: str, dice: Dice) -> Caption:
        """The package's words for it, and its subject with the facts that they say."""
        say: Callable[..., _Said] = _part("captions").said_caption
        caption = say(self.scene, language=language, dice=dice)
        facts = {name: value for name, value in caption.said.items() if name != _SUBJECT}
        return Caption(caption.text, {**facts, THING: _PREFIX + self.scene.subject})


def has_scenes() -> bool:
    """Whether the package can paint scenes at all."""
    return find_spec(_PACKAGE) is not None


def training_scenes(n: int, *, seed: int) -> list[PaintedScene]:
    """`n` scenes that are not held out; none where there are no scenes."""
    return _scenes(n, held_out=False, seed=seed)


def held_out_scenes(n: int, *, seed: int) -> list[PaintedScene]:
    """`n` scenes that no training has seen; none where there are no scenes."""
    return _scenes(n, held_out=True, seed=seed)


def scene_concepts(leaves: frozenset[str]) -> list[Concept]:
    """One concept for each subject of scenes among `leaves`; captions name it in their own way."""
    scenes = sorted(leaf for leaf in leaves if leaf.startswith(_PREFIX))
    return [Concept(leaf, Term((), ()), frozenset({leaf})) for leaf in scenes]


def _scenes(n: int, *, held_out: bool, seed: int) -> list[PaintedScene]:
    if not has_scenes():
        return []
    dice, subjects = np.random.default_rng(seed), _part("subjects")
    draw: Callable[..., Scene] = subjects.random_scene
    is_held_out: Callable[[Scene], bool] = subjects.is_held_out
    found: list[PaintedScene] = []
    while len(found) < n:
        scene = draw(dice)
        if is_held_out(scene) is held_out:
            found.append(PaintedScene(scene, int(dice.integers(2**31))))
    return found


def _part(name: str) -> ModuleType:
    """A module of the scenes, imported when it is first needed."""
    return import_module(f"{_PACKAGE}.{name}")
