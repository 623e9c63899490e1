"""Drawn products of combinations that no training has seen, found by words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from demo_training.captions import LANGUAGES, Wording
from demo_training.concepts import connected, product_concepts
from demo_training.facts import Caption, Subject
from demo_training.figures import Figure, share
from demo_training.ranking import Places, accuracy, hit_rate, precision, recalls
from demo_training.rendered import (
    DrawnProduct,
    Range,
    held_out_products,
    is_held_out,
    rivals,
)
from demo_training.seeing import Eye
from diptych.plugin.demo.looks import KINDS, Look
from diptych.plugin.demo.vocabulary import COLOUR_NAMES, KIND_NAMES, PATTERN_NAMES, Term
from diptych.vectors import Floats

_SEED: Final = 2024
_ALL_AXES: Final = ("colour", "length", "sleeve", "pattern")
_RIVALS, _HELD_OUT = "rivals in the pattern alone", "products, held out"


@dataclass(frozen=True, slots=True)
class _Gallery:
    """Products with the vectors of their pictures, (n, d)."""

    products: Sequence[DrawnProduct]
    vectors: Floats

    @property
    def subjects(self) -> list[Subject]:
        return [product.subject for product in self.products]

    def places(self, values: Sequence[str], axis: str) -> Places:
        """Each product's value by its place among the values."""
        return np.array([values.index(getattr(p.look, axis)) for p in self.products])


def measure_products(eye: Eye, *, n: int, of: Range) -> Iterator[Figure]:
    """Every figure about drawn products of the range, with galleries of about `n`."""
    rival_products = rivals(n, seed=_SEED, of=of)
    yield from _rivals(eye, _Gallery(rival_products, eye.drawn("rivals", rival_products)))
    held_out = held_out_products(n, seed=_SEED, of=of)
    gallery = _Gallery(held_out, eye.drawn("held-out", held_out))
    for language in LANGUAGES:
        yield from _two_words(eye, gallery, language)
        yield from _zero_shot(eye, gallery, language, of)


@cache
def wording() -> Wording:
    """The words for drawn products, put together once."""
    return Wording(connected(product_concepts(KINDS)))


def _rivals(eye: Eye, gallery: _Gallery) -> Iterator[Figure]:
    looks = [product.look for product in gallery.products]
    asked = np.nonzero([is_held_out(look) for look in looks])[0]
    yield share(_RIVALS, "R@1 by chance among the patterns", _blind(looks, asked), len(asked))
    for language in LANGUAGES:
        captions = [
            wording().plain_caption(subject, language=language, axes=_ALL_AXES)
            for subject in (gallery.subjects[i] for i in asked)
        ]
        scores = eye.captions(captions) @ gallery.vectors.T
        relevant = np.zeros(scores.shape, bool)
        relevant[np.arange(len(asked)), asked] = True
        for k, goal in ((1, 80.0), (5, None)):
            rate = hit_rate(scores, relevant, k)
            yield share(_RIVALS, f"R@{k}, {language}", rate, len(asked), goal)
        best = scores.argmax(1)
        for axis in ("kind", "colour", "pattern"):
            is_right = [
                getattr(looks[i], axis) == getattr(looks[j], axis)
                for i, j in zip(best, asked, strict=True)
            ]
            yield share(
                _RIVALS, f"{axis} right at 1, {language}", float(np.mean(is_right)), len(asked)
            )


def _blind(looks: Sequence[Look], asked: Places) -> float:
    """One over the size of the group that a product stands in, on average."""
    pairs = [(look.kind, look.colour) for look in looks]
    return float(np.mean([1 / pairs.count(pairs[i]) for i in asked]))


def _two_words(eye: Eye, gallery: _Gallery, language: str) -> Iterator[Figure]:
    """ "red coat", "striped coat": every pair that the gallery has."""
    for axis in ("colour", "pattern"):
        captions = {
            caption.text: caption
            for subject in gallery.subjects
            for caption in [wording().plain_caption(subject, language=language, axes=(axis,))]
        }
        asked = list(captions.values())
        scores = eye.captions(asked) @ gallery.vectors.T
        relevant = np.array([_is_true(caption, gallery.subjects) for caption in asked])
        rate = hit_rate(scores, relevant, 1)
        yield share(_HELD_OUT, f"{axis} and kind, R@1, {language}", rate, len(asked))
        of_best = precision(scores, relevant, 10)
        yield share(_HELD_OUT, f"{axis} and kind, P@10, {language}", of_best, len(asked))


def _is_true(caption: Caption, subjects: Sequence[Subject]) -> list[bool]:
    """Plain captions name a kind itself, so that what they say has to be the facts."""
    return [caption.says.items() <= subject.facts.items() for subject in subjects]


def _zero_shot(eye: Eye, gallery: _Gallery, language: str, of: Range) -> Iterator[Figure]:
    kinds = eye.words([_name(KIND_NAMES[kind], language) for kind in of.kinds])
    kind_places = gallery.places(of.kinds, "kind")
    n = len(gallery.products)
    rate = accuracy(gallery.vectors @ kinds.T, kind_places)
    yield share(_HELD_OUT, f"kind by its name, {language}", rate, n, 95.0)
    scores = _beside_kind(eye, gallery, tuple(COLOUR_NAMES), COLOUR_NAMES, language)
    rate = accuracy(scores, gallery.places(tuple(COLOUR_NAMES), "colour"))
    yield share(_HELD_OUT, f"colour by its name, {language}", rate, n, 95.0)
    scores = _beside_kind(eye, gallery, of.patterns, PATTERN_NAMES, language)
    places = gallery.places(of.patterns, "pattern")
    yield share(_HELD_OUT, f"pattern by its name, {language}", accuracy(scores, places), n)
    for i, rate_of_one in enumerate(recalls(scores, places, len(of.patterns))):
        if rate_of_one is not None:
            name = f"  {of.patterns[i]}, {language}"
            yield share(_HELD_OUT, name, rate_of_one, int((places == i).sum()), 85.0)


def _beside_kind(
    eye: Eye, gallery: _Gallery, values: Sequence[str], names: Mapping[str, Term], language: str
) -> Floats:
    """(n, values): each picture against "VALUE KIND" of its own kind."""
    kinds = sorted({product.look.kind for product in gallery.products})
    separator = "" if language == "zh" else " "
    texts = [
        separator.join((_name(names[value], language), _name(KIND_NAMES[kind], language)))
        for kind in kinds
        for value in values
    ]
    vectors = eye.words(texts).reshape(len(kinds), len(values), -1)
    own = vectors[gallery.places(kinds, "kind")]
    scores: Floats = np.einsum("nd,nvd->nv", gallery.vectors, own)
    return scores


def _name(term: Term, language: str) -> str:
    return (term.zh if language == "zh" else term.en)[0]
