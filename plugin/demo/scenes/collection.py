"""The scenes of the second collection: records as `diptych ingest` reads them, and the truth.

The words of a third of them say no more than the subject: only their pictures tell the rest.
"""

from dataclasses import dataclass

import numpy as np

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes.captions import Caption, caption_saying, said_caption, wide_caption
from diptych.plugin.demo.scenes.pictures import IMAGES, ScenePicture
from diptych.plugin.demo.scenes.selection import select
from diptych.plugin.demo.scenes.subjects import Scene

_WIDE_SHARE = 1 / 3
_LANGUAGES = (("en",),) * 9 + (("zh",),) * 9 + (("zh", "en"),) * 2


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """One scene of the collection: what it shows, and what its words say of that."""

    id: str
    scene: Scene
    title: str
    description: str
    unsaid: frozenset[str]
    image_seed: int

    @property
    def image(self) -> str:
        """The picture's path, relative to the collection's folder."""
        return self.picture.path

    @property
    def picture(self) -> ScenePicture:
        """What is drawn for it."""
        return ScenePicture(f"{IMAGES}/{self.id}.jpg", self.scene, self.image_seed)

    @property
    def record(self) -> dict[str, str]:
        """What is ingested."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "category": self.scene.subject,
            "image": self.image,
        }

    @property
    def facts(self) -> dict[str, str]:
        """All that is true of it, for judging answers; never ingested."""
        return {"subject": self.scene.subject, **self.scene.facts}


def make_scenes(*, n: int = 400, seed: int = 7) -> list[SceneRecord]:
    """`n` scenes with their words, the same for the same seed; draws nothing."""
    scenes = select(n, np.random.default_rng(seed))
    return [_described(i, scene, seed=seed) for i, scene in enumerate(scenes, start=1)]


def _described(number: int, scene: Scene, *, seed: int) -> SceneRecord:
    dice = np.random.default_rng((seed, number))
    languages = pick(dice, _LANGUAGES)
    first = _first_caption(scene, languages[0], dice)
    said = {name: value for name, value in first.said.items() if name != "subject"}
    more = [
        caption_saying(scene.subject, said, language=language, dice=dice).text
        for language in (*languages[1:], *languages)
    ]
    title = [_capitalised(text) for text in (first.text, *more[: len(languages) - 1])]
    description = [_as_sentence(text) for text in more[len(languages) - 1 :]]
    return SceneRecord(
        id=f"s{number:04d}",
        scene=scene,
        title=" ".join(title),
        description=" ".join(description),
        unsaid=frozenset(scene.facts) - set(said),
        image_seed=int(dice.integers(2**31)),
    )


def _first_caption(scene: Scene, language: str, dice: Dice) -> Caption:
    if dice.random() < _WIDE_SHARE:
        return wide_caption(scene.subject, language=language, dice=dice)
    return said_caption(scene, language=language, dice=dice)


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def _as_sentence(text: str) -> str:
    return _capitalised(text) + ("." if text.isascii() else "。")
