"""`diptych satisfaction`: what clicks say of the answers, by day and by profile."""

from typing import TYPE_CHECKING

import click

from diptych.plugin.options import CLUSTER, LOCAL, json_option, settings_options
from diptych.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from diptych.plugin.feedback.interleaving import Contest
    from diptych.plugin.feedback.satisfaction import Satisfaction


@click.command("satisfaction")
@click.argument("index")
@click.option("--since", default="now-30d", show_default=True, help="The oldest answers to read.")
@click.option("--k", type=click.IntRange(min=1), default=10, show_default=True, help="Of CTR@k.")
@json_option
@settings_options(*CLUSTER, *LOCAL)
def command(settings: Settings, index: str, since: str, k: int, as_json: bool) -> None:
    """Show click rates, ranks of clicks, abandoned and reformulated searches, by day and profile.

    Where two profiles are interleaved, also which of them gets the clicks.

    Example: diptych satisfaction products --since now-7d
    """
    from dataclasses import asdict

    from diptych.client import Cluster, to_json
    from diptych.plugin.feedback.interleaving import contests
    from diptych.plugin.feedback.reading import read_shown
    from diptych.plugin.feedback.satisfaction import by_day_and_profile
    from diptych.plugin.local.defaults import resolve_settings
    from diptych.plugin.output import table_console

    shown = read_shown(Cluster(resolve_settings(settings)), index, since=since)
    days, outcomes = by_day_and_profile(shown, k=k), contests(shown)
    if as_json:
        rows = [{"day": day, "profile": name, **asdict(s)} for (day, name), s in days.items()]
        click.echo(to_json({"days": rows, "contests": [asdict(one) for one in outcomes]}))
        return
    console = table_console(width=120)
    console.print(_table({f"{day} {name}": s for (day, name), s in days.items()}, k))
    for one in outcomes:
        console.print(_sentence(one))


def _table(rows: "dict[str, Satisfaction]", k: int) -> "Table":
    from rich.table import Table

    table = Table()
    table.add_column("day and profile")
    for name in (
        "answers",
        f"CTR@{k}",
        "MRR of clicks",
        "abandoned",
        "reformulated",
        "first click",
    ):
        table.add_column(name, justify="right")
    for name, one in rows.items():
        table.add_row(
            name,
            f"{one.n:,}",
            f"{one.click_rate:.1%}",
            f"{one.reciprocal_rank:.3f}",
            f"{one.abandoned:.1%}",
            "" if one.reformulated is None else f"{one.reformulated:.1%}",
            "" if one.first_click_s is None else f"{one.first_click_s:.1f} s",
        )
    return table


def _sentence(one: "Contest") -> str:
    return (
        f"{one.one} against {one.other}: {one.n_for_one:,} answers to {one.n_for_other:,}, "
        f"{one.n_equal:,} equal (p = {one.p:.3f})."
    )
