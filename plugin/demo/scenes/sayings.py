"""What a caption says of a scene, and the words that one language has for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.words import TERMS

_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Saying:
    """The facts that are said, with the dice that choose their words."""

    facts: Mapping[str, str]
    language: str
    dice: Dice

    def word(self, name: str) -> str:
        """A name of this fact's value, or nothing where it is not said; the usual one mostly."""
        if name not in self.facts:
            return ""
        term = TERMS[name][self.facts[name]]
        names = term.en if self.language == "en" else term.zh
        return names[0] if self.dice.random() < 0.4 else self.pick(*names)

    def pick(self, *options: str) -> str:
        """Any of the options."""
        return options[int(self.dice.integers(len(options)))]

    def chance(self, share: float) -> bool:
        """True this often."""
        return bool(self.dice.random() < share)


def joined(*parts: str) -> str:
    """The parts that are not empty, with spaces between."""
    return " ".join(part for part in parts if part)


def with_article(noun: str) -> str:
    """An English noun after "a" or "an"."""
    return f"an {noun}" if noun[0].lower() in _VOWELS else f"a {noun}"
