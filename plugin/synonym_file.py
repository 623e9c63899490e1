"""Reads a file of synonyms in Solr's form, and says in which line one cannot be read.

dress, 连衣裙, 裙子          each stands for all of them
tv, telly => television      each on the left stands for those on the right
# a remark
"""

import re
from pathlib import Path

from diptych.errors import CatalogError

#: Rules are part of the index's settings, which every node of a cluster holds.
MAX_RULES = 10_000

_COMMA = re.compile(r"(?<!\\),")
_ARROW = re.compile(r"(?<!\\)=>")


def read_synonyms(file: Path) -> tuple[str, ...]:
    """The rules of a file, without remarks and empty lines.

    Raises:
        CatalogError: the file cannot be read, or a line of it.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as err:
        raise CatalogError(f"The synonyms {file} cannot be read: {err.strerror}.") from err
    except UnicodeDecodeError as err:
        raise CatalogError(f"The synonyms {file} are not UTF-8: save them as UTF-8.") from err
    rules = []
    for number, line in enumerate(lines, start=1):
        rule = line.strip()
        if rule and not rule.startswith("#"):
            _check(rule, f"Line {number} of {file}")
            rules.append(rule)
    if not rules:
        raise CatalogError(f"The synonyms {file} hold no rule: write one a line, like `tv, telly`.")
    if len(rules) > MAX_RULES:
        raise CatalogError(
            f"The synonyms {file} hold {len(rules):,} rules: give the {MAX_RULES:,} most useful."
        )
    return tuple(rules)


def _check(rule: str, where: str) -> None:
    sides = _ARROW.split(rule)
    if len(sides) > 2:
        raise CatalogError(f"{where} has several arrows ({rule!r}): write one rule a line.")
    terms = [term.strip() for side in sides for term in _COMMA.split(side)]
    for term in terms:
        if not any(character.isalnum() for character in term):
            what = f"a term without a letter or digit, {term!r}" if term else "an empty term"
            raise CatalogError(
                f"{where} has {what} ({rule!r}): write terms with a comma between them."
            )
    if len(terms) < 2:
        raise CatalogError(
            f"{where} has a single term ({rule!r}): write `{rule}, another` or `{rule} => another`."
        )
