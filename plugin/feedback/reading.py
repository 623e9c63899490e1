"""Answers and clicks read back from the cluster, joined."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from diptych.client import Cluster, Json
from diptych.errors import MissingIndexError, SearchError
from diptych.plugin.feedback.shown import Click, Shown
from diptych.plugin.feedback.ubi import EVENTS, JUDGING_CLIENT, QUERIES
from diptych.plugin.scrolling import scrolled
from diptych.query.kinds import CJK, WORDS

#: Actions that choose a hit, from the weakest on.
CHOOSING: Final = ("click", "click_through", "add_to_cart", "purchase")
_PAGE: Final = 1_000


def read_shown(cluster: Cluster, index: str, *, since: str = "now-30d") -> list[Shown]:
    """The answers of one index with their clicks, oldest first; not those of the judging page.

    Args:
        since: a time, or the engine's date arithmetic.

    Raises:
        SearchError: nothing was recorded.
        DiptychError: the cluster refuses or does not answer.
    """
    recent = {"range": {"timestamp": {"gte": since}}}
    asked = {
        "bool": {
            "filter": [recent, {"term": {"query_attributes.index": index}}],
            "must_not": [{"term": {"client_id": JUDGING_CLIENT}}],
        }
    }
    found = [_shown(source) for source in _all(cluster, QUERIES, asked)]
    if not found:
        raise SearchError(
            f"Nothing was recorded of {index!r} since {since}: serve it with --feedback, or name "
            "an earlier --since."
        )
    chosen = {"bool": {"filter": [recent, {"terms": {"action_name": list(CHOOSING)}}]}}
    clicks: dict[str, list[Json]] = {}
    for event in _all(cluster, EVENTS, chosen):
        clicks.setdefault(event.get("query_id", ""), []).append(event)
    joined = [_with_clicks(one, clicks.get(one.query_id, ())) for one in found]
    return sorted(joined, key=lambda one: one.at)


def _shown(source: Json) -> Shown:
    attributes = source.get("query_attributes") or {}
    return Shown(
        query_id=source["query_id"],
        query=source.get("user_query") or "",
        at=datetime.fromisoformat(source["timestamp"]),
        ids=tuple(source.get("query_response_hit_ids") or ()),
        first_rank=int(attributes.get("from", 0)) + 1,
        profile=str(attributes.get("profile") or "default"),
        client=source.get("client_id"),
        teams=attributes.get("teams") or {},
        is_plain=_is_plain(attributes),
    )


def _is_plain(attributes: Json) -> bool:
    kind = str(attributes.get("kind") or WORDS)
    is_moved = attributes.get("n_filters") or attributes.get("is_steered")
    return kind in {WORDS, CJK} and not is_moved


def _with_clicks(one: Shown, events: Sequence[Json]) -> Shown:
    """Clicks on what was shown; an event may name anything, at a time in any form."""
    clicks = []
    for event in events:
        document, at = _object_id(event), _time(event.get("timestamp"))
        if document in one.ids and at is not None:
            delay_s = (at - one.at).total_seconds()
            clicks.append(Click(document, max(delay_s, 0.0), event["action_name"]))
    return replace(one, clicks=tuple(clicks))


def _object_id(event: Json) -> str:
    attributes: dict[str, Any] = event.get("event_attributes") or {}
    return str((attributes.get("object") or {}).get("object_id", ""))


def _time(said: object) -> datetime | None:
    """Of an event, which another collector may have written: ISO 8601, or milliseconds since 1970."""
    try:
        if isinstance(said, int | float):
            return datetime.fromtimestamp(said / 1000, UTC)
        at = datetime.fromisoformat(str(said))
    except (OverflowError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _all(cluster: Cluster, index: str, query: Json) -> Iterator[Json]:
    """The sources of all that is found; nothing where there is no such index."""
    body = {"size": _PAGE, "query": query, "sort": ["_doc"]}
    try:
        for hits in scrolled(cluster, index, body):
            yield from (hit["_source"] for hit in hits)
    except MissingIndexError:
        return
