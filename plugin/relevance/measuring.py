"""The whole measurement: an index, questions and runs in, an evaluation out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from diptych.plugin.relevance.answering import ask_all
from diptych.plugin.relevance.doubts import (
    about_answers,
    about_index,
    about_questions,
    answerable,
)
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.measures import DEFAULT_MEASURES, RELEVANT_FROM, check_measures
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.runs import STANDARD, Run, check_names
from diptych.plugin.searching import Desk

#: Hits that each question is asked for: a measure that looks deeper sees no more.
_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure; the first run is compared with the others, the first measure orders.

    Raises:
        UsageError: a measure that is not known, or two runs of one name.
    """

    runs: Sequence[Run] = STANDARD
    measures: Sequence[str] = DEFAULT_MEASURES
    relevant_from: float = RELEVANT_FROM

    def __post_init__(self) -> None:
        check_measures(self.measures)
        check_names(self.runs)


def evaluate(
    desk: Desk,
    questions: Sequence[Question],
    wanted: Wanted,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Ask every question in every run, and measure the answers.

    Args:
        on_progress: called with the number of answers so far.

    Raises:
        CatalogError: nothing is judged relevant, or nothing that was judged is in the index.
        DiptychError: the cluster or the encoder cannot be used at all.
    """
    left = answerable(questions, relevant_from=wanted.relevant_from)
    notices = [
        *about_questions(questions, left),
        *about_index(desk.cluster, desk.target, left),
    ]
    answers = ask_all(
        desk.searcher,
        desk.target.name,
        left,
        wanted.runs,
        size=_DEPTH,
        on_progress=on_progress,
    )
    notices += about_answers(left, answers, wanted.measures[0], relevant_from=wanted.relevant_from)
    return Evaluation(
        index=desk.target.name,
        questions=left,
        answers=answers,
        measures=wanted.measures,
        relevant_from=wanted.relevant_from,
        notices=notices,
    )
