"""One search of the demonstration: asked as a request, typed as a command, and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from diptych.errors import SearchError
from diptych.plugin.demo.searches import N_SHOWN, DemoSearch, JudgedSearch
from diptych.query.criteria import Filter
from diptych.query.request import SearchRequest


@dataclass(frozen=True, slots=True)
class Shown:
    """One search of the tour and how it was judged."""

    search: DemoSearch
    judged: JudgedSearch
    n_by_keyword: int

    @property
    def is_passed(self) -> bool:
        """Enough right answers; and none by keyword where meaning alone shall find them."""
        return self.judged.is_passed and not (self.search.needs_meaning and self.n_by_keyword)

    @property
    def verdict(self) -> str:
        """How many answers are right, for people."""
        verdict = f"{self.judged.n_right} of the first {len(self.judged.marks)} are right"
        if self.search.needs_meaning:
            verdict += f", where keywords alone find {self.n_by_keyword}"
        return verdict + ("" if self.is_passed else f" ({self.search.n_required} are required)")


def check(shown: Sequence[Shown]) -> None:
    """Pass if every search found what its collection says is right.

    Raises:
        SearchError: names those that did not.
    """
    failed = [f"{s.search.title!r} ({s.verdict})" for s in shown if not s.is_passed]
    if failed:
        raise SearchError(
            f"{len(failed)} of {len(shown)} searches did not find what the catalogue says is "
            f"right: {'; '.join(failed)}."
        )


def request_of(search: DemoSearch, photos: Mapping[str, Path]) -> SearchRequest:
    """The search as the query layer takes it."""
    return SearchRequest(
        text=search.text,
        image=photos[search.photo.name].read_bytes() if search.photo else None,
        like=(search.like,) if search.like else (),
        not_text=search.negative_text,
        filters=tuple(Filter(*pair) for pair in search.filters.items()),
        size=N_SHOWN,
    )


def keywords_of(search: DemoSearch) -> SearchRequest:
    """Its words, by keyword alone."""
    weights = {"keywords": 1.0, "text": 0.0, "image": 0.0, "agreement": 0.0}
    return SearchRequest(text=search.text, weights=weights)


def arguments_of(search: DemoSearch, photos: Mapping[str, Path]) -> list[str]:
    """The search as the arguments of `diptych search INDEX`."""
    arguments = [search.text] if search.text else []
    if search.photo:
        arguments += ["--image", str(photos[search.photo.name])]
    if search.like:
        arguments += ["--like", search.like]
    if search.negative_text:
        arguments += ["--not", search.negative_text]
    for field, value in search.filters.items():
        arguments += ["--filter", f"{field}={value}"]
    return [*arguments, "--size", str(N_SHOWN)]
