"""Whether weights that follow each query beat one setting for each kind, on held-out queries.

    python tools/weights_by_query.py INDEX --queries FILE --home-dir FOLDER

For each kind of query: the built-in weights, the setting that cross-validation chooses for the
kind, a ridge regression that picks one of a few settings from what is known of a query before it
is answered, and the best setting of each query, which nothing can beat.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import click
import numpy as np
from numpy.typing import NDArray

from diptych.plugin.relevance.choosing import MIN_QUESTIONS, best_setting, folds_of_questions
from diptych.plugin.relevance.comparing import p_value
from diptych.plugin.relevance.doubts import answerable
from diptych.plugin.relevance.gains import ndcg, windows
from diptych.plugin.relevance.grid import Setting, distances_from, settings
from diptych.plugin.relevance.legs_in_memory import MemoryLegs, read_legs
from diptych.plugin.relevance.query_files import read_questions
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.stock import read_stock
from diptych.plugin.searching import open_desk
from diptych.query.weights import Weights
from diptych.query.words import count_units
from diptych.settings import load_settings

_Numbers: TypeAlias = NDArray[np.float64]

#: Settings to pick from: more are chosen between by chance.
_N_PICKS: Final = 6
_RIDGE: Final = 10.0


@click.command()
@click.argument("index")
@click.option("--queries", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--home-dir", type=click.Path(path_type=Path), required=True)
def main(index: str, queries: Path, home_dir: Path) -> None:
    """Print a Markdown table."""
    desk = open_desk(load_settings(home_dir=str(home_dir)), index, needs_encoder=True)
    stock = read_stock(desk.cluster, desk.engine, desk.target)
    questions = answerable(read_questions(queries), relevant_from=1e-3)
    click.echo("| kind | queries | built-in | by kind | by query | p | best of each |")
    click.echo("|" + "---|" * 7)
    for kind in dict.fromkeys(question.kind for question in questions):
        of_kind = [question for question in questions if question.kind == kind]
        legs = [read_legs(desk.searcher, desk.cluster, desk.target, q, stock) for q in of_kind]
        if len(of_kind) >= MIN_QUESTIONS:
            click.echo(_row(kind, of_kind, legs))


def _row(kind: str, questions: Sequence[Question], legs: Sequence[MemoryLegs]) -> str:
    own = questions[0].request(size=1, weights={}).resolved_weights
    tried = [*settings(), Setting(own)]
    values = np.array([ndcg(one, tried) for one in legs])
    distances = distances_from(own, tried)
    facts = np.array([_facts(*pair, own) for pair in zip(questions, legs, strict=True)])
    folds = folds_of_questions(questions)
    by_kind, by_query = np.empty(len(values)), np.empty(len(values))
    for fold in np.unique(folds):
        inside = folds == fold
        fixed = best_setting(values[~inside], distances)
        picks = _picks(values[~inside], fixed)
        chosen = _predicted(facts[~inside], values[~inside][:, picks], facts[inside])
        by_kind[inside] = values[inside, fixed]
        by_query[inside] = values[inside][np.arange(inside.sum()), np.array(picks)[chosen]]
    means = (values[:, -1].mean(), by_kind.mean(), by_query.mean())
    p = p_value(by_query - by_kind)
    numbers = " | ".join(f"{mean:.3f}" for mean in means)
    return f"| {kind} | {len(values)} | {numbers} | {p:.3f} | {values.max(1).mean():.3f} |"


def _facts(question: Question, legs: MemoryLegs, own: Weights) -> list[float]:
    """What is known of a query before it is answered: its length, and how sharp its legs are."""
    facts = [1.0, float(count_units(question.text or ""))]
    for window in windows(legs, own):
        scores = window.scores
        best = float(scores[0]) if len(scores) else 0.0
        tenth = float(scores[min(9, len(scores) - 1)]) if len(scores) else 0.0
        facts += [len(scores) / 200, best, (best - tenth) / best if best else 0.0]
    return facts


def _picks(values: _Numbers, first: int) -> list[int]:
    """The setting of the kind, then each that adds most to the best of those picked so far."""
    picks, reached = [first], values[:, first]
    while len(picks) < _N_PICKS:
        gains = np.maximum(values, reached[:, None]).mean(0)
        picks.append(int(gains.argmax()))
        reached = np.maximum(reached, values[:, picks[-1]])
    return picks


def _predicted(facts: _Numbers, gains: _Numbers, asked: _Numbers) -> NDArray[np.int64]:
    """For each asked query the pick with the highest gain by a ridge regression on its facts."""
    mean, spread = facts.mean(0), facts.std(0)
    spread[spread == 0] = 1.0
    known, new = (facts - mean) / spread, (asked - mean) / spread
    centre = gains.mean(0)
    square = known.T @ known + _RIDGE * np.eye(known.shape[1])
    weights = np.linalg.solve(square, known.T @ (gains - centre))
    best: NDArray[np.int64] = (centre + new @ weights).argmax(1)
    return best


if __name__ == "__main__":
    main()
