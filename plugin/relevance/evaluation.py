"""One evaluation: the values of every run, compared with the first, by kind and by question."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diptych.plugin.relevance.answering import Answers
from diptych.plugin.relevance.comparing import Interval, holm, interval, p_value
from diptych.plugin.relevance.measures import Values, measure
from diptych.plugin.relevance.questions import Question


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        index: the index that answered.
        questions: those with something relevant, in the order of their file.
        answers: of each run; the first run is the one that the others are compared with.
        measures: their names; the first one is what questions are ordered and tested by.
        relevant_from: the grade that counts as relevant.
        notices: what casts doubt on the figures, as sentences.
    """

    index: str
    questions: Sequence[Question]
    answers: Sequence[Answers]
    measures: Sequence[str]
    relevant_from: float
    notices: Sequence[str] = ()

    @cached_property
    def values(self) -> Mapping[str, Values]:
        """Run -> measure -> the value of each question."""
        return {
            answers.run.name: measure(
                self.measures, self.questions, answers.rankings, relevant_from=self.relevant_from
            )
            for answers in self.answers
        }

    @property
    def run_names(self) -> list[str]:
        """In order."""
        return [answers.run.name for answers in self.answers]

    @property
    def kinds(self) -> list[str]:
        """Kinds of questions, in the order of the first of each."""
        return list(dict.fromkeys(question.kind for question in self.questions))

    def of(self, run: str, name: str, *, kind: str | None = None) -> NDArray[np.float64]:
        """The values of a run's measure, of all questions or of one kind."""
        values = self.values[run][name]
        if kind is None:
            return values
        return values[[question.kind == kind for question in self.questions]]

    def mean(self, run: str, name: str, *, kind: str | None = None) -> float:
        """The mean of a run's measure."""
        return float(self.of(run, name, kind=kind).mean())

    def interval(self, run: str, name: str, *, kind: str | None = None) -> Interval:
        """The mean and its 95 % interval."""
        return interval(self.of(run, name, kind=kind))

    @cached_property
    def p_values(self) -> Mapping[str, float]:
        """Run -> how often chance makes as large a difference to the first one, by Holm."""
        name, first = self.measures[0], self.run_names[0]
        others = self.run_names[1:]
        raw = [p_value(self.of(run, name) - self.of(first, name)) for run in others]
        return dict(zip(others, holm(raw), strict=True))

    @cached_property
    def worst_first(self) -> list[int]:
        """The places of the questions, that which the first run answers worst first."""
        values = self.of(self.run_names[0], self.measures[0])
        order: list[int] = np.argsort(values, kind="stable").tolist()
        return order

    def worst(self, n: int) -> Iterator[tuple[Question, float]]:
        """The questions that the first run answers worst, with their values, worst first."""
        values = self.of(self.run_names[0], self.measures[0])
        for i in self.worst_first[:n]:
            yield self.questions[i], float(values[i])
