"""What shoppers ask for: attributes of a product that is there, and the words for them."""

from collections.abc import Mapping
from typing import TypeAlias

from diptych.plugin.demo.looks import Dice, Look, pick
from diptych.plugin.demo.vocabulary import Term, value_names
from diptych.plugin.demo.wording import Wording

#: Attribute to the value that is asked for.
Asked: TypeAlias = Mapping[str, str]

_SHOWN = ("colour", "length", "sleeve", "pattern", "material")
_ORDER = (*_SHOWN, "feature", "kind")
_LEADS_EN = ("", "", "", "looking for ", "photo of ")
_LEADS_ZH = ("", "", "", "想买", "找一款")


def ask(look: Look, wording: Wording, dice: Dice) -> Asked:
    """The kind and one to three more attributes of a product, now and then one of its features."""
    shown = [name for name in _SHOWN if getattr(look, name) is not None]
    chosen = dice.choice(shown, min(len(shown), int(dice.integers(1, 4))), replace=False).tolist()
    asked = {"kind": look.kind} | {name: getattr(look, name) for name in sorted(chosen)}
    return asked | {"feature": wording.feature} if dice.random() < 0.15 else asked


def words_for(asked: Asked, *, language: str, dice: Dice) -> str:
    """What somebody types who wants that: any name of each value, the unwritten ones too."""
    is_english = language == "en"
    kind = asked.get("kind", "")
    said = [
        _said(value_names(name, asked[name], kind=kind), is_english, dice)
        for name in _ORDER
        if name in asked
    ]
    leads = _LEADS_EN if is_english else _LEADS_ZH
    lead = pick(dice, leads)
    return lead + (" " if is_english else "").join(said)


def _said(term: Term, is_english: bool, dice: Dice) -> str:
    unwritten = [name for name in term.unwritten if name.isascii() == is_english]
    names = [*(term.en if is_english else term.zh), *unwritten]
    return names[0] if dice.random() < 0.5 else pick(dice, names)
