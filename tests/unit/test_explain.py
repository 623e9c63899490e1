"""The parts of an explanation are those of the formula, and add up."""

import pytest

from diptych.query.blend import Blending, Leg, blend
from diptych.query.explain import SPLIT_NOTE, BlendExplainer, explain_keywords, explain_vector

KEYWORDS = {"a": 8.0, "b": 6.0, "c": 4.0}
NEAREST = {"a": 1.5, "d": 1.25, "b": 1.0}
SHARES = (0.25, 0.75)
#: With a bias of 0.9: text and image of `a` are 0.4 + 0.2, of `d` 0.3 + 0.05, of `b` 0.05 + 0.05.
PARTS = {
    "a": {"text": 0.4, "image": 0.2},
    "d": {"text": 0.3, "image": 0.05},
    "b": {"text": 0.05, "image": 0.05},
}


def test_parts_follow_the_formula() -> None:
    """(s - 1) / 0.5 makes a part p worth 0.75 * p / 0.5; b is the lowest and gets the floor."""
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES)

    a, b = (explain(name, PARTS[name]).parts for name in "ab")

    assert pytest.approx({"keywords": 0.25, "text": 0.6, "image": 0.3, "offset": -0.15}) == a
    assert (
        pytest.approx(
            {"keywords": 0.125, "text": 0.075, "image": 0.075, "offset": -0.15 + 0.75 * 0.001}
        )
        == b
    )


@pytest.mark.parametrize(
    "blending",
    [
        Blending(),
        Blending("z_score"),
        Blending("rrf"),
        Blending("bounds", bounds=((5.0, 7.0), (0.0, 1.25))),
    ],
)
def test_parts_add_up_to_the_blended_score(blending: Blending) -> None:
    """For a hit of both legs, of one leg, and one that has no vector; also where bounds cut off."""
    ranked = dict(blend([Leg(KEYWORDS, SHARES[0]), Leg(NEAREST, SHARES[1])], blending=blending))
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES, blending=blending)

    sums = {name: sum(explain(name, PARTS.get(name)).parts.values()) for name in ranked}

    assert pytest.approx(ranked, abs=1e-9) == sums


def test_a_z_score_is_split_by_the_deviation() -> None:
    """1.5, 1.25 and 1: mean 1.25, deviation 0.25; keywords 8, 6 and 4: mean 6, deviation 2."""
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES, blending=Blending("z_score"))

    parts = explain("a", PARTS["a"]).parts

    assert (
        pytest.approx({"keywords": 0.25 * 3, "text": 1.2, "image": 0.6, "offset": 0.75 * 3 - 1.8})
        == parts
    )


def test_fixed_bounds_are_split_by_their_width() -> None:
    """0 to 2: a part p is worth 0.75 * p / 2, and the bias 0.9 is the offset."""
    blending = Blending("bounds", bounds=((0.0, 10.0), (0.0, 2.0)))
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES, blending=blending)

    parts = explain("a", PARTS["a"]).parts

    assert (
        pytest.approx({"keywords": 0.2, "text": 0.15, "image": 0.075, "offset": 0.75 * 0.9 / 2})
        == parts
    )


def test_reciprocal_ranks_are_split_in_proportion() -> None:
    """`a` is first: 0.75 / 61, of which text adds 0.4 of 0.6; the explanation says so."""
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES, blending=Blending("rrf"))

    explanation = explain("a", PARTS["a"])

    assert (
        pytest.approx({"keywords": 0.25 / 61, "text": 0.5 / 61, "image": 0.25 / 61, "offset": 0})
        == explanation.parts
    )
    assert SPLIT_NOTE == explanation.to_json()["note"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"text": -0.2, "image": 0.3}, {"text": 0.0, "image": 1.0, "offset": 0.0}),
        ({"text": -0.2, "image": 0.0}, {"text": 0.0, "image": 0.0, "offset": 1.0}),
    ],
)
def test_what_takes_away_has_no_part_in_a_reciprocal_rank(
    parts: dict[str, float], expected: dict[str, float]
) -> None:
    """Its share is that of who adds; where nobody adds, it is the offset."""
    explain = BlendExplainer({}, {"a": 1.0}, shares=(0.0, 2.0), blending=Blending("rrf", 1))

    assert {"keywords": 0.0} | expected == explain("a", parts).parts


def test_boosts_are_parts_too() -> None:
    """What they added stands beside what the legs gave."""
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES)

    parts = explain("c", None, boosts={"boost:brand=Acme": 0.2}).parts

    assert {"keywords": 0.00025, "offset": 0.0, "boost:brand=Acme": 0.2} == parts


def test_a_document_outside_a_leg_owes_it_nothing() -> None:
    """`c` has no vector, `d` matches no keyword."""
    explain = BlendExplainer(KEYWORDS, NEAREST, shares=SHARES)

    assert {"keywords": 0.00025, "offset": 0.0} == explain("c", None).parts
    assert 0.0 == explain("d", PARTS["d"]).parts["keywords"]
    assert explain("d", PARTS["d"]).raw["keywords"] is None


def test_a_leg_without_a_spread_is_all_offset() -> None:
    """Where all hits are equally near, no block puts one ahead of another."""
    explain = BlendExplainer(KEYWORDS, {"a": 1.5, "d": 1.5}, shares=SHARES)

    parts = explain("d", PARTS["d"]).parts

    assert {"keywords": 0.0, "text": 0.0, "image": 0.0, "offset": 0.75} == parts


def test_a_single_leg_is_explained_by_its_own_score() -> None:
    """BM25 as it is, and the inner product block by block."""
    assert {"keywords": 7.5} == explain_keywords(7.5).parts
    assert pytest.approx({"text": 0.4, "image": 0.2, "offset": 0}) == dict(
        explain_vector(0.6, PARTS["a"]).parts
    )
