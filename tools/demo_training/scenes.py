"""Scenes as training and evaluation data."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from demo_training.concepts import Concept
from demo_training.facts import THING, Caption, Subject
from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.captions import said_caption
from diptych.plugin.demo.scenes.painting import draw_scene
from diptych.plugin.demo.scenes.subjects import Scene, is_held_out, random_scene
from diptych.plugin.demo.vocabulary import Term

#: Before a subject's name, because a painted chair is another thing than a chair for sale.
_PREFIX: Final = "scene of "


@dataclass(frozen=True, slots=True)
class PaintedScene:
    """A picture to paint: the same each time."""

    scene: Scene
    seed: int

    def picture(self, side_px: int) -> Image.Image:
        """The square RGB picture."""
        return draw_scene(self.scene, seed=self.seed, size=side_px)

    @property
    def subject(self) -> Subject:
        """What it shows."""
        return Subject({THING: _PREFIX + self.scene.subject, **self.scene.facts})

    def caption(self, *, language: str, dice: Dice) -> Caption:
        """The package's words for it, and its subject with the facts that they say."""
        said = said_caption(self.scene, language=language, dice=dice)
        facts = {name: value for name, value in said.said.items() if name != "subject"}
        return Caption(said.text, {**facts, THING: _PREFIX + self.scene.subject})


def training_scenes(n: int, *, seed: int) -> list[PaintedScene]:
    """`n` scenes that are not held out."""
    return _scenes(n, held_out=False, seed=seed)


def held_out_scenes(n: int, *, seed: int) -> list[PaintedScene]:
    """`n` scenes that no training has seen."""
    return _scenes(n, held_out=True, seed=seed)


def scene_concepts(leaves: frozenset[str]) -> list[Concept]:
    """One concept for each subject of scenes among `leaves`; captions name it in their own way."""
    scenes = sorted(leaf for leaf in leaves if leaf.startswith(_PREFIX))
    return [Concept(leaf, Term((), ()), frozenset({leaf})) for leaf in scenes]


def _scenes(n: int, *, held_out: bool, seed: int) -> list[PaintedScene]:
    dice = np.random.default_rng(seed)
    found: list[PaintedScene] = []
    while len(found) < n:
        scene = random_scene(dice)
        if is_held_out(scene) is held_out:
            found.append(PaintedScene(scene, int(dice.integers(2**31))))
    return found
