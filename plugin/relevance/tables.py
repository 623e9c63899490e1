"""An evaluation as tables for people, and as JSON for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from diptych.plugin.hits import plain
from diptych.plugin.relevance.comparing import SIGNIFICANT
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.whys import Explained, Missed


def runs_table(evaluation: Evaluation) -> Table:
    """A row for each run: its measures, the interval of the first, and how sure a difference is."""
    first = evaluation.measures[0]
    table = Table(title=f"{len(evaluation.questions):,} queries", title_justify="left")
    table.add_column("run")
    for name in evaluation.measures:
        table.add_column(name, justify="right")
    table.add_column(f"95 % of {first}", justify="right")
    table.add_column(f"against {evaluation.run_names[0]}", justify="right")
    for row in runs_rows(evaluation):
        table.add_row(*map(plain, row))
    return table


def kinds_table(evaluation: Evaluation) -> Table:
    """The first measure of each run by kind of query."""
    name = evaluation.measures[0]
    table = Table(title=f"{name} by kind of query", title_justify="left")
    table.add_column("kind")
    table.add_column("queries", justify="right")
    for run in evaluation.run_names:
        table.add_column(plain(run), justify="right")
    for row in kinds_rows(evaluation):
        table.add_row(*row)
    return table


def runs_rows(evaluation: Evaluation) -> Iterator[list[str]]:
    """For each run: name, mean of each measure, interval of the first, difference to the first run."""
    for run in evaluation.run_names:
        bounds = evaluation.interval(run, evaluation.measures[0])
        means = [f"{evaluation.mean(run, name):.3f}" for name in evaluation.measures]
        interval = f"{bounds.low:.3f} to {bounds.high:.3f}"
        yield [run, *means, interval, against_first(evaluation, run)]


def kinds_rows(evaluation: Evaluation) -> Iterator[list[str]]:
    """For each kind of query: name, how many, the mean of each run's first measure."""
    name = evaluation.measures[0]
    for kind in evaluation.kinds:
        n = len(evaluation.of(evaluation.run_names[0], name, kind=kind))
        means = [f"{evaluation.mean(run, name, kind=kind):.3f}" for run in evaluation.run_names]
        yield [kind, f"{n:,}", *means]


def worst_table(evaluation: Evaluation, worst: Sequence[Explained]) -> Table:
    """The worst questions of the first run, and where what they miss stands."""
    run, name = evaluation.run_names[0], evaluation.measures[0]
    table = Table(title=f"The worst queries of {run!r}", title_justify="left")
    table.add_column("query", no_wrap=True)
    table.add_column("asked", ratio=1)
    table.add_column(name, justify="right")
    table.add_column("missed", no_wrap=True)
    table.add_column("why", ratio=2)
    for one in worst:
        head = (plain(one.question.id), plain(one.question.title), f"{one.value:.3f}")
        rows: Sequence[Missed | None] = one.missed or [None]
        for place, lost in enumerate(rows):
            missing = (plain(lost.document), plain(lost.sentence)) if lost else ("", "")
            table.add_row(*(head if place == 0 else ("", "", "")), *missing)
    return table


def against_first(evaluation: Evaluation, run: str) -> str:
    """The difference of a run to the first one, with how often chance makes as large a one."""
    first, name = evaluation.run_names[0], evaluation.measures[0]
    if run == first:
        return ""
    difference = evaluation.mean(run, name) - evaluation.mean(first, name)
    p = evaluation.p_values[run]
    sure = f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
    return f"{difference:+.3f}, {sure}{'' if p < SIGNIFICANT else ' (by chance)'}"


def to_json(evaluation: Evaluation, worst: Sequence[Explained]) -> dict[str, Any]:
    """All figures by name, and the worst questions with what they miss."""
    return {
        "index": evaluation.index,
        "n_queries": len(evaluation.questions),
        "relevant_from": evaluation.relevant_from,
        "notices": list(evaluation.notices),
        "runs": [_run(evaluation, run) for run in evaluation.run_names],
        "queries": list(_queries(evaluation)),
        "worst": [
            {
                "id": one.question.id,
                "value": one.value,
                "missed": [
                    {"document": lost.document, "grade": lost.grade, "why": lost.sentence}
                    for lost in one.missed
                ],
            }
            for one in worst
        ],
    }


def _run(evaluation: Evaluation, run: str) -> dict[str, Any]:
    how = next(answers.run for answers in evaluation.answers if answers.run.name == run)
    return {
        "name": run,
        "weights": dict(how.weights),
        "blending": None if how.blending is None else how.blending.method,
        "measures": {
            name: {"mean": bounds.mean, "low": bounds.low, "high": bounds.high}
            for name in evaluation.measures
            for bounds in [evaluation.interval(run, name)]
        },
        "p_value": evaluation.p_values.get(run),
        "kinds": {
            kind: {name: evaluation.mean(run, name, kind=kind) for name in evaluation.measures}
            for kind in evaluation.kinds
        },
    }


def _queries(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """Worst first, by the first run."""
    values = evaluation.values
    for i in evaluation.worst_first:
        question = evaluation.questions[i]
        yield {
            "id": question.id,
            "kind": question.kind,
            "asked": question.title,
            "values": {
                run: {name: float(values[run][name][i]) for name in evaluation.measures}
                for run in evaluation.run_names
            },
        }
