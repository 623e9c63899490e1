"""Runs: the same questions asked with different weights and blendings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from diptych.errors import UsageError
from diptych.plugin.relevance.questions import Question
from diptych.query.blend import Blending
from diptych.query.request import SearchRequest
from diptych.query.weights import parse_weights
from diptych.query.written import parse_blending


@dataclass(frozen=True, slots=True)
class Run:
    """A way of asking: a name, and weights that take the place of the defaults.

    `profile` is the index's whose weights are the defaults; None takes the one called `default`.
    """

    name: str
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    blending: Blending | None = None
    profile: str | None = None

    def request(self, question: Question, *, size: int) -> SearchRequest:
        """The search for a question, in this way; raises what `Question.request` raises."""
        return question.request(
            size=size, weights=self.weights, blending=self.blending, profile=self.profile
        )


def _alone(leg: str) -> Mapping[str, float]:
    none = {"keywords": 0.0, "text": 0.0, "image": 0.0, "agreement": 0.0}
    return MappingProxyType(none | {leg: 1.0})


#: The default search, and each of its sources alone.
HYBRID: Final = Run("hybrid")
STANDARD: Final = (
    HYBRID,
    Run("keywords", _alone("keywords")),
    Run("text vector", _alone("text")),
    Run("image vector", _alone("image")),
)


def parse_run(text: str) -> Run:
    """The run in `NAME:WEIGHTS`, `NAME:WEIGHTS/BLENDING`, `NAME:/BLENDING` or `NAME:@PROFILE`.

    Raises:
        UsageError: it has no name, or weights or blending cannot be read.
    """
    name, colon, how = text.partition(":")
    if not (name.strip() and colon):
        raise UsageError(
            f"The run {text!r} cannot be read: write NAME:WEIGHTS/BLENDING or NAME:@PROFILE, for "
            "example mine:keywords=0.3,image=1/rrf:60."
        )
    if how.startswith("@"):
        return Run(name.strip(), profile=how.removeprefix("@").strip())
    weights, _, blending = how.partition("/")
    return Run(
        name.strip(),
        parse_weights(weights) if weights.strip() else {},
        parse_blending(blending) if blending.strip() else None,
    )


def check_names(runs: Sequence[Run]) -> None:
    """Pass if each run has a name of its own.

    Raises:
        UsageError: two have the same.
    """
    names = [run.name for run in runs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"Two runs are called {twice!r}: give each a name of its own.")
