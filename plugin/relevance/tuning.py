"""Tuning: the weights and the blending that serve each kind of question best."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.errors import SearchError
from diptych.plugin.relevance.calibration import bounds_blending
from diptych.plugin.relevance.choosing import MIN_QUESTIONS, Choice, choose, folds_of_questions
from diptych.plugin.relevance.gains import ndcg
from diptych.plugin.relevance.grid import Setting, distances_from, settings
from diptych.plugin.relevance.legs_in_memory import MemoryLegs, read_legs
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.stock import Stock
from diptych.plugin.searching import Desk
from diptych.query.blend import Blending
from diptych.query.profiles import Preference
from diptych.query.weights import Weights

_Numbers: TypeAlias = NDArray[np.float64]

#: Questions that tell what scores the legs give.
_N_CALIBRATING: Final = 50


@dataclass(frozen=True, slots=True)
class Tuned:
    """What tuning found for one kind of question.

    `choice` is None where there are too few questions to choose by.
    """

    kind: str
    n: int
    choice: Choice | None
    setting: Setting | None
    reason: str

    @property
    def preference(self) -> Preference | None:
        """What a profile keeps of it; None where the default stays."""
        if self.choice is None or self.setting is None or not self.choice.is_better:
            return None
        return Preference(asdict(self.setting.weights), self.setting.blending)


@dataclass(frozen=True, slots=True)
class Tried:
    """Every question under every setting.

    Attributes:
        values: (questions, settings) nDCG@10.
        default: (questions,) of the built-in weights.
        own: the built-in weights of each question.
    """

    questions: Sequence[Question]
    settings: Sequence[Setting]
    values: _Numbers
    default: _Numbers
    own: Sequence[Weights]


def try_all(
    desk: Desk,
    questions: Sequence[Question],
    stock: Stock,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Tried:
    """What each setting of the grid reaches for each question.

    Args:
        on_progress: called with the number of questions so far.

    Raises:
        SearchError: a question cannot be asked; tuning on the others would hide it.
        DiptychError: the cluster or the encoder does not answer.
    """
    own = [_built_in(question) for question in questions]
    known = _some_legs(desk, questions, stock)
    tried = list(settings(*_calibrated(known, own)))
    rows = []
    for i, (question, weights) in enumerate(zip(questions, own, strict=True)):
        legs = known.pop(i, None) or _legs(desk, question, stock)
        rows.append(ndcg(legs, [*tried, Setting(weights)]))
        on_progress(i + 1)
    table = np.array(rows)
    return Tried(questions, tried, table[:, :-1], table[:, -1], own)


def _some_legs(desk: Desk, questions: Sequence[Question], stock: Stock) -> dict[int, MemoryLegs]:
    """The legs of some of the questions that have words, by their places."""
    worded = [i for i, question in enumerate(questions) if question.text]
    some = worded[:: max(1, len(worded) // _N_CALIBRATING)][:_N_CALIBRATING]
    return {i: _legs(desk, questions[i], stock) for i in some}


def _calibrated(known: Mapping[int, MemoryLegs], own: Sequence[Weights]) -> Iterator[Blending]:
    """Blending by bounds that the known legs tell."""
    blending = bounds_blending(list(known.values()), [own[i] for i in known])
    if blending is not None:
        yield blending


def _built_in(question: Question) -> Weights:
    with _readable(question):
        return question.request(size=1, weights={}).resolved_weights


def _legs(desk: Desk, question: Question, stock: Stock) -> MemoryLegs:
    with _readable(question):
        return read_legs(desk.searcher, desk.cluster, desk.target, question, stock)


@contextmanager
def _readable(question: Question) -> Iterator[None]:
    """A photo that cannot be read is an error of ours."""
    try:
        yield
    except OSError as err:
        raise SearchError(
            f"The photo of the query {question.id!r} cannot be read ({err}): correct its path, "
            "relative to the file of queries."
        ) from err


def tune(tried: Tried) -> list[Tuned]:
    """The best setting for each kind of question, and for short and long ones where that helps."""
    folds = folds_of_questions(tried.questions)
    widest = dict.fromkeys(question.kind for question in tried.questions)
    return [tuned for kind in widest for tuned in _of_kind(tried, kind, folds)]


def _of_kind(tried: Tried, kind: str, folds: NDArray[np.int64]) -> Iterator[Tuned]:
    """The kind as a whole; then each narrower one that does better than the whole's setting."""
    inside = _places(tried, kind)
    wide, held_out = _tuned(tried, kind, inside, tried.default[inside], folds)
    yield wide
    best = held_out if wide.preference is not None else tried.default[inside]
    reached = dict(zip(inside.tolist(), best.tolist(), strict=True))
    for narrow in sorted({question.kinds[0] for question in tried.questions} - {kind}):
        places = _places(tried, narrow)
        if not set(places.tolist()) <= reached.keys():
            continue
        bar = np.array([reached[place] for place in places.tolist()])
        found, _ = _tuned(tried, narrow, places, bar, folds)
        if found.preference is not None:
            yield found


def _places(tried: Tried, kind: str) -> NDArray[np.int64]:
    return np.array([i for i, q in enumerate(tried.questions) if kind in q.kinds], np.int64)


def _tuned(
    tried: Tried, kind: str, places: NDArray[np.int64], bar: _Numbers, folds: NDArray[np.int64]
) -> tuple[Tuned, _Numbers]:
    n = len(places)
    if n < MIN_QUESTIONS:
        reason = f"{n} queries are too few: judge {MIN_QUESTIONS} or more"
        return Tuned(kind, n, None, None, reason), bar
    if len(set(folds[places].tolist())) < 2:
        reason = "all have the same answers, so none can be held out"
        return Tuned(kind, n, None, None, reason), bar
    distances = distances_from(tried.own[int(places[0])], tried.settings)
    choice, held_out = choose(tried.values[places], bar, distances, folds[places])
    reason = "better" if choice.is_better else "no better than the default beyond chance"
    return Tuned(kind, n, choice, tried.settings[choice.setting], reason), held_out
