"""Why a question's relevant documents are not among the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from diptych.errors import DiptychError, UnavailableError
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.runs import Run
from diptych.query.request import SearchRequest
from diptych.query.why import Why

#: Hits that a shopper sees, and of what is not among them how much is explained.
_N_SHOWN: Final = 10
_N_MISSED: Final = 2


class Telling(Protocol):
    """The part of `Searcher` that is needed."""

    def why(self, index: str, product: str, request: SearchRequest) -> Why:
        """Why a product is where it is."""
        ...


@dataclass(frozen=True, slots=True)
class Missed:
    """A relevant document that stands lower than it should, and where each leg has it."""

    document: str
    grade: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A question, how well it was answered, and the best of what its answer misses."""

    question: Question
    value: float
    missed: tuple[Missed, ...]


def explain_worst(searcher: Telling, evaluation: Evaluation, *, n: int) -> list[Explained]:
    """The `n` questions that the first run answers worst, worst first.

    Raises:
        UnavailableError: the cluster does not answer.
    """
    answers = evaluation.answers[0]
    explained = []
    for question, value in evaluation.worst(n):
        shown = answers.by_question[question.id].ids[:_N_SHOWN]
        found = _missed(searcher, evaluation.index, question, answers.run, shown)
        explained.append(Explained(question, value, tuple(islice(found, _N_MISSED))))
    return explained


def _missed(
    searcher: Telling, index: str, question: Question, run: Run, shown: Sequence[str]
) -> Iterator[Missed]:
    """The documents with the best grades that are not shown."""
    best = sorted(question.grades.items(), key=lambda pair: (-pair[1], pair[0]))
    for document, grade in best:
        if grade > 0 and document not in shown:
            yield Missed(document, grade, _sentence(searcher, index, question, document, run))


def _sentence(searcher: Telling, index: str, question: Question, document: str, run: Run) -> str:
    try:
        request = run.request(question, size=_N_SHOWN)
        why = searcher.why(index, document, request)
    except UnavailableError:
        raise
    except (DiptychError, OSError) as err:
        return str(err).removesuffix(".")
    legs = [
        f"{name} {'not found' if leg.rank is None else f'rank {leg.rank:,}'}"
        for name, leg in (("keywords", why.keywords), ("vector", why.nearest))
        if leg is not None
    ]
    rank = "not among the hits" if why.rank is None else f"rank {why.rank}"
    return "; ".join((rank, *legs, *why.reasons))
