"""Judged queries of the catalogue: graded by hand on four documents, and fair on the whole."""

import numpy as np
import pytest

from diptych.plugin.demo.asking import words_for
from diptych.plugin.demo.catalogue import make_products
from diptych.plugin.demo.judging import Half, JudgedQuery, judge_all
from diptych.plugin.demo.queries import make_queries, truth_of

TRUTH = {
    "a": {"kind": "dress", "colour": "red", "pattern": "dots", "price": 40.0},
    "b": {"kind": "dress", "colour": "red", "pattern": "plain", "price": 60.0},
    "c": {"kind": "coat", "colour": "red", "pattern": "dots", "price": 40.0},
    "d": {"kind": "dress", "colour": "blue", "pattern": "plain", "price": 40.0},
}
PRODUCTS = make_products()
QUERIES = make_queries(PRODUCTS)


def grades(query: JudgedQuery) -> dict[str, int]:
    """From id to grade; empty where nothing answers fully."""
    judged = judge_all([query], TRUTH)
    return dict(judged[0].relevant) if judged else {}


def test_answer_that_lacks_one_thing_of_three_is_nearly_right() -> None:
    """Two wrong things, or another kind, are no answer."""
    asked = {"kind": "dress", "colour": "red", "pattern": "dots"}

    assert {"a": 2, "b": 1} == grades(JudgedQuery("1", asked))


def test_answer_to_two_things_has_both() -> None:
    """A blue dress does not answer "red dress"."""
    assert {"a": 2, "b": 2} == grades(JudgedQuery("1", {"kind": "dress", "colour": "red"}))


def test_what_is_avoided_is_no_answer_and_neither_is_what_it_is_like() -> None:
    """Like the dotted red dress, but not dotted."""
    query = JudgedQuery(
        "1", {"kind": "dress", "colour": "red"}, like="a", avoided={"pattern": "dots"}
    )

    assert {"b": 2} == grades(query)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [({"price": {"lte": 50}}, {"a": 2}), ({"price": {"gte": 50}}, {"b": 2}), ({"x": "y"}, {})],
)
def test_answers_pass_the_filters(
    filters: dict[str, str | dict[str, float]], expected: dict[str, int]
) -> None:
    """A query that nothing answers fully is left out."""
    asked = {"kind": "dress", "colour": "red"}

    assert expected == grades(JudgedQuery("1", asked, filters=filters))


def test_queries_that_ask_for_the_same_are_in_one_half() -> None:
    """English and Chinese, words and photo: what one half was tuned on is not in the other."""
    halves: dict[tuple[object, object], set[Half]] = {}
    for judged in QUERIES.judged:
        query = judged.query
        key = (tuple(sorted(query.asked.items())), tuple(sorted(query.avoided.items())))
        halves.setdefault(key, set()).add(query.half)
    n_in_test = sum(judged.query.half is Half.TEST for judged in QUERIES.judged)

    assert all(1 == len(half) for half in halves.values())
    assert 0.35 < n_in_test / len(QUERIES.judged) < 0.65


def test_there_are_queries_of_every_form() -> None:
    """Words in both languages, photos, both, and "like this but not so"; no id twice."""
    forms = {judged.query.id.rpartition("-")[0] for judged in QUERIES.judged}

    assert {"en", "zh", "photo", "photo-text", "not"} == forms
    assert len(QUERIES.judged) == len({judged.query.id for judged in QUERIES.judged})


def test_queries_are_the_same_for_the_same_seed() -> None:
    """And grades are those of the products."""
    assert make_queries(PRODUCTS) == QUERIES
    assert judge_all((j.query for j in QUERIES.judged), truth_of(PRODUCTS)) == list(QUERIES.judged)


def test_words_are_names_of_what_is_asked() -> None:
    """In the order of the language."""
    asked = {"kind": "sock", "length": "long", "pattern": "stripes"}
    dice = np.random.default_rng(1)
    english = {words_for(asked, language="en", dice=dice) for _ in range(60)}
    chinese = {words_for(asked, language="zh", dice=dice) for _ in range(60)}

    assert "knee-high striped socks" in english
    assert "长筒条纹袜子" in chinese
