"""An evaluation as one HTML file that needs nothing else: tables, bars with intervals, queries."""

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Final

from diptych.plugin.relevance.comparing import Interval
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.tables import kinds_rows, runs_rows
from diptych.plugin.relevance.whys import Explained

_STYLE: Final = """
:root { color-scheme: light dark; --bar: #4477aa; --line: color-mix(in srgb, currentColor 20%, #0000) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top }
th:first-child, td:first-child, .words { text-align: left }
.notice { border-left: 4px solid #cc6677; padding: .3rem .8rem }
svg { display: block; width: 100%; height: auto; max-width: 40rem }
svg text { fill: currentColor; font: 12px system-ui, sans-serif }
"""
_ROW_PX, _LABEL_PX, _BAR_PX, _VALUE_PX = 26, 150, 400, 60


def html_report(evaluation: Evaluation, worst: Sequence[Explained]) -> str:
    """The page; every value in it is escaped, for queries are what strangers type."""
    first, run = evaluation.measures[0], evaluation.run_names[0]
    n = len(evaluation.questions)
    parts = [
        f"<h1>Relevance of {escape(evaluation.index)}</h1>",
        f"<p>{n:,} queries; bars and intervals (95 %, bootstrap) are of {escape(first)}.</p>",
        *(f"<p class=notice>{escape(notice)}</p>" for notice in evaluation.notices),
        _bars(evaluation),
        _runs(evaluation),
        f"<h2>{escape(first)} by kind of query</h2>",
        _kinds(evaluation),
        f"<h2>The worst queries of {escape(run)}</h2>",
        _worst(first, worst),
        "<h2>All queries, worst first</h2>",
        _queries(evaluation),
    ]
    title = f"<title>Relevance of {escape(evaluation.index)}</title>"
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8">{title}<style>{_STYLE}</style>\n'
        + "\n".join(parts)
        + "\n</html>\n"
    )


def _bars(evaluation: Evaluation) -> str:
    """One bar for each run, with its interval as a line."""
    name = evaluation.measures[0]
    bounds = [(run, evaluation.interval(run, name)) for run in evaluation.run_names]
    height, width = _ROW_PX * len(bounds), _LABEL_PX + _BAR_PX + _VALUE_PX
    rows = "".join(_bar(place, run, one) for place, (run, one) in enumerate(bounds))
    label = escape(f"{name} of each run", quote=True)
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{rows}</svg>'


def _bar(place: int, run: str, bounds: Interval) -> str:
    top = place * _ROW_PX
    middle = top + _ROW_PX / 2

    def at(value: float) -> float:
        return round(_LABEL_PX + _BAR_PX * value, 1)

    return (
        f'<text x="0" y="{middle + 4}">{escape(run)}</text>'
        f'<rect x="{_LABEL_PX}" y="{top + 4}" width="{round(_BAR_PX * bounds.mean, 1)}" '
        f'height="{_ROW_PX - 8}" fill="var(--bar)"/>'
        f'<line x1="{at(bounds.low)}" x2="{at(bounds.high)}" y1="{middle}" y2="{middle}" '
        f'stroke="currentColor" stroke-width="2"/>'
        f'<text x="{at(max(bounds.high, bounds.mean)) + 6}" y="{middle + 4}">'
        f"{bounds.mean:.3f}</text>"
    )


def _runs(evaluation: Evaluation) -> str:
    head = ["run", *evaluation.measures, "95 %", f"against {evaluation.run_names[0]}"]
    return _table(head, runs_rows(evaluation))


def _kinds(evaluation: Evaluation) -> str:
    return _table(["kind", "queries", *evaluation.run_names], kinds_rows(evaluation))


def _worst(name: str, worst: Sequence[Explained]) -> str:
    rows = (
        [
            one.question.id,
            one.question.title,
            f"{one.value:.3f}",
            " ".join(f"{lost.document}: {lost.sentence}." for lost in one.missed),
        ]
        for one in worst
    )
    return _table(["query", "asked", name, "what it misses, and why"], rows, words=(1, 3))


def _queries(evaluation: Evaluation) -> str:
    name = evaluation.measures[0]
    rows = (
        [
            evaluation.questions[i].id,
            evaluation.questions[i].title,
            *(f"{evaluation.values[run][name][i]:.3f}" for run in evaluation.run_names),
        ]
        for i in evaluation.worst_first
    )
    return _table(["query", "asked", *evaluation.run_names], rows, words=(1,))


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, words: Collection[int] = ()
) -> str:
    """A table; the columns at `words` hold text rather than numbers."""
    heads = "".join(f"<th{_class(i, words)}>{escape(name)}</th>" for i, name in enumerate(head))
    lines = "".join(
        f"<tr>{''.join(f'<td{_class(i, words)}>{escape(cell)}</td>' for i, cell in enumerate(row))}"
        "</tr>\n"
        for row in rows
    )
    return f"<table>\n<tr>{heads}</tr>\n{lines}</table>"


def _class(place: int, words: Collection[int]) -> str:
    return " class=words" if place in words else ""
