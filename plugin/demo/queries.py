"""The catalogue's judged queries: by words, photo, photo and words, and like one but not so."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from diptych.plugin.demo.asking import Asked, ask, words_for
from diptych.plugin.demo.catalogue import Product
from diptych.plugin.demo.judging import (
    FilterValue,
    JudgedQueries,
    JudgedQuery,
    Truth,
    judge_queries,
)
from diptych.plugin.demo.looks import COLOURS, Dice, Look, pick, shuffled
from diptych.plugin.demo.shots import Shot

QUERY_IMAGES = "queries"
#: Of each form; a query that nothing answers fully is left out.
_N_OF_A_FORM = 60
_FILTERED_SHARE = 0.25
_LOOKS_ALIKE = ("kind", "colour", "pattern")


def make_queries(products: Sequence[Product], *, seed: int = 7) -> JudgedQueries[Shot]:
    """The same for the same products and seed; draws nothing."""
    dice = np.random.default_rng((seed, len(products), 3))
    truth = truth_of(products)
    by_photo = list(islice(_by_photo(products, dice), _N_OF_A_FORM))
    both = list(islice(_by_photo_and_words(products, dice), _N_OF_A_FORM))
    worded = islice(_by_words(products, dice), 2 * _N_OF_A_FORM)
    negative = islice(_negative(products, dice), _N_OF_A_FORM)
    return judge_queries(worded, [*by_photo, *both], negative, truth)


def truth_of(products: Sequence[Product]) -> Truth:
    """What queries are judged by: all that is true of each product, and its price."""
    return {p.id: {**p.facts, "price": p.offer.price} for p in products}


def _by_words(products: Sequence[Product], dice: Dice) -> Iterator[JudgedQuery]:
    """Each in English and in Chinese, with the same filter."""
    for number, product in enumerate(shuffled(dice, products), start=1):
        asked = ask(product.look, product.wording, dice)
        filters = _filters(product, dice)
        for language in ("en", "zh"):
            text = words_for(asked, language=language, dice=dice)
            yield JudgedQuery(f"{language}-{number:03d}", asked, text=text, filters=filters)


def _by_photo(products: Sequence[Product], dice: Dice) -> Iterator[tuple[JudgedQuery, Shot]]:
    for number, product in enumerate(shuffled(dice, products), start=1):
        photo = _snapshot(f"photo-{number:03d}", product.look, dice)
        asked = _asked_of(product.look, *_LOOKS_ALIKE)
        yield JudgedQuery(f"photo-{number:03d}", asked, image=photo.path), photo


def _by_photo_and_words(
    products: Sequence[Product], dice: Dice
) -> Iterator[tuple[JudgedQuery, Shot]]:
    """A photo of the product in another colour, and its own colour in words."""
    for number, product in enumerate(shuffled(dice, products), start=1):
        others = [colour for colour in COLOURS if colour != product.look.colour]
        seen = replace(product.look, colour=pick(dice, others))
        name = f"photo-text-{number:03d}"
        photo = _snapshot(name, seen, dice)
        asked = _asked_of(product.look, *_LOOKS_ALIKE)
        text = words_for(
            _asked_of(product.look, "colour"), language=("en", "zh")[number % 2], dice=dice
        )
        yield JudgedQuery(name, asked, text=text, image=photo.path), photo


def _negative(products: Sequence[Product], dice: Dice) -> Iterator[JudgedQuery]:
    """Like a product in kind and colour, without its pattern."""
    for number, product in enumerate(shuffled(dice, products), start=1):
        avoided = _asked_of(product.look, "pattern")
        yield JudgedQuery(
            f"not-{number:03d}",
            _asked_of(product.look, "kind", "colour"),
            like=product.id,
            not_text=words_for(avoided, language=("en", "zh")[number % 2], dice=dice),
            avoided=avoided,
        )


def _filters(product: Product, dice: Dice) -> dict[str, FilterValue]:
    if dice.random() >= _FILTERED_SHARE:
        return {}
    if dice.random() < 0.5:
        return {"category": str(product.facts["category"])}
    return {"price": {"lte": float(round(product.offer.price * 1.2))}}


def _asked_of(look: Look, *names: str) -> Asked:
    return {name: getattr(look, name) for name in names}


def _snapshot(name: str, look: Look, dice: Dice) -> Shot:
    return Shot(f"{QUERY_IMAGES}/{name}.jpg", look, int(dice.integers(2**31)), is_studio=False)
