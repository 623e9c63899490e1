"""Captions of pictures as shoppers and shops would write them, with what each of them says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from demo_training.concepts import Concept
from demo_training.facts import THING, Caption, Subject
from diptych.plugin.demo.looks import Dice, pick
from diptych.plugin.demo.vocabulary import Term

LANGUAGES: Final = ("en", "zh")
#: How often an axis that has a name is said; others are said every third time.
_SAID_SHARES = MappingProxyType({"colour": 0.75, "pattern": 0.65, "length": 0.5, "sleeve": 0.5})
_OTHER_SHARE = 0.33
#: Nobody says "plain" of most plain things.
_PLAIN_SHARE = 0.3
_THING_SHARE = 0.95
_OWN_CONCEPT_SHARE = 0.85
_NOISE_SHARE = 0.15
_BRAND_SHARE = 0.06
_WITHOUT_THING = {"en": ("", "something", "item", "thing"), "zh": ("", "东西", "商品")}
_ARTICLES = ("a", "the", "photo of a", "picture of a", "i want a", "show me")
_FILLER = {
    "en": (
        *("for women", "for men", "new", "size m", "premium", "classic", "cheap", "nice", "kids"),
        *("summer", "winter", "best seller", "with free shipping", "gift", "online", "casual"),
    ),
    "zh": ("女士", "男士", "新款", "夏季", "秋冬", "正品", "包邮", "时尚", "简约", "百搭", "儿童"),
}
_CONSONANTS, _VOWELS = tuple("bcdfglmnprstvz"), tuple("aeiou")


@dataclass(frozen=True, slots=True)
class Wording:
    """Captions of drawn products and of photos, from the names of things and values.

    Args:
        concepts: every word for things.
    """

    concepts: Sequence[Concept]
    _by_leaf: Mapping[str, tuple[Concept, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Finds the concepts of each leaf once; its own, the narrowest, comes first."""
        by_leaf: dict[str, list[Concept]] = {}
        for concept in sorted(self.concepts, key=lambda concept: len(concept.meant)):
            for leaf in concept.meant:
                by_leaf.setdefault(leaf, []).append(concept)
        frozen = {leaf: tuple(concepts) for leaf, concepts in by_leaf.items()}
        object.__setattr__(self, "_by_leaf", frozen)

    def caption(
        self, subject: Subject, *, language: str, dice: Dice, surely: frozenset[str] = frozenset()
    ) -> Caption:
        """Any names in any usual order, now and then with words that say nothing."""
        said = _chosen_axes(subject, dice, surely)
        concept = self._concept(subject, dice, is_needed=not said)
        noun = pick(dice, _in(concept.names, language) if concept else _WITHOUT_THING[language])
        words = [usual(dice, _in(subject.names[axis], language)) for axis in said]
        text = _text_zh(noun, words, dice) if language == "zh" else _text_en(noun, words, dice)
        says = {axis: str(subject.facts[axis]) for axis in said}
        if concept:
            says[THING] = concept.key
        return Caption(_with_noise(text, language, dice), says)

    def plain_caption(self, subject: Subject, *, language: str, axes: Sequence[str]) -> Caption:
        """The usual names of some axes in order, then of the thing: what an evaluation asks."""
        said = [axis for axis in axes if axis in subject.names]
        concept = self._by_leaf[subject.thing][0]
        words = [_in(subject.names[axis], language)[0] for axis in said]
        text = ("" if language == "zh" else " ").join((*words, _in(concept.names, language)[0]))
        says = {axis: str(subject.facts[axis]) for axis in said}
        return Caption(text, {**says, THING: concept.key})

    def _concept(self, subject: Subject, dice: Dice, *, is_needed: bool) -> Concept | None:
        concepts = self._by_leaf[subject.thing]
        if not is_needed and dice.random() >= _THING_SHARE:
            return None
        return concepts[0] if dice.random() < _OWN_CONCEPT_SHARE else pick(dice, concepts)


def _chosen_axes(subject: Subject, dice: Dice, surely: frozenset[str]) -> list[str]:
    """The axes to say, in a shop's usual order or any other."""
    shares = dict(_SAID_SHARES)
    if subject.facts.get("pattern") == "plain":
        shares["pattern"] = _PLAIN_SHARE
    axes = [
        axis
        for axis in ("colour", *(axis for axis in subject.names if axis != "colour"))
        if axis in subject.names
        and (axis in surely or dice.random() < shares.get(axis, _OTHER_SHARE))
    ]
    return axes if dice.random() < 0.5 else [axes[i] for i in dice.permutation(len(axes))]


def usual(dice: Dice, names: Sequence[str]) -> str:
    """The first name every other time, else any."""
    return names[0] if dice.random() < 0.5 else pick(dice, names)


def _in(term: Term, language: str) -> tuple[str, ...]:
    """A term's names in a language, with those that no catalogue writes."""
    is_english = language == "en"
    written = term.en if is_english else term.zh
    return (*written, *(name for name in term.unwritten if name.isascii() == is_english))


def _text_en(noun: str, words: list[str], dice: Dice) -> str:
    form = dice.random()
    tail = [f"with {word}" for word in words if word.endswith("s") and not word.endswith("less")]
    adjectives = [word for word in words if f"with {word}" not in tail]
    if adjectives and 0.65 < form < 0.75:
        parts = [*adjectives[1:], noun, "in", adjectives[0]]
    elif form < 0.85:
        parts = [*adjectives, noun]
    else:
        parts = [noun, *adjectives]
    text = " ".join(part for part in (*parts, *tail) if part)
    return f"{pick(dice, _ARTICLES)} {text}" if dice.random() < 0.15 else text


def _text_zh(noun: str, words: list[str], dice: Dice) -> str:
    form = dice.random()
    if form < 0.7:
        return "".join((*words, noun))
    if form < 0.8 and words:
        return "".join((*words, "的", noun)) if noun else "".join(words)
    parts = (noun, *words) if form < 0.9 else (*words, noun)
    return " ".join(part for part in parts if part)


def _with_noise(text: str, language: str, dice: Dice) -> str:
    separator = "" if language == "zh" and dice.random() < 0.7 else " "
    if dice.random() < _NOISE_SHARE:
        filler = pick(dice, _FILLER[language])
        text = separator.join((text, filler) if dice.random() < 0.5 else (filler, text))
    if dice.random() < _BRAND_SHARE:
        syllables = range(int(dice.integers(2, 4)))
        brand = "".join(pick(dice, _CONSONANTS) + pick(dice, _VOWELS) for _ in syllables)
        text = f"{brand} {text}"
    return text
