"""Choosing settings by cross-validation, and whether the choice is better than the default."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.plugin.relevance.comparing import SIGNIFICANT, p_value
from diptych.plugin.relevance.questions import Question

_Numbers: TypeAlias = NDArray[np.float64]
_Places: TypeAlias = NDArray[np.int64]

N_FOLDS: Final = 5
#: With fewer questions a choice would be luck.
MIN_QUESTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting chosen for some questions, and how good it is on those that did not choose it.

    Attributes:
        setting: its place among those that were tried, chosen by all questions.
        n: questions.
        default: the mean of the default setting.
        train: the mean of the setting on the questions that chose it.
        held_out: the mean over all folds, each with the setting that the other folds chose.
        folds: the held-out mean of each fold less the default's there.
        p: how often chance alone makes the held-out difference as large.
    """

    setting: int
    n: int
    default: float
    train: float
    held_out: float
    folds: tuple[float, ...]
    p: float

    @property
    def is_better(self) -> bool:
        """Whether it beats the default on held-out questions beyond noise."""
        return self.held_out > self.default and self.p < SIGNIFICANT


def choose(
    values: _Numbers, default: _Numbers, distances: _Numbers, folds: _Places
) -> tuple[Choice, _Numbers]:
    """The choice for these questions, and its held-out value for each of them.

    Args:
        values: (questions, settings), what each setting reaches.
        default: (questions,), what is to be beaten.
        distances: (settings,), from the default.
        folds: (questions,), the fold of each.
    """
    held_out = np.empty(len(values))
    differences = []
    for fold in np.unique(folds):
        inside = folds == fold
        held_out[inside] = values[inside, best_setting(values[~inside], distances)]
        differences.append(float((held_out[inside] - default[inside]).mean()))
    setting = best_setting(values, distances)
    choice = Choice(
        setting=setting,
        n=len(values),
        default=float(default.mean()),
        train=float(values[:, setting].mean()),
        held_out=float(held_out.mean()),
        folds=tuple(differences),
        p=p_value(held_out - default),
    )
    return choice, held_out


def best_setting(values: _Numbers, distances: _Numbers) -> int:
    """The setting nearest to the default among those that are as good as the best.

    As good is what lies within one standard error of the difference to the best one (Breiman et
    al., Classification and Regression Trees, 1984, 3.4.3): the very best is often luck.
    """
    means = values.mean(0)
    best = int(means.argmax())
    behind = values[:, best][:, None] - values
    errors = behind.std(0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else means * 0
    as_good = means[best] - means <= errors
    return int(np.where(as_good, distances, np.inf).argmin())


def folds_of(groups: Sequence[object], *, n: int = N_FOLDS, seed: int = 0) -> _Places:
    """(questions,) int64: folds of about one size; equal groups are in one fold.

    Questions that have the same answers, as one asked in two languages, would tell each other's.
    """
    names = list(dict.fromkeys(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    fold = {names[i]: place % n for place, i in enumerate(order.tolist())}
    return np.array([fold[group] for group in groups], np.int64)


def folds_of_questions(questions: Sequence[Question]) -> _Places:
    """(questions,) int64: those that the same documents answer are in one fold."""
    return folds_of([tuple(sorted(_answers(question))) for question in questions])


def _answers(question: Question) -> Iterator[str]:
    return (document for document, grade in question.grades.items() if grade > 0)
