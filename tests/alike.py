"""Searches of a shop, and what is alike in a cluster's answers to them and in Diptych's."""

from typing import Any

from dropping_in import timeless

from diptych.client import Json

WORDS: Json = {"match": {"title": "red dress"}}
SEARCHES: dict[str, Json] = {
    "plain": {"query": WORDS, "size": 20},
    "facets": {
        "query": {"bool": {"must": [WORDS], "filter": [{"term": {"in_stock": True}}]}},
        "aggs": {"colours": {"terms": {"field": "colour"}}, "price": {"stats": {"field": "price"}}},
        "highlight": {"fields": {"title": {}}},
        "_source": ["title", "price"],
        "size": 20,
    },
    "sorted": {"query": WORDS, "sort": ["_score", {"price": "asc"}], "size": 20},
    "cheapest": {"query": WORDS, "sort": [{"price": "asc"}, "_doc"], "size": 5},
    "grouped": {"query": WORDS, "collapse": {"field": "colour"}, "size": 10},
    "suggestions": {"query": WORDS, "suggest": {"s": {"text": "drss", "term": {"field": "title"}}}},
}
#: Those that a body with another order than the score's asks for.
FORWARDED = {"cheapest"}


def check_alike(direct: dict[str, Any], ours: dict[str, Any]) -> None:
    """Everything but the hits is the same, and hits that both have look the same."""
    for name, expected in direct.items():
        answer = ours[name]
        if name in FORWARDED or "hits" not in expected:
            assert timeless(expected) == timeless(answer), name
            continue
        assert expected.keys() == answer.keys(), name
        assert expected["hits"]["total"]["value"] == answer["hits"]["total"]["value"]
        for part in ("aggregations", "suggest", "_shards", "timed_out"):
            assert expected.get(part) == answer.get(part), (name, part)
        _check_hits(expected["hits"]["hits"], answer["hits"]["hits"])


def _check_hits(direct: list[Json], ours: list[Json]) -> None:
    """The keys of each, and all of those that both pages have but their scores."""
    known = {hit["_id"]: hit for hit in direct}
    assert ours
    for hit in ours:
        expected = known.get(hit["_id"])
        if expected is not None:
            own = {"_source": {n: v for n, v in expected["_source"].items() if n[:7] != "diptych"}}
            assert _unscored({**expected, **own}) == _unscored(hit)


def _unscored(hit: Json) -> Json:
    """The hit without what it is ordered by."""
    found = {name: value for name, value in hit.items() if name != "_score"}
    return {**found, "sort": hit["sort"][1:]} if "sort" in hit else found
