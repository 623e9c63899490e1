"""An evaluation with a tuned run beside it, as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from diptych.plugin.relevance.answering import Answer, Answers
from diptych.plugin.relevance.choosing import best_setting, folds_of_questions
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.gains import ndcg, rankings
from diptych.plugin.relevance.grid import Setting, distances_from, settings
from diptych.plugin.relevance.legs_in_memory import MemoryLegs, read_legs
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.runs import Run
from diptych.plugin.relevance.stock import Stock, read_stock
from diptych.plugin.searching import Desk

TUNED: Final = Run("tuned")
_DEPTH: Final = 100


def cross_validated(desk: Desk, evaluation: Evaluation) -> Evaluation:
    """The evaluation with the run `tuned`: each kind of question by what its other folds chose."""
    stock = read_stock(desk.cluster, desk.engine, desk.target)
    answers: dict[str, Answer] = {}
    for kind in evaluation.kinds:
        questions = [question for question in evaluation.questions if question.kind == kind]
        answers |= dict(_answers(desk, questions, stock))
    return replace(evaluation, answers=(*evaluation.answers, Answers(TUNED, answers)))


def _answers(
    desk: Desk, questions: Sequence[Question], stock: Stock
) -> Iterator[tuple[str, Answer]]:
    legs = [
        read_legs(desk.searcher, desk.cluster, desk.target, question, stock)
        for question in questions
    ]
    tried = list(settings())
    own = questions[0].request(size=1, weights={}).resolved_weights
    values = np.array([ndcg(one, tried) for one in legs])
    distances = distances_from(own, tried)
    folds = folds_of_questions(questions)
    chosen = {
        fold: tried[best_setting(values[folds != fold], distances)]
        if (folds != fold).sum() > 1
        else Setting(own)
        for fold in set(folds.tolist())
    }
    for question, one, fold in zip(questions, legs, folds.tolist(), strict=True):
        yield question.id, Answer(_ids(one, chosen[fold], stock))


def _ids(legs: MemoryLegs, setting: Setting, stock: Stock) -> tuple[str, ...]:
    (places,) = rankings(legs, [setting], k=_DEPTH)
    return tuple(stock.ids[place] for place in places.tolist())


def markdown(evaluation: Evaluation) -> str:
    """One table for each kind of question."""
    return "\n".join(_table(evaluation, kind) for kind in evaluation.kinds)


def _table(evaluation: Evaluation, kind: str) -> str:
    measures = evaluation.measures
    first = measures[0]
    n = len(evaluation.of(evaluation.run_names[0], first, kind=kind))
    lines = [
        f"**{kind}** ({n} queries)\n",
        f"| | {' | '.join(measures)} | 95 % of {first} |",
        f"|---|{'---|' * (len(measures) + 1)}",
    ]
    for run in evaluation.run_names:
        bounds = evaluation.interval(run, first, kind=kind)
        means = " | ".join(f"{evaluation.mean(run, name, kind=kind):.3f}" for name in measures)
        lines.append(f"| {run} | {means} | {bounds.low:.3f} to {bounds.high:.3f} |")
    return "\n".join([*lines, ""])
