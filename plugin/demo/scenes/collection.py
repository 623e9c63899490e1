"""The scenes as a collection: records as `diptych ingest` reads them, pictures, the truth.

The words of a third of them say no more than the subject: only their pictures tell the rest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diptych.plugin.demo.catalogue import TRUTH_NAME
from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.captions import Caption, caption_saying, said_caption, wide_caption
from diptych.plugin.demo.scenes.painting import draw_scene
from diptych.plugin.demo.scenes.selection import select
from diptych.plugin.demo.scenes.subjects import Scene
from diptych.plugin.demo.written_folder import OnProgress, draw_all, write_lines, write_once

RECORDS_NAME = "scenes.ndjson"
_STAMP_NAME = "scenes.json"
#: Raised with every change to what a collection of the same size and seed contains.
_VERSION = 1
_IMAGES = f"images/v{_VERSION}"
_JPEG_QUALITY = 90
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
        return f"{_IMAGES}/{self.id}.jpg"

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
    def truth(self) -> dict[str, str | list[str]]:
        """All that is true of it, for judging answers; never ingested."""
        known = {"id": self.id, "subject": self.scene.subject, **self.scene.facts}
        return {**known, "only_in_picture": sorted(self.unsaid)}


def make_scenes(*, n: int = 400, seed: int = 7) -> list[SceneRecord]:
    """`n` scenes with their words, the same for the same seed; draws nothing."""
    scenes = select(n, np.random.default_rng(seed))
    return [_described(i, scene, seed=seed) for i, scene in enumerate(scenes, start=1)]


def write_scenes(
    folder: Path, *, n: int = 400, seed: int = 7, on_progress: OnProgress | None = None
) -> Path:
    """The path of the records of a collection in `folder`, drawn unless it is already there.

    Raises:
        CatalogError: the folder cannot be written.
    """

    def write() -> None:
        _write(folder, make_scenes(n=n, seed=seed), on_progress)

    write_once(folder, _STAMP_NAME, {"version": _VERSION, "n": n, "seed": seed}, write)
    return folder / RECORDS_NAME


def _described(number: int, scene: Scene, *, seed: int) -> SceneRecord:
    dice = np.random.default_rng((seed, number))
    languages = _LANGUAGES[int(dice.integers(len(_LANGUAGES)))]
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


def _write(folder: Path, records: list[SceneRecord], on_progress: OnProgress | None) -> None:
    """Records last: a folder without them was left half drawn."""

    def draw_one(record: SceneRecord) -> None:
        picture = draw_scene(record.scene, seed=record.image_seed)
        picture.save(folder / record.image, "JPEG", quality=_JPEG_QUALITY)

    (folder / _IMAGES).mkdir(parents=True, exist_ok=True)
    draw_all(records, draw_one, on_progress)
    write_lines(folder / TRUTH_NAME, (record.truth for record in records))
    write_lines(folder / RECORDS_NAME, (record.record for record in records))
