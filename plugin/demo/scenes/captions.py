"""Captions as people write them: of varied words, order and length, and true of their scene."""

from collections.abc import Mapping
from dataclasses import dataclass

from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.scenes import chinese, english
from diptych.plugin.demo.scenes.sayings import Saying
from diptych.plugin.demo.scenes.subjects import Scene
from diptych.plugin.demo.scenes.words import WIDE

LANGUAGES = ("en", "zh")
#: How often a caption says its subject and nothing else.
_WIDE_SHARE = 0.12
#: How often each attribute is said; those that tell what is shown more often than the rest.
_SAID_SHARES = {"kind": 0.95, "sport": 0.92, "activity": 0.92, "action": 0.75, "place": 0.75}
_USUAL_SHARE = 0.55
_SENTENCES = {"en": english.SENTENCES, "zh": chinese.SENTENCES}


@dataclass(frozen=True, slots=True)
class Caption:
    """Words, and all that they say of their scene: its `subject` and some of its facts."""

    text: str
    said: Mapping[str, str]


def caption(scene: Scene, *, language: str, dice: Dice) -> str:
    """A caption in "en" or "zh"."""
    return said_caption(scene, language=language, dice=dice).text


def said_caption(scene: Scene, *, language: str, dice: Dice) -> Caption:
    """A caption in "en" or "zh", with what it says."""
    if dice.random() < _WIDE_SHARE:
        return wide_caption(scene.subject, language=language, dice=dice)
    facts = {
        name: value
        for name, value in _shown(scene).items()
        if dice.random() < _SAID_SHARES.get(name, _USUAL_SHARE)
    }
    if scene.subject == "holiday" and "activity" not in facts:
        facts.pop("colour", None)
    return caption_saying(scene.subject, facts, language=language, dice=dice)


def caption_saying(subject: str, facts: Mapping[str, str], *, language: str, dice: Dice) -> Caption:
    """A caption that says exactly these facts, or a wide one where there are none."""
    if not facts:
        return wide_caption(subject, language=language, dice=dice)
    text = _SENTENCES[language][subject](Saying(facts, language, dice))
    return Caption(text, {"subject": subject, **facts})


def wide_caption(subject: str, *, language: str, dice: Dice) -> Caption:
    """A caption of the subject alone."""
    term = WIDE[subject]
    names = term.en if language == "en" else term.zh
    return Caption(pick(dice, names), {"subject": subject})


def _shown(scene: Scene) -> dict[str, str]:
    """The facts that the picture shows: neither a hall nor the deep sea shows the time."""
    is_hidden = "basketball" in scene.facts.values() or "diving" in scene.facts.values()
    return {name: v for name, v in scene.facts.items() if name != "time" or not is_hidden}
