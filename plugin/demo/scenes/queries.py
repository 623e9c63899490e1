"""The scenes' judged queries: by words, picture, picture and words, and like one but not so."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from diptych.plugin.demo.judging import JudgedQueries, JudgedQuery, judge_queries
from diptych.plugin.demo.looks import Dice, shuffled
from diptych.plugin.demo.scenes.captions import LANGUAGES, caption_saying, said_caption
from diptych.plugin.demo.scenes.collection import SceneRecord
from diptych.plugin.demo.scenes.pictures import ScenePicture
from diptych.plugin.demo.scenes.subjects import Scene, random_scene
from diptych.plugin.demo.scenes.words import TERMS

QUERY_IMAGES = "queries"
#: Of each form; a query that nothing answers fully is left out.
_N_OF_A_FORM = 60
#: What makes two scenes alike: the subject, and the first of its facts.
_N_ALIKE = 2


def make_scene_queries(
    records: Sequence[SceneRecord], *, seed: int = 7
) -> JudgedQueries[ScenePicture]:
    """The same for the same scenes and seed; draws nothing."""
    dice = np.random.default_rng((seed, len(records), 3))
    seen = list(islice(_by_picture(records, dice), _N_OF_A_FORM))
    seen += islice(_by_picture_and_words(records, dice), _N_OF_A_FORM)
    worded = islice(_by_words(records, dice), 2 * _N_OF_A_FORM)
    negative = islice(_negative(records, dice), _N_OF_A_FORM)
    truth = {record.id: record.facts for record in records}
    return judge_queries(worded, seen, negative, truth)


def _by_words(records: Sequence[SceneRecord], dice: Dice) -> Iterator[JudgedQuery]:
    """The same facts in English and in Chinese."""
    for number, record in enumerate(shuffled(dice, records), start=1):
        said = said_caption(record.scene, language="en", dice=dice).said
        facts = {name: value for name, value in said.items() if name != "subject"}
        for language in LANGUAGES:
            text = caption_saying(record.scene.subject, facts, language=language, dice=dice).text
            yield JudgedQuery(f"{language}-{number:03d}", said, text=text)


def _by_picture(
    records: Sequence[SceneRecord], dice: Dice
) -> Iterator[tuple[JudgedQuery, ScenePicture]]:
    for number, record in enumerate(shuffled(dice, records), start=1):
        name = f"photo-{number:03d}"
        photo = _picture(name, record.scene, dice)
        yield JudgedQuery(name, _alike(record.scene), image=photo.path), photo


def _by_picture_and_words(
    records: Sequence[SceneRecord], dice: Dice
) -> Iterator[tuple[JudgedQuery, ScenePicture]]:
    """A scene with another value of a fact that makes it alike, and its own value in words."""
    for number, record in enumerate(shuffled(dice, records), start=1):
        name, wanted = list(record.scene.facts.items())[:_N_ALIKE][-1]
        fixed = {key: value for key, value in record.scene.facts.items() if key != name}
        other = random_scene(dice, subject=record.scene.subject, **fixed)
        if other.facts[name] == wanted:
            continue
        photo = _picture(f"photo-text-{number:03d}", other, dice)
        text = _word(name, wanted, LANGUAGES[number % 2])
        asked = _alike(record.scene)
        yield JudgedQuery(f"photo-text-{number:03d}", asked, text=text, image=photo.path), photo


def _negative(records: Sequence[SceneRecord], dice: Dice) -> Iterator[JudgedQuery]:
    """Like a scene, without the second of its facts."""
    for number, record in enumerate(shuffled(dice, records), start=1):
        name, avoided = list(record.scene.facts.items())[1]
        asked = {key: value for key, value in _alike(record.scene).items() if key != name}
        yield JudgedQuery(
            f"not-{number:03d}",
            asked,
            like=record.id,
            not_text=_word(name, avoided, LANGUAGES[number % 2]),
            avoided={name: avoided},
        )


def _alike(scene: Scene) -> dict[str, str]:
    return {"subject": scene.subject, **dict(list(scene.facts.items())[:_N_ALIKE])}


def _word(name: str, value: str, language: str) -> str:
    term = TERMS[name][value]
    return (term.en if language == "en" else term.zh)[0]


def _picture(name: str, scene: Scene, dice: Dice) -> ScenePicture:
    return ScenePicture(f"{QUERY_IMAGES}/{name}.jpg", scene, int(dice.integers(2**31)))
