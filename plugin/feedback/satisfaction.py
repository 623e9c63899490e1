"""How satisfied people were, as far as clicks tell, by day and by profile."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import fmean, median

from diptych.plugin.feedback.shown import Shown

#: Asking otherwise within this time, without a click before, is a reformulation.
REFORMULATED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Figures of some answers.

    Attributes:
        n: answers; further pages of one are part of it.
        click_rate: share with a click among the first `k` hits (CTR@k).
        reciprocal_rank: mean of 1 / rank of the first clicked hit, 0 without one.
        abandoned: share without any click, and not asked otherwise.
        reformulated: share without any click after which the same client asked otherwise; None
            where no client is known.
        first_click_s: median seconds to the first click; None without clicks.
    """

    n: int
    click_rate: float
    reciprocal_rank: float
    abandoned: float
    reformulated: float | None
    first_click_s: float | None


def by_day_and_profile(
    shown: Iterable[Shown], *, k: int = 10
) -> Mapping[tuple[str, str], Satisfaction]:
    """(day, profile) -> figures, in order; days in UTC."""
    first_pages = _first_pages(shown)
    reformulated = _reformulated(first_pages)
    groups: defaultdict[tuple[str, str], list[Shown]] = defaultdict(list)
    for one in first_pages:
        groups[one.at.date().isoformat(), one.profile].append(one)
    return {key: _figures(groups[key], reformulated, k) for key in sorted(groups)}


def _figures(first_pages: Sequence[Shown], reformulated: set[str], k: int) -> Satisfaction:
    again = {one.query_id for one in first_pages} & reformulated
    knows_clients = any(one.client for one in first_pages)
    ranks = [_first_rank(one) for one in first_pages]
    delays = [min(click.delay_s for click in one.clicks) for one in first_pages if one.clicks]
    unclicked = [one for one in first_pages if not one.clicks]
    n = len(first_pages)
    return Satisfaction(
        n=n,
        click_rate=sum(rank is not None and rank <= k for rank in ranks) / n,
        reciprocal_rank=fmean(1 / rank if rank else 0.0 for rank in ranks),
        abandoned=sum(one.query_id not in again for one in unclicked) / n,
        reformulated=len(again) / n if knows_clients else None,
        first_click_s=median(delays) if delays else None,
    )


def _first_pages(shown: Iterable[Shown]) -> list[Shown]:
    """The first pages, each with the clicks on later pages of the same search.

    A later page is of the last first page of the same query and client before it.
    """
    pages: list[Shown] = []
    places: dict[tuple[str, str], int] = {}
    for one in sorted(shown, key=lambda one: one.at):
        search = (one.client or one.query_id, one.query)
        if one.first_rank == 1:
            places[search] = len(pages)
            pages.append(one)
        elif one.clicks and search in places:
            first = pages[places[search]]
            pages[places[search]] = _joined(first, one)
    return pages


def _joined(first: Shown, later: Shown) -> Shown:
    """A first page with a later one below it; what stood between them is not known."""
    between = later.first_rank - first.first_rank - len(first.ids)
    waited_s = (later.at - first.at).total_seconds()
    clicks = [replace(click, delay_s=click.delay_s + waited_s) for click in later.clicks]
    ids = (*first.ids, *[""] * max(0, between), *later.ids)
    return replace(first, ids=ids, clicks=(*first.clicks, *clicks))


def _first_rank(one: Shown) -> int | None:
    ranks = [rank for rank in map(one.rank, one.clicked) if rank is not None]
    return min(ranks, default=None)


def _reformulated(shown: Sequence[Shown]) -> set[str]:
    """Ids of the answers without a click after which the same client soon asked otherwise."""
    by_client: defaultdict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        if one.client is not None:
            by_client[one.client].append(one)
    found = set()
    for answers in by_client.values():
        answers.sort(key=lambda one: one.at)
        for one, later in itertools.pairwise(answers):
            is_soon = later.at - one.at <= REFORMULATED_WITHIN
            if not one.clicks and is_soon and later.query != one.query:
                found.add(one.query_id)
    return found
