"""`diptych eval`: how good an index's answers are, by judged queries."""

from pathlib import Path

import click

from diptych.plugin.judged_options import FILE, judged_options
from diptych.plugin.options import CLUSTER, LOCAL, MODELS, json_option, settings_options
from diptych.settings import Settings


@click.command("eval")
@click.argument("index")
@judged_options
@click.option(
    "--run",
    "runs",
    multiple=True,
    metavar="NAME:WEIGHTS/BLENDING",
    help="One more way to ask, as mine:keywords=0.3,image=1/rrf:60.",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME@K",
    help="The first one orders and is tested.  [default: nDCG@10, P@10, R@10, F1@10, MRR@10, "
    "MAP@10]",
)
@click.option(
    "--relevant-from",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="The grade that counts as relevant.",
)
@click.option("--worst", "n_worst", default=5, show_default=True, help="Worst queries to explain.")
@click.option(
    "--fail-under",
    "bars",
    multiple=True,
    metavar="MEASURE=VALUE",
    help="Fail where the hybrid run, or RUN in RUN:MEASURE=VALUE, reaches less.",
)
@click.option("--html", "html_file", type=FILE, help="Write a report with plots here.")
@click.option("--write-queries", type=FILE, help="Write the workbench's query set here (.json).")
@click.option(
    "--write-judgments",
    type=FILE,
    help="Write the judgments here: .json for the workbench, else TREC's qrels.",
)
@json_option
@settings_options(*CLUSTER, *LOCAL, *MODELS)
def command(
    settings: Settings,
    index: str,
    queries_file: Path,
    judgments_file: Path | None,
    runs: tuple[str, ...],
    measures: tuple[str, ...],
    relevant_from: float,
    n_worst: int,
    bars: tuple[str, ...],
    html_file: Path | None,
    write_queries: Path | None,
    write_judgments: Path | None,
    as_json: bool,
) -> None:
    """Measure how good the answers are: hybrid, keywords alone, each vector alone, and your runs.

    Every difference to the hybrid run comes with how often chance alone makes as large a one.

    Example: diptych eval products --queries queries.ndjson --fail-under nDCG@10=0.6
    """
    from diptych.plugin.progress import count_bar
    from diptych.plugin.relevance.bars import check_bars, parse_bar
    from diptych.plugin.relevance.judgment_files import read_judged
    from diptych.plugin.relevance.measures import DEFAULT_MEASURES
    from diptych.plugin.relevance.measuring import Wanted, evaluate
    from diptych.plugin.relevance.runs import STANDARD, parse_run
    from diptych.plugin.relevance.whys import explain_worst
    from diptych.plugin.relevance.writing import print_evaluation, write_files
    from diptych.plugin.searching import open_desk

    wanted = Wanted(
        runs=(*STANDARD, *map(parse_run, runs)),
        measures=measures or DEFAULT_MEASURES,
        relevant_from=relevant_from,
    )
    wanted_bars = [parse_bar(text, wanted) for text in bars]
    questions = read_judged(queries_file, judgments_file)
    desk = open_desk(settings, index, needs_encoder=any(q.needs_encoder for q in questions))
    with count_bar("Asking", len(questions) * len(wanted.runs)) as bar:
        evaluation = evaluate(desk, questions, wanted, on_progress=bar)
    worst = explain_worst(desk.searcher, evaluation, n=n_worst)
    print_evaluation(evaluation, worst, as_json=as_json)
    write_files(evaluation, worst, html=html_file, queries=write_queries, judgments=write_judgments)
    check_bars(evaluation, wanted_bars)
