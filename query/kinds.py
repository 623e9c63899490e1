"""Kinds of searches: what is asked by, in which script, how long."""

from collections.abc import Sequence
from typing import Final

from diptych.query.words import count_units, has_signs

WORDS, CJK, PHOTO, BOTH, LIKE = "words", "words, CJK", "photo", "photo and words", "like a product"
SHORT, LONG = ", short", ", long"
#: Words up to which a search is short; of Chinese, Japanese and Korean, characters.
_SHORT_WORDS: Final = 2
_SHORT_SIGNS: Final = 6


def kinds_of(*, text: str | None, has_image: bool, like: Sequence[str]) -> tuple[str, ...]:
    """The kinds that a search is of, the narrowest first."""
    if like:
        return (LIKE,)
    if has_image:
        return (BOTH,) if text else (PHOTO,)
    words = text or ""
    kind, most = (CJK, _SHORT_SIGNS) if has_signs(words) else (WORDS, _SHORT_WORDS)
    return kind + (SHORT if count_units(words) <= most else LONG), kind


def family_of(kind: str) -> tuple[str, ...]:
    """A kind and those that are narrower."""
    return kind, kind + SHORT, kind + LONG
