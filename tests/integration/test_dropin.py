"""The drop-in address on real nodes: a plain body becomes hybrid, and its answer looks as before."""

import base64
from collections.abc import Iterator

import pytest
from dropping_in import Both, by_id, dropin_app, ids
from serving import run_server
from shelf import Shelf

from diptych.client import Json

pytestmark = pytest.mark.integration

WORDS: Json = {"match": {"title": "red dress"}}
EVERY_COLOUR: Json = {"match": {"title": "red blue green black white pink"}}


@pytest.fixture(scope="session")
def both(engine_shelf: Shelf) -> Iterator[Both]:
    """Each engine's shelf behind its node and behind Diptych."""
    with run_server(dropin_app(engine_shelf)) as server:
        yield Both(engine_shelf, server)


def test_hits_come_by_words_and_by_vector(both: Both) -> None:
    """A word that no product has still finds some; the total says that there are more than it."""
    answer = both.hybrid({"query": {"match": {"title": "zeppelin"}}, "size": 5})

    assert 5 == len(answer["hits"]["hits"])
    assert {"value": 0, "relation": "gte"} == answer["hits"]["total"]
    assert answer["hits"]["max_score"] == answer["hits"]["hits"][0]["_score"]


def test_totals_aggregations_and_suggestions_are_the_bodys_own(both: Both) -> None:
    """They describe what the body's query matches, whatever the vectors found."""
    body: Json = {
        "query": WORDS,
        "post_filter": {"term": {"colour": "red"}},
        "aggs": {"colours": {"terms": {"field": "colour"}}},
        "suggest": {"typo": {"text": "drees", "term": {"field": "title"}}},
        "track_total_hits": True,
    }

    ours, direct = both.hybrid(body), both.direct(body)

    assert direct["hits"]["total"] == ours["hits"]["total"]
    assert direct["aggregations"] == ours["aggregations"]
    assert direct["suggest"] == ours["suggest"]
    assert {"red"} == {hit["_source"]["colour"] for hit in ours["hits"]["hits"]}


def test_a_hit_looks_as_before(both: Both) -> None:
    """Source, highlight, fields and named queries are the engine's; our own fields stay out."""
    body: Json = {
        "query": {"bool": {"must": [{"match": {"title": {"query": "red dress", "_name": "t"}}}]}},
        "highlight": {"fields": {"title": {}}},
        "fields": ["colour", "price"],
        "docvalue_fields": ["stock"],
        "version": True,
        "seq_no_primary_term": True,
        "size": 50,
    }
    direct = by_id(both.direct({**body, "size": 300}))

    hits = by_id(both.hybrid(body))
    common = hits.keys() & direct.keys()

    assert common
    for name in common:
        expected = {**direct[name], "_score": hits[name]["_score"]}
        expected["_source"] = both.shelf.sources[name]
        assert expected == hits[name]


def test_our_fields_are_shown_where_they_are_named(both: Both) -> None:
    """And not by a star."""
    named = both.hybrid({"query": WORDS, "_source": ["title", "diptych.state"], "size": 1})
    starred = both.hybrid({"query": WORDS, "_source": ["*"], "fields": ["*"], "size": 1})

    assert {"title", "diptych"} == set(named["hits"]["hits"][0]["_source"])
    hit = starred["hits"]["hits"][0]
    assert not [name for name in (*hit["_source"], *hit["fields"]) if name.startswith("diptych")]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (False, None),
        ("title", {"title"}),
        ({"includes": ["t*", "price"], "excludes": ["price"]}, {"title"}),
        ([], {"title", "price", "colour"}),
    ],
)
def test_the_source_is_what_was_asked_for(
    both: Both, source: object, shown: set[str] | None
) -> None:
    """In every form that the engines know."""
    hit = both.hybrid({"query": WORDS, "_source": source, "size": 1})["hits"]["hits"][0]

    assert (shown is None) == ("_source" not in hit)
    if shown == {"title"}:
        assert shown == set(hit["_source"])
    elif shown is not None:
        assert shown <= set(hit["_source"])


def test_parameters_of_the_address_count(both: Both) -> None:
    """As `search(size=3, _source_includes=..)` of the clients sends them."""
    body: Json = {"query": WORDS, "size": 7}
    query = "?size=3&from=1&_source_includes=title&rest_total_hits_as_int=true&pretty"

    answer = both.hybrid(body, query)

    assert ids(both.hybrid(body))[1:4] == ids(answer)
    assert [{"title"}] * 3 == [set(hit["_source"]) for hit in answer["hits"]["hits"]]
    assert both.direct(body)["hits"]["total"]["value"] == answer["hits"]["total"]


def test_aggregations_have_typed_keys_where_they_are_wanted(both: Both) -> None:
    """Some clients read the answer by them."""
    body: Json = {"query": WORDS, "aggs": {"colours": {"terms": {"field": "colour"}}}}

    answer = both.hybrid(body, "?typed_keys=true&preference=_local")

    assert {"sterms#colours"} == set(answer["aggregations"])


def test_filter_path_picks_the_parts(both: Both) -> None:
    """As the engines do."""
    answer = both.hybrid({"query": WORDS, "size": 2}, "?filter_path=hits.hits._id,-took")

    assert {"hits"} == set(answer)
    assert [{"_id"}, {"_id"}] == [set(hit) for hit in answer["hits"]["hits"]]


@pytest.mark.parametrize("collapse", [None, "group_id", "price"])
def test_pages_neither_repeat_nor_leave_out(both: Both, collapse: str | None) -> None:
    """Also behind the window, where the body's own query goes on alone."""
    body: Json = {"query": EVERY_COLOUR}
    if collapse is not None:
        body["collapse"] = {"field": collapse}
    pages = [both.hybrid({**body, "from": start, "size": 45}) for start in range(0, 315, 45)]
    hits = [hit for page in pages for hit in page["hits"]["hits"]]
    scores = [hit["_score"] for hit in hits]
    sources = both.shelf.sources

    assert sorted(scores, reverse=True) == scores
    if collapse is None:
        assert set(sources) == {hit["_id"] for hit in hits}
        assert len(sources) == len(hits)
    else:
        groups = [hit["fields"][collapse][0] if "fields" in hit else None for hit in hits]
        assert {source.get(collapse) for source in sources.values()} == set(groups)
        assert len(set(groups)) == len(groups)


def test_a_tie_break_orders_equal_scores(both: Both) -> None:
    """Cheap ones first, where words and vectors say the same; its values are shown."""
    body: Json = {"query": EVERY_COLOUR, "sort": ["_score", {"price": "asc"}, "_doc"], "size": 100}

    hits = both.hybrid(body)["hits"]["hits"]
    keys = [(-hit["_score"], *hit["sort"][1:2]) for hit in hits]

    assert sorted(keys) == keys
    assert [[hit["_score"], hit["_source"]["price"]] for hit in hits] == [
        hit["sort"][:2] for hit in hits
    ]


def test_an_explanation_adds_up(both: Both) -> None:
    """Its parts are the sources of evidence; the engine's own explanation stands within."""
    answer = both.hybrid({"query": WORDS, "explain": True, "size": 20})

    for hit in answer["hits"]["hits"]:
        details = hit["_explanation"]["details"]
        assert hit["_score"] == hit["_explanation"]["value"]
        assert hit["_score"] == pytest.approx(sum(it["value"] for it in details), abs=1e-3)
        names = [it["description"].partition(":")[0] for it in details]
        assert "keywords" == names[0]
        assert "offset" == names[-1]
    assert any(it["details"] for it in answer["hits"]["hits"][0]["_explanation"]["details"])


def test_rescoring_and_a_least_score_act_on_the_own_leg(both: Both) -> None:
    """They change what the body's query finds, and so its totals."""
    body: Json = {
        "query": WORDS,
        "min_score": 2.0,
        "rescore": {
            "window_size": 50,
            "query": {"rescore_query": {"match": {"description": "hat"}}},
        },
    }

    ours, direct = both.hybrid(body), both.direct(body)

    assert direct["hits"]["total"]["value"] == ours["hits"]["total"]["value"]
    assert 10 == len(ours["hits"]["hits"])


def test_the_image_of_a_body_is_searched_by(both: Both) -> None:
    """Without words the body's own query only filters."""
    photo = base64.b64encode(b"picture of a hat").decode()
    body: Json = {"query": {"term": {"colour": "red"}}, "ext": {"diptych": {"image": photo}}}

    answer = both.hybrid(body)

    assert {"red"} == {hit["_source"]["colour"] for hit in answer["hits"]["hits"]}
    assert 1.0 == answer["hits"]["max_score"]


def test_products_to_resemble_are_read_and_left_out(both: Both) -> None:
    """Their neighbours come by vector."""
    body: Json = {"query": {"match_all": {}}, "ext": {"diptych": {"like": "p5"}}, "size": 20}

    answer = both.hybrid(body)

    assert 20 == len(answer["hits"]["hits"])
    assert both.shelf.sources["p5"]["title"] == answer["hits"]["hits"][0]["_source"]["title"]
    assert "p5" not in ids(answer)


def test_steering_moves_the_hits(both: Both) -> None:
    """Weights, a blending, and what is not wanted."""
    plain = both.hybrid({"query": WORDS, "size": 30})
    steered = [
        both.hybrid({"query": WORDS, "size": 30, "ext": {"diptych": steering}})
        for steering in (
            {"weights": {"keywords": 5}},
            {"blending": {"method": "rrf", "rank_constant": 10}},
            {"not": {"text": "dress"}},
            {"prefer": ["p9"]},
            {"text": "green coat"},
        )
    ]

    assert all(ids(plain) != ids(answer) for answer in steered)


@pytest.mark.parametrize(
    ("steering", "named"),
    [
        ({"weights": {"colour": 1}}, "colour"),
        ({"wieghts": {}}, "wieghts"),
        ({"image": "no base64!"}, "image"),
        ({"image": "bm8="}, "not a picture"),
        ({"like": [1]}, "like"),
        ({"off": "yes"}, "off"),
        ({"blending": "rff"}, "rff"),
        ([], "ext.diptych"),
    ],
)
def test_steering_that_cannot_be_used_is_refused(both: Both, steering: object, named: str) -> None:
    """In the form of the engines' errors, naming the value."""
    status, answer, _ = both.server.ask(
        f"/{both.shelf.index}/_search", {"query": WORDS, "ext": {"diptych": steering}}
    )

    assert 400 == status == answer["status"]
    assert named in answer["error"]["reason"]


def test_an_error_of_the_own_query_is_the_answer(both: Both) -> None:
    """With the engine's status and words."""
    for body in (
        {"query": {"bool": {"must": WORDS, "filter": {"foo": {}}}}},
        {"query": {"bool": {"must": WORDS, "filter": {"range": {"price": {"gte": "dear"}}}}}},
        {"query": WORDS, "collapse": {"field": "title"}},
    ):
        status, answer, _ = both.server.ask(f"/{both.shelf.index}/_search", body)
        direct = both.direct(body)

        assert direct["status"] == status == answer["status"]
        assert direct["error"]["type"] == answer["error"]["type"]
