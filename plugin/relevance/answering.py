"""Asking the questions: the rankings of each run, and what went wrong with single ones."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

from diptych.errors import (
    ContractError,
    DiptychError,
    MissingIndexError,
    SettingsError,
    UnavailableError,
)
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.runs import Run
from diptych.query.request import SearchRequest
from diptych.query.response import SearchResponse

#: At once: enough to keep a node of a few cores busy, and no load to speak of for a cluster.
_N_THREADS: Final = 4
#: With these no question can be answered, and going on would only repeat the sentence.
_FATAL: Final = (ContractError, MissingIndexError, SettingsError, UnavailableError)


class Searching(Protocol):
    """The part of `Searcher` that is needed."""

    def search(self, index: str, request: SearchRequest) -> SearchResponse:
        """The answer to a request."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The ids that a question found, best first, and what kept it from a full answer."""

    ids: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What one run answered: question id -> answer."""

    run: Run
    by_question: Mapping[str, Answer]

    @property
    def rankings(self) -> dict[str, tuple[str, ...]]:
        """Question id -> document ids."""
        return {name: answer.ids for name, answer in self.by_question.items()}

    @property
    def problems(self) -> Counter[str]:
        """Sentence -> how many questions had it."""
        return Counter(answer.problem for answer in self.by_question.values() if answer.problem)


def ask_all(
    searcher: Searching,
    index: str,
    questions: Sequence[Question],
    runs: Sequence[Run],
    *,
    size: int,
    on_progress: Callable[[int], None] = lambda _: None,
) -> list[Answers]:
    """The answers of each run to each question; a question that fails has none, and tells why.

    Args:
        size: of each ranking.
        on_progress: called with the number of answers so far.

    Raises:
        DiptychError: nothing can be asked at all, or the cluster does not answer.
    """
    work = [(run, question) for run in runs for question in questions]
    answers: list[Answer] = []
    with ThreadPoolExecutor(_N_THREADS, thread_name_prefix="questions") as pool:
        try:
            for answer in pool.map(lambda pair: _ask(searcher, index, *pair, size=size), work):
                answers.append(answer)
                on_progress(len(answers))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    found = iter(answers)
    return [Answers(run, {question.id: next(found) for question in questions}) for run in runs]


def _ask(searcher: Searching, index: str, run: Run, question: Question, *, size: int) -> Answer:
    try:
        request = run.request(question, size=size)
        response = searcher.search(index, request)
    except _FATAL:
        raise
    except DiptychError as err:
        return Answer(problem=str(err))
    except OSError as err:
        return Answer(problem=f"{question.image} cannot be read: {err.strerror}.")
    # What it is like is no answer to it, whether or not the search leaves it out.
    ids = (hit.id for hit in response.hits if hit.id not in question.like)
    return Answer(tuple(ids), response.degraded_reason)
