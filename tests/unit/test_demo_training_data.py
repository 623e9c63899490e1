"""What the demonstration model is trained on: hold-outs, captions, photos, kept pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo_training.captions import LANGUAGES, Wording
from demo_training.concepts import Concept, connected, product_concepts
from demo_training.facts import ABSENT, THING, UNKNOWN, Subject, axes_of, fact_rows
from demo_training.photo_colours import colour_name
from demo_training.photos import find_photos
from demo_training.pixels import kept_pixels
from demo_training.rendered import (
    held_out_products,
    is_held_out,
    rivals,
    subject_of,
    training_products,
)
from diptych.errors import CatalogError
from diptych.plugin.demo.looks import COLOURS, KINDS, Look, patterns_of
from diptych.plugin.demo.vocabulary import Term


def test_about_an_eighth_of_all_combinations_is_held_out() -> None:
    """12 in 100 by a hash: of some 2,500 combinations at least 9 % and at most 15 %."""
    held_out = [
        is_held_out(Look(kind, colour, pattern))
        for kind in KINDS
        for colour in COLOURS
        for pattern in patterns_of(kind)
    ]

    assert 0.09 < sum(held_out) / len(held_out) < 0.15


def test_training_sees_no_combination_that_evaluation_asks_for() -> None:
    """The two lists share none, and each is as long as asked for."""
    trained, asked = training_products(300, seed=1), held_out_products(100, seed=1)

    assert (300, 100) == (len(trained), len(asked))
    assert not any(is_held_out(product.look) for product in trained)
    assert all(is_held_out(product.look) for product in asked)


def test_rivals_come_in_every_pattern_of_one_kind_and_colour() -> None:
    """Each group has all patterns of its kind once, and one that no training has seen."""
    groups: dict[tuple[str, str], list[Look]] = {}
    for product in rivals(60, seed=3):
        groups.setdefault((product.look.kind, product.look.colour), []).append(product.look)

    assert 60 <= sum(len(looks) for looks in groups.values())
    for (kind, _), looks in groups.items():
        assert sorted(patterns_of(kind)) == sorted(look.pattern for look in looks)
        assert any(is_held_out(look) for look in looks)


def test_facts_become_places_of_values() -> None:
    """b is the second of two things; no length is ABSENT, a colour not given UNKNOWN."""
    subjects = [
        Subject({THING: "b", "colour": "red", "length": None}),
        Subject({THING: "a", "length": "long"}),
    ]

    axes = axes_of(subjects)
    rows = fact_rows(axes, subjects)

    assert [THING, "colour", "length"] == [axis.name for axis in axes]
    assert [[1, 0, ABSENT], [0, UNKNOWN, 0]] == rows.tolist()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_caption_says_is_true_of_its_picture(language: str) -> None:
    """Every value is the picture's own, and what has to be said is said."""
    wording = Wording(connected(product_concepts(KINDS)))
    meant = {concept.key: concept.meant for concept in wording.concepts}
    dice = np.random.default_rng(5)

    for product in training_products(200, seed=2):
        subject = product.subject
        caption = wording.caption(
            subject, language=language, dice=dice, surely=frozenset({"pattern"})
        )
        said = dict(caption.says)

        assert caption.text.strip()
        assert "pattern" in said
        thing = said.pop(THING, None)
        assert thing is None or subject.thing in meant[thing]
        assert said.items() <= subject.facts.items()


def test_caption_has_names_of_what_it_says() -> None:
    """Asked plainly, a striped red coat is called by the first names in order."""
    wording = Wording(connected(product_concepts(KINDS)))
    subject = subject_of(Look("coat", "red", "stripes", "long"))

    english = wording.plain_caption(subject, language="en", axes=("colour", "pattern"))
    chinese = wording.plain_caption(subject, language="zh", axes=("colour", "pattern"))

    assert "red striped coat" == english.text
    assert "红色条纹外套" == chinese.text
    assert {THING: "coat", "colour": "red", "pattern": "stripes"} == english.says


def test_a_shared_name_makes_both_things_possible() -> None:
    """Whoever says `cup` may mean a mug or a trophy, but not a plate."""
    mug = Concept("mug", Term(("mug", "Cup"), ()), frozenset({"mug"}))
    trophy = Concept("trophy", Term(("cup",), ()), frozenset({"trophy"}))
    plate = Concept("plate", Term(("plate",), ()), frozenset({"plate"}))

    joined = {concept.key: concept.unsure for concept in connected([mug, trophy, plate])}

    assert {"mug": {"trophy"}, "trophy": {"mug"}, "plate": set()} == joined


def _data(folder: Path, *, photos: list[str]) -> Path:
    """A data folder's listings, with no photos in it."""
    for name, rows in {
        "clothing": [{"category": ["Clothing", "Dress"], "image": name} for name in photos],
        "grocery": [
            {
                "id": "g0",
                "title": "Lemon",
                "shelf_title": "Lemon Class 1",
                "group": "Lemon",
                "category": ["Fruit", "Lemon"],
                "image": "iconic/g0.jpg",
                "photos": [f"photos/lemon-{i}.jpg" for i in range(100)],
            }
        ],
    }.items():
        (folder / name).mkdir()
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / name / "products.ndjson").write_text(lines)
        (folder / name / "image_queries.ndjson").write_text("never read")
    return folder


def test_training_opens_no_photo_that_evaluation_asks_with(tmp_path: Path) -> None:
    """No path lies in a folder of queries, and validation photos are not trained on."""
    found = find_photos(_data(tmp_path, photos=[f"photos/{i}.jpg" for i in range(200)]))

    files = found.training_files
    validation = {photo.path for photo in (*found.clothing_validation, *found.grocery_validation)}
    assert 301 == len(files) + len(validation)
    assert 15 < len(validation) < 50
    assert validation.isdisjoint(files)
    assert not any("queries" in path.parts for path in files)


def test_listing_that_names_a_query_photo_is_refused(tmp_path: Path) -> None:
    """A mixed-up listing would train on what is measured."""
    data = _data(tmp_path, photos=["queries/1.jpg"])

    with pytest.raises(CatalogError, match="a photo for evaluation"):
        find_photos(data)


@pytest.mark.parametrize(("name", "rgb"), [("red", (200, 28, 36)), ("blue", (40, 60, 110))])
def test_colour_of_the_middle_is_named(name: str, rgb: tuple[int, int, int]) -> None:
    """A block of an anchor's own colour upon a white wall."""
    pixels = np.full((112, 112, 3), 245, np.uint8)
    pixels[20:92, 20:92] = rgb

    assert name == colour_name(pixels)


class _Counted:
    """One grey picture that counts how often it is drawn."""

    n_drawn = 0

    def __repr__(self) -> str:
        return "grey"

    def picture(self, side_px: int) -> Image.Image:
        type(self).n_drawn += 1
        return Image.new("RGB", (side_px, side_px), (9, 8, 7))


def test_pictures_are_drawn_once_and_again_for_another_version(tmp_path: Path) -> None:
    """300 pictures fill two files; losing one draws its 44 again, another version all."""
    pictures = [_Counted() for _ in range(300)]

    def keep(version: str) -> int:
        before = _Counted.n_drawn
        pixels = kept_pixels(
            "grey", pictures, folder=tmp_path, version=version, processes=1, side_px=2
        )
        assert (300, 2, 2, 3) == pixels.shape
        assert [9, 8, 7] == pixels[299, 0, 0].tolist()
        return _Counted.n_drawn - before

    assert 300 == keep("1")
    assert 0 == keep("1")
    next(tmp_path.rglob("00001.npy")).unlink()
    assert 44 == keep("1")
    assert 300 == keep("2")
