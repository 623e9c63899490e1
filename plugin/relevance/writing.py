"""An evaluation on the terminal and in files."""

from collections.abc import Sequence
from pathlib import Path

import click

from diptych.client import to_json as as_bytes
from diptych.plugin.output import table_console, write_output
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.html_report import html_report
from diptych.plugin.relevance.judgment_files import trec_qrels, workbench_judgments
from diptych.plugin.relevance.query_files import workbench_query_set
from diptych.plugin.relevance.tables import kinds_table, runs_table, to_json, worst_table
from diptych.plugin.relevance.whys import Explained


def print_evaluation(evaluation: Evaluation, worst: Sequence[Explained], *, as_json: bool) -> None:
    """The tables, or one JSON object, on stdout; what casts doubt on them on stderr."""
    for notice in evaluation.notices:
        click.echo(f"diptych: {notice}", err=True)
    if as_json:
        click.echo(as_bytes(to_json(evaluation, worst)))
        return
    console = table_console()
    console.print(runs_table(evaluation))
    if len(evaluation.kinds) > 1:
        console.print(kinds_table(evaluation))
    if worst:
        console.print(worst_table(evaluation, worst))


def write_files(
    evaluation: Evaluation,
    worst: Sequence[Explained],
    *,
    html: Path | None,
    queries: Path | None,
    judgments: Path | None,
) -> None:
    """Write what is wanted: the report, and queries and judgments for other tools.

    Raises:
        CatalogError: a file cannot be written.
    """
    name = f"{evaluation.index} by Diptych"
    if html is not None:
        _write(html, html_report(evaluation, worst).encode())
    if queries is not None:
        _write(queries, as_bytes(workbench_query_set(evaluation.questions, name=name)))
    if judgments is not None:
        is_workbench = judgments.suffix == ".json"
        _write(
            judgments,
            as_bytes(workbench_judgments(evaluation.questions, name=name))
            if is_workbench
            else trec_qrels(evaluation.questions).encode(),
        )


def _write(file: Path, content: bytes) -> None:
    write_output(file, content)
    click.echo(f"{file} written.", err=True)
