"""A shopper's words, as far as they can be told apart without an analyzer."""

import re

#: Characters that stand for a word or a syllable: Chinese, Japanese, Korean.
_SIGN = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
#: What an analyzer makes a word of: such a character, a run of letters and digits, any symbol.
_UNIT = re.compile(rf"[{_SIGN}]|[^\W{_SIGN}]+|[^\w\s]")
_SPELLED = re.compile(rf"[^\W\d_{_SIGN}]+")


def has_signs(words: str) -> bool:
    """Whether any of it is written in Chinese, Japanese or Korean signs."""
    return re.search(f"[{_SIGN}]", words) is not None


def count_units(words: str) -> int:
    """How many words an analyzer makes of it at most: each Chinese character is one."""
    return sum(1 for _ in _UNIT.finditer(words))


def first_units(words: str, n: int) -> str:
    """The text up to the end of its n-th word."""
    for number, found in enumerate(_UNIT.finditer(words), start=1):
        if number == n:
            return words[: found.end()]
    return words


def spelled_words(words: str, *, shortest: int) -> list[str]:
    """The words written in letters, such as Latin or Cyrillic, that have at least `shortest`."""
    return [word for word in _SPELLED.findall(words) if len(word) >= shortest]
