"""Judgments from clicks: a query set with grades, as `diptych eval` and `tune` read it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from diptych.errors import SearchError
from diptych.plugin.feedback.click_model import ClickModel, fit
from diptych.plugin.feedback.shown import Shown

#: Grades are attractions times this, so that a document that is chosen half the time it is looked
#: at has 1, the least that counts as relevant.
_TOP_GRADE = 2.0


@dataclass(frozen=True, slots=True)
class FromClicks:
    """What was made of clicks.

    Attributes:
        lines: the query set, a JSON object each.
        n_queries: in it; `n_rare` were asked too seldom to be.
        n_answers: that were read; `n_clicks` were made on them.
        model: what was estimated.
    """

    lines: Sequence[bytes]
    n_queries: int
    n_rare: int
    n_answers: int
    n_clicks: int
    model: ClickModel


def from_clicks(shown: Sequence[Shown], *, min_asked: int, min_views: int) -> FromClicks:
    """Grades of what was shown often enough for queries that were asked often enough.

    Words with a photo, a product, filters or an order mean something else than the words alone,
    and are left out.

    Args:
        min_asked: times that a query must have been asked.
        min_views: times that a document must have been shown for it.

    Raises:
        SearchError: no query was asked as often, or nothing was ever clicked.
    """
    worded = [one for one in shown if one.query and one.ids and one.is_plain]
    asked = Counter(one.query for one in worded if one.first_rank == 1)
    often = {query for query, n in asked.items() if n >= min_asked}
    kept = [one for one in worded if one.query in often]
    n_clicks = sum(len(one.clicked) for one in kept)
    if not n_clicks:
        raise SearchError(
            f"{len(shown):,} answers are recorded, and none of the {len(often):,} queries that "
            f"were asked {min_asked} times or more has a click: wait for more, or lower "
            "--min-asked."
        )
    model = fit(kept)
    lines = list(_lines(model, sorted(often), min_views))
    return FromClicks(lines, len(lines), len(asked) - len(often), len(worded), n_clicks, model)


def _lines(model: ClickModel, queries: Sequence[str], min_views: int) -> Iterator[bytes]:
    for query in queries:
        views = model.views.get(query, {})
        relevant = {
            document: round(_TOP_GRADE * attraction, 3)
            for document, attraction in model.attraction.get(query, {}).items()
            if views[document] >= min_views
        }
        if relevant:
            yield orjson.dumps({"id": query, "text": query, "relevant": relevant})
