"""The fused vector's blocks."""

import numpy as np
import pytest

from diptych.contract import META_KEY, IndexContract, contract_from_meta
from diptych.encoding import ModelRef
from diptych.errors import ContractError
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT, product_layout


def test_layout_is_padded_to_a_multiple_of_eight() -> None:
    """384 + 512 + agreement + bias = 898, padded to 904."""
    layout = product_layout(text_dimension=384, image_dimension=512)

    assert 904 == layout.dimension
    assert (384, 896, 897) == (
        layout[IMAGE].start,
        layout[AGREEMENT].start,
        layout[BIAS].start,
    )


def test_fuse_puts_each_part_into_its_block() -> None:
    """A block that is not given stays zero."""
    layout = product_layout(text_dimension=2, image_dimension=3)
    text = np.array([[1, 2]], dtype=np.float32)
    bias = np.array([[1]], dtype=np.float32)

    fused = layout.fuse({TEXT: text, BIAS: bias})

    assert [[1, 2, 0, 0, 0, 0, 1, 0]] == fused.tolist()


def test_part_of_another_length_is_refused() -> None:
    """A model with another dimension cannot write into the index."""
    layout = product_layout(text_dimension=2, image_dimension=3)

    with pytest.raises(ContractError, match="'text' holds 2 numbers, but the model gave 4"):
        layout.fuse({TEXT: np.zeros((1, 4), dtype=np.float32)})


def test_contract_survives_the_mapping() -> None:
    """What is written to `_meta` reads back equal."""
    contract = IndexContract(
        text_fields=("title",),
        image_field=None,
        text_model=ModelRef("words", "1", 2),
        image_model=ModelRef("pictures", "1", 3),
        layout=product_layout(text_dimension=2, image_dimension=3),
        pipeline="diptych-products",
    )

    found = contract_from_meta({META_KEY: contract.to_meta(), "theirs": 1}, index="products")

    assert contract == found


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        (None, "has no Diptych contract: run `diptych install products"),
        ({META_KEY: {"version": 99}}, "has version 99, this program knows 1 and 2"),
        ({META_KEY: {"version": 1}}, "is damaged"),
    ],
)
def test_contract_that_cannot_be_used_says_what_to_do(meta: object, message: str) -> None:
    """Missing, newer and damaged contracts are three sentences."""
    with pytest.raises(ContractError, match=message):
        contract_from_meta(meta, index="products")
