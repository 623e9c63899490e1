"""What tuning found, as a table for people and as JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.table import Table

from diptych.client import to_json
from diptych.plugin.output import table_console
from diptych.plugin.relevance.tuning import Tuned

_MEASURE = "nDCG@10"


def print_tuned(
    found: Sequence[Tuned],
    *,
    profile: str,
    is_written: bool,
    removed: Sequence[str],
    as_json: bool,
) -> None:
    """The table, or one JSON object, on stdout, and what became of it.

    Args:
        removed: kinds of which the profile says nothing any more.
    """
    if as_json:
        said = {
            "profile": profile,
            "is_written": is_written,
            "removed": list(removed),
            "kinds": [_json(one) for one in found],
        }
        click.echo(to_json(said))
        return
    console = table_console()
    console.print(tuning_table(found))
    if removed:
        click.echo(
            f"Taken from the profile {profile!r}, for the built-in weights are as good now: "
            f"{'; '.join(removed)}."
        )
    if is_written:
        click.echo(f"Kept as the profile {profile!r}; search with --profile none to compare.")
    elif any(one.preference is not None for one in found):
        click.echo("Nothing was kept: run it again without --dry-run.")
    else:
        click.echo("Nothing was kept: nothing beats the built-in weights beyond chance.")


def tuning_table(found: Sequence[Tuned]) -> Table:
    """A row for each kind of query: figures, the spread over the folds, what was chosen."""
    table = Table(title=f"{_MEASURE} by kind of query", title_justify="left")
    for name in ("kind", "weights", "blending"):
        table.add_column(name)
    for name in ("queries", "to beat", "train", "held out", "by fold", "p"):
        table.add_column(name, justify="right")
    table.add_column("kept")
    for tuned in found:
        table.add_row(*_cells(tuned))
    return table


def _json(tuned: Tuned) -> dict[str, Any]:
    """All figures by name."""
    said: dict[str, Any] = {
        "kind": tuned.kind,
        "n_queries": tuned.n,
        "is_kept": tuned.preference is not None,
        "reason": tuned.reason,
    }
    if tuned.choice is None or tuned.setting is None:
        return said
    return said | {
        "measure": _MEASURE,
        "weights": asdict(tuned.setting.weights),
        "blending": tuned.setting.blending.method,
        "to_beat": tuned.choice.default,
        "train": tuned.choice.train,
        "held_out": tuned.choice.held_out,
        "fold_differences": list(tuned.choice.folds),
        "p_value": tuned.choice.p,
    }


def _cells(tuned: Tuned) -> list[str]:
    choice, setting = tuned.choice, tuned.setting
    kept = "yes" if tuned.preference is not None else f"no: {tuned.reason}"
    if choice is None or setting is None:
        return [tuned.kind, "", "", f"{tuned.n:,}", "", "", "", "", "", kept]
    weights = asdict(setting.weights).items()
    return [
        tuned.kind,
        ", ".join(f"{name} {value:g}" for name, value in weights if value),
        setting.blending.method,
        f"{tuned.n:,}",
        f"{choice.default:.3f}",
        f"{choice.train:.3f}",
        f"{choice.held_out:.3f}",
        f"{min(choice.folds):+.3f} to {max(choice.folds):+.3f}",
        f"{choice.p:.3f}",
        kept,
    ]
