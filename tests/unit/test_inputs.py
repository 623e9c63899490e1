"""From a document's source to the words, pictures and hashes of its vectors."""

from dataclasses import replace

import pytest

from diptych.contract import IndexContract
from diptych.encoding import ModelRef
from diptych.ingest.inputs import read_inputs
from diptych.layout import product_layout

CONTRACT = IndexContract(
    text_fields=("title", "details.description"),
    image_field="image",
    text_model=ModelRef("words", "1", 4),
    image_model=ModelRef("pictures", "1", 4),
    layout=product_layout(text_dimension=4, image_dimension=4),
    pipeline="diptych-products",
)


@pytest.mark.parametrize(
    "source",
    [
        {"title": "Red dress", "details": {"description": "Long"}},
        {"title": "Red dress", "details.description": "Long"},
        {"title": " Red dress ", "details": {"description": ["Long"]}, "price": 5},
    ],
)
def test_text_joins_the_declared_fields(source: dict[str, object]) -> None:
    """Nested, dotted and listed values read alike; other fields do not matter."""
    inputs = read_inputs(source, CONTRACT)

    assert "Red dress\nLong" == inputs.text


def test_list_of_objects_is_read_item_by_item() -> None:
    """The marking pipeline reads `variants.title` below a list, so this does too."""
    contract = replace(CONTRACT, text_fields=("variants.title",), image_field="variants.image")
    variants = [{"title": "red", "image": "r.jpg"}, {"title": "blue", "image": "b.jpg"}, {}]

    inputs = read_inputs({"variants": variants}, contract)

    assert ("red blue", ("r.jpg", "b.jpg")) == (inputs.text, inputs.images)


@pytest.mark.parametrize("source", [{}, {"title": None}, {"title": "  "}, {"details": "x"}])
def test_document_without_words_has_empty_text(source: dict[str, object]) -> None:
    """A missing, null or blank field is no error."""
    inputs = read_inputs(source, CONTRACT)

    assert "" == inputs.text


@pytest.mark.parametrize(
    ("image", "expected"),
    [("a.jpg", ("a.jpg",)), (["a.jpg", "", "b.jpg"], ("a.jpg", "b.jpg")), (None, ()), (7, ())],
)
def test_image_field_holds_one_or_several_references(
    image: object, expected: tuple[str, ...]
) -> None:
    """What is not a string is no reference."""
    inputs = read_inputs({"image": image}, CONTRACT)

    assert expected == inputs.images


def test_price_change_keeps_both_hashes() -> None:
    """Only the inputs are hashed."""
    before = read_inputs({"title": "a", "image": "a.jpg", "price": 1}, CONTRACT)
    after = read_inputs({"title": "a", "image": "a.jpg", "price": 2}, CONTRACT)

    assert before == after


def test_title_change_changes_the_text_hash_alone() -> None:
    """The picture's part is not made again for new words."""
    before = read_inputs({"title": "a", "image": "a.jpg"}, CONTRACT)
    after = read_inputs({"title": "b", "image": "a.jpg"}, CONTRACT)

    assert before.text_hash != after.text_hash
    assert before.image_hash == after.image_hash


def test_new_model_revision_changes_the_hash() -> None:
    """Vectors of another revision do not count as up to date."""
    newer = replace(CONTRACT, image_model=ModelRef("pictures", "2", 4))
    source = {"title": "a", "image": "a.jpg"}

    before, after = read_inputs(source, CONTRACT), read_inputs(source, newer)

    assert before.image_hash != after.image_hash


def test_parts_are_hashed_with_their_lengths() -> None:
    """Two lists of pictures that join to the same string are different inputs."""
    one = read_inputs({"image": ["ab", "c"]}, CONTRACT)
    two = read_inputs({"image": ["a", "bc"]}, CONTRACT)

    assert one.image_hash != two.image_hash
