"""The demonstration's pictures: complete, repeatable, and showing what their look says."""

import numpy as np
import pytest

from diptych.plugin.demo.drawing import View, draw
from diptych.plugin.demo.looks import (
    COLOURS,
    KINDS,
    LENGTHS,
    Look,
    materials_of,
    patterns_of,
    random_look,
)
from diptych.plugin.demo.outlines import box, mirrored
from diptych.plugin.demo.shapes import SHAPES


def _pixels(look: Look, *, seed: int = 1, is_studio: bool = True) -> "np.typing.NDArray[np.int_]":
    return np.asarray(draw(look, seed=seed, size=48, is_studio=is_studio)).astype(int)


def _coverage(look: Look) -> float:
    """Share of a studio shot that is not its even background."""
    return float((np.abs(_pixels(look) - 246).max(axis=2) > 12).mean())


@pytest.mark.parametrize("is_studio", [True, False])
def test_same_look_and_seed_give_the_same_pixels(is_studio: bool) -> None:
    """A catalogue drawn twice is the same catalogue."""
    look = Look("backpack", "green", "floral")

    first = _pixels(look, seed=3, is_studio=is_studio)
    again = _pixels(look, seed=3, is_studio=is_studio)
    other = _pixels(look, seed=4, is_studio=is_studio)

    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_in_each_of_its_patterns(kind: str) -> None:
    """No kind lacks a shape, and no pattern leaves the picture empty or fills all of it."""
    dice = np.random.default_rng(0)

    covered = [
        _coverage(random_look(dice, kind=kind, colour="red", pattern=p)) for p in patterns_of(kind)
    ]

    assert 0.05 < min(covered)
    assert max(covered) < 0.8


def test_there_are_enough_kinds_colours_and_patterns() -> None:
    """The catalogue is varied: every kind in the list has a shape and no shape lacks a kind."""
    assert set(KINDS) == set(SHAPES)
    assert 42 == len(KINDS)
    assert 12 == len(COLOURS)
    assert 8 == len(patterns_of("dress"))


@pytest.mark.parametrize("colour", ["red", "green", "blue"])
def test_plain_product_has_its_colour_in_the_middle(colour: str) -> None:
    """The strongest channel of a plain cushion is the one its colour is named after."""
    pixels = _pixels(Look("cushion", colour, "plain"))

    strongest = int(pixels[20:28, 20:28].mean(axis=(0, 1)).argmax())

    assert ["red", "green", "blue"].index(colour) == strongest


@pytest.mark.parametrize("kind", ["coat", "dress", "skirt", "boot", "sock"])
def test_long_product_covers_more_than_a_short_one(kind: str) -> None:
    """Length is visible."""
    short, long = (_coverage(Look(kind, "blue", "plain", length, "none")) for length in LENGTHS)

    assert short < long


def test_pattern_shows_as_contrast() -> None:
    """A striped cushion varies in brightness, a plain one hardly does."""
    plain, striped = (_pixels(Look("cushion", "blue", p)) for p in ("plain", "stripes"))

    middle = (slice(14, 34), slice(14, 34))
    assert plain[middle].std(axis=(0, 1)).max() < 25
    assert 60 < striped[middle].std(axis=(0, 1)).max()


def test_gradient_runs_over_the_product_wherever_it_lies() -> None:
    """Its first and its last tenth differ, on a cap in the middle of the picture too."""
    for kind in ("cushion", "cap", "sock"):
        red = _pixels(Look(kind, "red", "gradient", "long"), seed=2)
        plain = _pixels(Look(kind, "red", "plain", "long"), seed=2)
        assert 20 < red[plain.min(axis=2) < 120].std(axis=0).max()


@pytest.mark.parametrize("material", ["leather", "wool", "velvet", "nylon", "metal", "glass"])
def test_material_changes_the_surface_and_not_the_outline(material: str) -> None:
    """A cotton cushion and one of another material cover the same part of the picture."""
    cotton, other = (Look("cushion", "blue", "plain", material=m) for m in ("cotton", material))

    assert _pixels(cotton).tolist() != _pixels(other).tolist()
    assert _coverage(cotton) == pytest.approx(_coverage(other), abs=0.02)


def test_every_kind_has_a_material() -> None:
    """Nothing is made of nothing."""
    assert all(materials_of(kind) for kind in KINDS)


def test_angle_is_narrower_and_detail_fills_the_picture() -> None:
    """The same product in three views; the seam of a detail is as sharp as elsewhere."""
    look = Look("cushion", "blue", "checks")
    covered = {
        view: (np.abs(np.asarray(draw(look, seed=1, size=48, view=view)).astype(int) - 246) > 12)
        .any(axis=2)
        .mean()
        for view in View
    }

    assert covered[View.ANGLE] < 0.85 * covered[View.FRONT]
    assert 0.8 < covered[View.DETAIL]


def test_mirrored_outline_is_symmetric() -> None:
    """The left half is the right half about the line x = 0.5, walked back upwards."""
    outline = mirrored([(0.5, 0.0), (0.75, 1.0)])

    assert [[0.5, 0.0], [0.75, 1.0], [0.25, 1.0], [0.5, 0.0]] == outline.tolist()
    assert (4, 2) == box(0, 0, 1, 1).shape
