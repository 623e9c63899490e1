"""The query vector makes the engine's inner product the weighted sum that it stands for."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT, product_layout
from diptych.query.meaning import Wish
from diptych.query.vector import (
    AVOIDANCE_OF_PRODUCTS,
    AVOIDANCE_OF_WORDS,
    TASTE,
    QueryVector,
    build_query_vector,
)
from diptych.query.weights import Weights
from diptych.vectors import Floats, unit_rows

LAYOUT = product_layout(text_dimension=2, image_dimension=3)


def _floats(*numbers: float) -> Floats:
    return np.array(numbers, np.float32)


def _product(text: Sequence[float], image: Sequence[float], agreement: float) -> Floats:
    return LAYOUT.fuse(
        {
            TEXT: np.array([text], np.float32),
            IMAGE: np.array([image], np.float32),
            AGREEMENT: np.array([[agreement]], np.float32),
            BIAS: np.ones((1, 1), np.float32),
        }
    )


def _build(wishes: list[Wish], weights: Weights) -> QueryVector:
    vector = build_query_vector(wishes, layout=LAYOUT, weights=weights)
    assert vector is not None
    return vector


def test_the_inner_product_is_the_weighted_sum_of_cosines() -> None:
    """0.5 * cos 0.6 + 2 * cos 0.8 + 0.1 * 0.7, with the bias 0.5 + 2 + 0.1 on top."""
    wishes = [Wish(TEXT, _floats(1, 0)), Wish(IMAGE, _floats(0, 1, 0))]
    product = _product((0.6, 0.8), (0.6, 0.8, 0), 0.7)

    vector = _build(wishes, Weights(keywords=1, text=0.5, image=2, agreement=0.1))

    assert pytest.approx(2.6) == vector.bias
    assert pytest.approx(0.3 + 1.6 + 0.07 + 2.6) == float(product[0] @ vector.values)


def test_parts_are_the_blocks_shares_without_the_bias() -> None:
    """The same sum, block by block."""
    wishes = [Wish(TEXT, _floats(1, 0)), Wish(IMAGE, _floats(0, 1, 0))]
    vector = _build(wishes, Weights(keywords=1, text=0.5, image=2, agreement=0.1))

    parts = vector.parts(_product((0.6, 0.8), (0.6, 0.8, 0), 0.7))

    assert pytest.approx({TEXT: 0.3, IMAGE: 1.6, AGREEMENT: 0.07}) == {
        name: float(column[0]) for name, column in parts.items()
    }


def test_several_wishes_of_a_block_are_averaged() -> None:
    """Words and a photo share the image block, at length 1."""
    wishes = [Wish(IMAGE, _floats(1, 0, 0)), Wish(IMAGE, _floats(0, 1, 0))]

    vector = _build(wishes, Weights(keywords=0, text=1, image=1, agreement=0))

    half = 0.5**0.5
    assert pytest.approx([half, half, 0]) == vector.values[LAYOUT[IMAGE].span].tolist()


@pytest.mark.parametrize(
    ("is_said", "share"), [(True, AVOIDANCE_OF_WORDS), (False, AVOIDANCE_OF_PRODUCTS)]
)
def test_what_is_not_wanted_is_taken_away_and_not_rescaled(*, is_said: bool, share: float) -> None:
    """h = wanted - share * unwanted, with a smaller share where words stand against words."""
    wanted = Wish(IMAGE, _floats(1, 0, 0), is_said=is_said)
    unwanted = Wish(IMAGE, _floats(0, 1, 0), is_wanted=False, is_said=True)

    vector = _build([wanted, unwanted], Weights(keywords=0, text=1, image=1, agreement=0))

    assert pytest.approx([1, -share, 0]) == vector.values[LAYOUT[IMAGE].span].tolist()


def test_a_block_without_a_wish_loses_its_weight() -> None:
    """A photo alone leaves the text weight nothing to weigh, so the leg counts less."""
    vector = _build([Wish(IMAGE, _floats(1, 0, 0))], Weights(1, text=0.5, image=2, agreement=0.1))

    assert Weights(keywords=1, text=0, image=2, agreement=0.1) == vector.weights
    assert 1.0 == vector.skew


@pytest.mark.parametrize(
    "wishes",
    [[], [Wish(TEXT, _floats(0, 0))], [Wish(IMAGE, _floats(1, 0, 0))]],
    ids=["nothing", "blank words", "a photo of weight 0"],
)
def test_nothing_to_look_for_is_no_vector(wishes: list[Wish]) -> None:
    """A query of zeros would find everything alike."""
    weights = Weights(keywords=1, text=1, image=0, agreement=1)

    assert build_query_vector(wishes, layout=LAYOUT, weights=weights) is None


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=12, max_size=12),
    st.floats(0.01, 3),
    st.floats(0, 3),
    st.floats(0, 3),
)
def test_no_product_gets_a_negative_inner_product(
    numbers: list[float], text: float, image: float, agreement: float
) -> None:
    """The bias is the largest value that the rest can have."""
    rows = unit_rows(np.array(numbers, np.float32).reshape(2, 6) + np.float32(1e-3))
    e, f = unit_rows(rows[:, :2]), unit_rows(rows[:, 2:5])
    wishes = [Wish(TEXT, e[0]), Wish(IMAGE, f[0]), Wish(IMAGE, f[1], is_wanted=False)]

    vector = _build(wishes, Weights(0, text, image, agreement))

    opposite = _product(tuple(-e[0]), tuple(f[1]), -1.0)
    assert -1e-5 <= float(opposite[0] @ vector.values)


def test_a_shoppers_taste_turns_the_query_but_does_not_replace_it() -> None:
    """h = q + mu * u, where what they disliked is taken from what they liked."""
    wishes = [
        Wish(IMAGE, _floats(1, 0, 0)),
        Wish(IMAGE, _floats(0, 1, 0), is_taste=True),
        Wish(IMAGE, _floats(0, 0, 1), is_wanted=False, is_taste=True),
    ]

    vector = _build(wishes, Weights(keywords=0, text=1, image=1, agreement=0))

    expected = [1, TASTE, -TASTE * AVOIDANCE_OF_PRODUCTS]
    assert pytest.approx(expected) == vector.values[LAYOUT[IMAGE].span].tolist()


def test_taste_alone_is_a_query_like_any_other() -> None:
    """A page of recommendations has full length."""
    wishes = [Wish(IMAGE, _floats(0, 1, 0), is_taste=True)]

    vector = _build(wishes, Weights(keywords=0, text=1, image=1, agreement=0))

    assert [0, 1, 0] == vector.values[LAYOUT[IMAGE].span].tolist()
