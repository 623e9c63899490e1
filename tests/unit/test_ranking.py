"""Cut-off, collapse, diversity and placing of a blended list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.errors import UsageError
from diptych.layout import product_layout
from diptych.query.ranking.candidates import Candidate
from diptych.query.ranking.collapse import collapse
from diptych.query.ranking.cut_off import cut_off
from diptych.query.ranking.diversity import check_diversity, diversify
from diptych.query.ranking.placing import place
from diptych.vectors import Floats

LAYOUT = product_layout(text_dimension=2, image_dimension=2)

RANKED = [Candidate("a", 1.0), Candidate("b", 0.875), Candidate("c", 0.5), Candidate("d", 0.0)]


def ids(candidates: list[Candidate]) -> str:
    """The order, as a word of one-letter ids."""
    return "".join(one.id for one in candidates)


def vector(text: tuple[float, float], image: tuple[float, float]) -> Floats:
    """A fused vector; agreement and bias are as large as they get, and must not count."""
    return np.array([*text, *image, 1, 1, 0, 0], dtype=np.float32)


EAST, NORTH = (1.0, 0.0), (0.0, 1.0)
#: a and b are the same, c differs from them in its picture, d in both.
VECTORS = {
    "a": vector(EAST, EAST),
    "b": vector(EAST, EAST),
    "c": vector(EAST, NORTH),
    "d": vector(NORTH, NORTH),
}


def test_a_cut_off_keeps_what_scores_enough() -> None:
    """The lowest score itself is enough; none asked for keeps all."""
    assert "abc" == ids(cut_off(RANKED, 0.5))
    assert "abcd" == ids(cut_off(RANKED, None))


def test_collapse_keeps_the_best_of_each_group() -> None:
    """a, b and d are one product, and c, which has no group, stands for itself."""
    assert "ac" == ids(collapse(RANKED, {"a": "shirt", "b": "shirt", "d": ["shirt", "x"]}))


def test_products_without_a_group_all_stay() -> None:
    """Where engines show one of them."""
    assert "abcd" == ids(collapse(RANKED, {"b": None, "c": []}))


def test_pinned_come_first_and_buried_last() -> None:
    """Pinned in the order given, buried in that of the list, whatever was not found left out."""
    assert "dabc" == ids(place(RANKED, pinned=["d", "x"], buried=["x"]))
    assert "dbac" == ids(place(RANKED, pinned=["d", "b", "d"]))
    assert "cdab" == ids(place(RANKED, buried=["b", "a"]))
    assert "bacd" == ids(place(RANKED, pinned=["b"], buried=["b"]))


def test_no_diversity_changes_nothing() -> None:
    """The order of the scores, with or without vectors."""
    assert "abcd" == ids(diversify(RANKED, VECTORS, 0, 4, layout=LAYOUT))


def test_full_diversity_takes_the_most_different() -> None:
    """After a comes d (cosine 0), then c (1/2 to either), and b, the same as a, last."""
    assert "adcb" == ids(diversify(RANKED, VECTORS, 1, 4, layout=LAYOUT))


def test_diversity_weighs_relevance_against_likeness() -> None:
    """Relevance 1, 7/8, 1/2, 0 and likeness to a 1, 1/2, 0, at a diversity of 1/2.

    Second: b (7/8 - 1) / 2 = -1/16, c (1/2 - 1/2) / 2 = 0, d 0: c, the better of the two that tie.
    Third: b still -1/16, d (0 - 1/2) / 2 = -1/4.
    """
    assert "acbd" == ids(diversify(RANKED, VECTORS, 0.5, 4, layout=LAYOUT))


def test_only_the_first_n_are_chosen() -> None:
    """The others follow in their order."""
    assert "adbc" == ids(diversify(RANKED, VECTORS, 1, 2, layout=LAYOUT))


def test_a_product_without_a_vector_is_like_nothing() -> None:
    """b keeps its place before c, which is half like a."""
    vectors = {name: row for name, row in VECTORS.items() if name != "b"}

    assert "abdc" == ids(diversify(RANKED, vectors, 1, 4, layout=LAYOUT))


@pytest.mark.parametrize("candidates", [[], RANKED[:1]])
def test_short_lists_have_nothing_to_diversify(candidates: list[Candidate]) -> None:
    """Nothing found, or one hit."""
    assert candidates == diversify(candidates, VECTORS, 0.5, 10, layout=LAYOUT)


def test_equal_scores_are_all_relevant() -> None:
    """A list without a spread keeps its order where all are alike."""
    same = [Candidate(name, 1.0) for name in "abc"]

    assert "abc" == ids(diversify(same, dict.fromkeys("abc", VECTORS["a"]), 0.7, 3, layout=LAYOUT))


@pytest.mark.parametrize("diversity", [-0.1, 1.5, float("nan")])
def test_a_diversity_out_of_range_is_a_sentence(diversity: float) -> None:
    """It names the value and both ends."""
    with pytest.raises(UsageError, match=r"The diversity \S+ cannot be used: use a number from 0"):
        check_diversity(diversity)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1), st.floats(-1, 1)), max_size=20),
    st.floats(0, 1),
    st.integers(0, 25),
)
def test_diversity_loses_and_adds_nobody(
    products: list[tuple[float, float, float]], diversity: float, n: int
) -> None:
    """Each candidate is there once, and the best is still the first."""
    ranked = [
        Candidate(f"{row:02}", score)
        for row, (score, _, _) in enumerate(sorted(products, reverse=True))
    ]
    vectors = {f"{row:02}": vector((x, y), (y, x)) for row, (_, x, y) in enumerate(products)}

    chosen = diversify(ranked, vectors, diversity, n, layout=LAYOUT)

    assert sorted(one.id for one in ranked) == sorted(one.id for one in chosen)
    assert ranked[:1] == chosen[:1]
