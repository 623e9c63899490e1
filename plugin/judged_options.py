"""Flags of the commands that read judged queries."""

from collections.abc import Callable
from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)


def judged_options(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command `--queries` and `--qrels`, as `queries_file` and `judgments_file`."""
    for option in (
        click.option(
            "--qrels",
            "judgments_file",
            type=FILE,
            help="Judgments: TREC's qrels, NDJSON with id and relevant, or a judgment list of the "
            "workbench (.json). Not needed where the queries have `relevant`.",
        ),
        click.option(
            "--queries",
            "queries_file",
            type=FILE,
            required=True,
            help="NDJSON with id and text, image, like, not, filters, relevant; or TREC's "
            "ID<tab>TEXT (.tsv); or a query set of OpenSearch's Search Relevance Workbench "
            "(.json).",
        ),
    ):
        function = option(function)
    return function
