"""The scenes' pictures: complete, repeatable, and showing what their facts say."""

import numpy as np
import pytest
from PIL import Image

from diptych.plugin.demo.scenes.painting import draw_scene
from diptych.plugin.demo.scenes.pens import pen_on
from diptych.plugin.demo.scenes.subjects import ANIMALS, CHOICES, SUBJECTS, Scene, random_scene
from diptych.plugin.demo.textures import Array


def _pixels(scene: Scene, *, seed: int = 1, size: int = 48) -> Array:
    return np.asarray(draw_scene(scene, seed=seed, size=size), float)


def _scene(subject: str, **facts: str) -> Scene:
    return random_scene(np.random.default_rng(0), subject=subject, **facts)


def _mean(subject: str, n: int = 4, **facts: str) -> Array:
    """Mean colour of some pictures."""
    pictures = [_pixels(_scene(subject, **facts), seed=seed) for seed in range(n)]
    return np.asarray(np.mean(pictures, axis=(0, 1, 2)))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_same_scene_and_seed_give_the_same_pixels(subject: str) -> None:
    """A collection drawn twice is the same collection."""
    scene = _scene(subject)

    first, again, other = (_pixels(scene, seed=seed).tolist() for seed in (3, 3, 4))

    assert first == again
    assert first != other


@pytest.mark.parametrize("size", [32, 75])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_is_drawn_at_any_size(subject: str, size: int) -> None:
    """A square that is not one colour."""
    picture = draw_scene(_scene(subject), seed=1, size=size)

    assert ("RGB", (size, size)) == (picture.mode, picture.size)
    assert 8 < np.asarray(picture, float).std()


@pytest.mark.parametrize(
    "scene",
    [
        *(
            Scene("animals", {"kind": kind, "colour": colours[0], "place": place, "action": action})
            for kind, (colours, places, actions) in ANIMALS.items()
            for place, action in zip(places, (*actions, actions[0]), strict=False)
        ),
        *(
            _scene(subject, **{name: value})
            for subject, choices in CHOICES.items()
            for name, values in choices.items()
            for value in values
        ),
    ],
    ids=lambda scene: "-".join(scene.facts.values()),
)
def test_every_value_of_every_attribute_is_drawn(scene: Scene) -> None:
    """No fact lacks a painter."""
    assert 5 < _pixels(scene, size=24).std()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_seed_can_be_drawn(subject: str) -> None:
    """Whatever the dice say of places and counts fits together."""
    dice = np.random.default_rng(5)

    pictures = [
        draw_scene(random_scene(dice, subject=subject), seed=seed, size=16) for seed in range(25)
    ]

    assert {(16, 16)} == {picture.size for picture in pictures}


def test_picture_scales_with_its_size() -> None:
    """The same seed shows the same scene, larger."""
    scene = _scene("beach", time="noon")
    small, large = (_pixels(scene, size=size) for size in (40, 80))

    halved = large.reshape(40, 2, 40, 2, 3).mean(axis=(1, 3))

    assert np.abs(small - halved).mean() < 14


def test_night_is_darker_than_noon_and_sunset_is_red() -> None:
    """Time of day shows in a beach's light."""
    night, noon, sunset = (_mean("beach", time=time) for time in ("night", "noon", "sunset"))

    assert night.mean() < noon.mean() - 60
    assert sunset[0] > sunset[2] + 30
    assert noon[2] > noon[0]


def test_white_animal_is_lighter_than_a_black_one() -> None:
    """Colour shows in the middle of the picture."""
    facts = {"kind": "sheep", "place": "grass", "action": "standing"}
    white, black = (
        np.mean(
            [
                _pixels(_scene("animals", colour=colour, **facts), seed=s)[26:36, 16:32]
                for s in range(4)
            ]
        )
        for colour in ("white", "black")
    )

    assert black + 50 < white


def test_places_have_their_ground() -> None:
    """Green grass, bright snow."""
    facts = {"kind": "cat", "colour": "grey", "action": "sitting"}
    grass, snow = (
        _pixels(_scene("animals", place=place, **facts))[-6:].mean(axis=(0, 1))
        for place in ("grass", "snow")
    )

    assert grass[1] > grass[0] + 20
    assert grass[1] > grass[2] + 20
    assert 150 < snow.min()


def test_pen_draws_in_its_own_units() -> None:
    """A pen at (0.5, 0.5) with a tenth for its unit, flipped, draws to the left of there."""
    image = Image.new("RGB", (100, 100))
    pen = pen_on(image).at(0.5, 0.5, 0.1, is_flipped=True)

    pen.fill((255, 0, 0), [(0, 0), (2, 0), (2, 2), (0, 2)])

    assert [50.0, 50.0] == pen.pixel(0, 0).tolist()
    assert [30.0, 70.0] == pen.pixel(2, 2).tolist()
    assert 10.0 == pytest.approx(pen.unit_px)
    assert (255, 0, 0) == image.getpixel((40, 60))
    assert (0, 0, 0) == image.getpixel((60, 60))
