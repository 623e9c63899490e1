"""What the demonstration shows can be found in what it shows."""

from pathlib import Path

import pytest

from diptych.plugin.demo.catalogue import make_products
from diptych.plugin.demo.collection import Facts
from diptych.plugin.demo.exhibits import exhibits
from diptych.plugin.demo.scenes.collection import make_scenes
from diptych.plugin.demo.searches import N_SHOWN, DemoSearch, demo_searches

N_PRODUCTS = 600
SHOP, SCENES = exhibits(N_PRODUCTS)


def products() -> dict[str, Facts]:
    """The truth about the shop, nothing drawn."""
    return {
        product.id: {**product.facts, "only_in_picture": list(product.only_in_picture)}
        for product in make_products(n=SHOP.n)
    }


def scenes() -> dict[str, Facts]:
    """The truth about the scenes, nothing drawn."""
    return {record.id: record.facts for record in make_scenes(n=SCENES.n)}


def n_right(search: DemoSearch, truth: dict[str, Facts]) -> int:
    """How many documents answer it."""
    return sum(search.is_right(facts) for facts in truth.values())


def test_each_exhibit_has_an_index_and_a_folder_of_its_own() -> None:
    """Else one would overwrite the other."""
    assert SHOP.index != SCENES.index
    assert Path(SHOP.folder_name) != Path(SCENES.folder_name)


def test_each_exhibit_is_asked_six_searches() -> None:
    """The page's examples and the README count on them."""
    assert len(SHOP.searches(products())) == 6
    assert len(SCENES.searches(scenes())) == 6


@pytest.mark.parametrize("search", SCENES.searches({}), ids=lambda search: search.text)
def test_scenes_hold_a_full_answer_to_each_search(search: DemoSearch) -> None:
    """Five right ones, so that all that are shown can be right."""
    assert n_right(search, scenes()) >= N_SHOWN


def test_shop_holds_enough_answers_to_each_search() -> None:
    """At least as many as the demonstration asks for."""
    truth = products()
    for search in demo_searches(truth):
        assert n_right(search, truth) >= search.n_required, search.title
