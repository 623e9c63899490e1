"""What a request means as a vector: stored products, pictures, a shopper's taste, little time."""

import numpy as np
import pytest
from shelf import Shelf

from diptych.errors import SearchError
from diptych.layout import IMAGE
from diptych.mappings.target import Target, read_target
from diptych.query.asking import Asked, Asker
from diptych.query.request import SearchRequest
from diptych.testing import FakeEncoder
from diptych.vectors import Floats

pytestmark = pytest.mark.integration

PHOTO = b"picture of a hat"


def _ask(shelf: Shelf, request: SearchRequest, *, encoder: FakeEncoder | None = None) -> Asked:
    return Asker(shelf.cluster, shelf.engine, encoder).ask(_target(shelf), request)


def _target(shelf: Shelf) -> Target:
    return read_target(shelf.cluster, shelf.index)


def _image(shelf: Shelf, vector: Floats) -> Floats:
    return vector[shelf.contract.layout[IMAGE].span]


def _closeness(shelf: Shelf, asked: Asked, product: str) -> float:
    """Cosine of the query's picture and a product's."""
    assert asked.vector is not None
    query, picture = _image(shelf, asked.vector.values), _image(shelf, shelf.vectors[product])
    return float(query @ picture / np.linalg.norm(query))


def test_several_products_are_alike_to_their_mean(engine_shelf: Shelf) -> None:
    """p1 and p2 count the same."""
    shelf = engine_shelf
    asked = _ask(shelf, SearchRequest(like=("p1", "p2")))

    first, second = (_closeness(shelf, asked, name) for name in ("p1", "p2"))
    assert pytest.approx(first, abs=1e-5) == second


def test_what_a_shopper_likes_and_dislikes_turns_the_query(engine_shelf: Shelf) -> None:
    """Towards the one, away from the other."""
    shelf = engine_shelf
    plain, personal = (
        _ask(shelf, SearchRequest(text="hat", prefer=prefer, avoid=avoid), encoder=shelf.encoder)
        for prefer, avoid in (((), ()), (("p1",), ("p2",)))
    )

    assert _closeness(shelf, personal, "p1") > _closeness(shelf, plain, "p1")
    assert _closeness(shelf, personal, "p2") < _closeness(shelf, plain, "p2")


def test_unwanted_products_and_pictures_are_turned_away_from(engine_shelf: Shelf) -> None:
    """Each alone makes a query."""
    shelf = engine_shelf
    encoder = FakeEncoder(aligned={PHOTO: shelf.sources["p1"]["title"]})

    unlike = _ask(shelf, SearchRequest(not_like=("p1",)))
    unphoto = _ask(shelf, SearchRequest(not_image=PHOTO), encoder=encoder)

    assert _closeness(shelf, unlike, "p1") < -0.9
    assert _closeness(shelf, unphoto, "p1") < -0.5


def test_a_product_that_cannot_be_used_is_told_where_others_can(engine_shelf: Shelf) -> None:
    """p0 has no vector, and there is no p9999."""
    shelf = engine_shelf
    asked = _ask(shelf, SearchRequest(like=("p1", "p0"), not_like=("p9999",)))

    assert asked.vector is not None
    assert asked.problem is not None
    assert "'p0' has no vector yet" in asked.problem
    assert "no product 'p9999'" in asked.problem


def test_a_shoppers_past_may_name_what_is_gone(engine_shelf: Shelf) -> None:
    """That is no reason to call an answer incomplete."""
    shelf = engine_shelf
    asked = _ask(shelf, SearchRequest(text="hat", prefer=("p9999", "p0")), encoder=shelf.encoder)

    assert asked.vector is not None
    assert asked.problem is None


def test_only_products_that_cannot_be_used_is_an_error(engine_shelf: Shelf) -> None:
    """There is nothing else to go by."""
    shelf = engine_shelf
    with pytest.raises(SearchError, match="no product 'p9999'"):
        _ask(shelf, SearchRequest(like=("p9999",), not_like=("p0",)))
