"""The demonstration's catalogue: what its words leave out, and how it is written."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from PIL import Image

from diptych.errors import CatalogError
from diptych.plugin.demo.catalogue import Product, make_products
from diptych.plugin.demo.catalogue_folder import write_catalogue
from diptych.plugin.demo.collection import queries_name, read_truth
from diptych.plugin.demo.judging import Half
from diptych.plugin.demo.looks import COLOURS, KINDS, LENGTHS, PATTERNS
from diptych.plugin.demo.vocabulary import (
    COLOUR_NAMES,
    KIND_NAMES,
    MATERIALS,
    PATTERN_NAMES,
    SLEEVE_NAMES,
    Term,
    length_names,
    unwritten_names,
)

CATALOGUE = make_products()


def _text(product: Product) -> str:
    return " ".join(str(value) for value in product.record.values()).lower()


def _occurs(name: str, text: str) -> bool:
    """English as a whole word, Chinese anywhere."""
    if not name.isascii():
        return name.lower() in text
    return re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", text) is not None


def _terms(product: Product, attribute: str) -> Iterator[Term]:
    """The names of every value that the attribute can have."""
    if attribute == "length":
        return (length_names(product.look.kind, length) for length in LENGTHS)
    tables = {
        "colour": COLOUR_NAMES,
        "pattern": PATTERN_NAMES,
        "sleeve": SLEEVE_NAMES,
        "material": MATERIALS,
    }
    return iter(tables[attribute].values())


def _has_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def test_same_seed_gives_the_same_products() -> None:
    """And another seed gives others."""
    assert CATALOGUE == make_products()
    assert [p.record for p in CATALOGUE] != [p.record for p in make_products(seed=8)]


def test_attribute_that_is_only_in_the_picture_is_in_no_word_of_the_record() -> None:
    """Not even another value's name, in neither language."""
    given_away = [
        (product.id, attribute, name)
        for product in CATALOGUE
        for attribute in product.only_in_picture
        for term in _terms(product, attribute)
        for name in term
        if _occurs(name, _text(product))
    ]

    assert [] == given_away


def test_what_the_picture_shows_is_said_where_it_is_not_left_to_it() -> None:
    """The title of a product that says its colour holds one of that colour's names."""
    silent = [
        product.id
        for product in CATALOGUE
        if "colour" not in product.only_in_picture
        and not any(_occurs(n, _text(product)) for n in COLOUR_NAMES[product.look.colour])
    ]

    assert [] == silent


def test_what_no_picture_can_show_is_in_the_words_and_the_material_in_most() -> None:
    """A shop forgets to say what a quarter of its products are made of."""
    said = [re.match(r"Made of \w+\.|\w+材质", p.wording.description) for p in CATALOGUE]

    assert all({"occasion", "feature", "brand"} == set(p.only_in_words) for p in CATALOGUE)
    assert 400 <= sum(match is not None for match in said) <= 500


def test_articles_of_one_style_differ_in_colour_and_size_alone() -> None:
    """Those of one colour share their pictures, and a search can show each style once."""
    styles: dict[int, list[Product]] = {}
    for product in CATALOGUE:
        styles.setdefault(product.style, []).append(product)
    several = [articles for articles in styles.values() if len(articles) > 1]

    assert 60 <= len(several)
    for articles in several:
        looks = {replace(article.look, colour="") for article in articles}
        variants = {(article.look.colour, article.item.size) for article in articles}
        colours = {article.look.colour for article in articles}
        assert (1, len(articles)) == (len(looks), len(variants))
        assert len(colours) == len({article.images for article in articles})
        assert 1 == len({article.wording.brand for article in articles})


def test_some_products_have_several_pictures_and_some_lack_brand_or_rating() -> None:
    """A fifth is also shown from the side; the fields of a record differ as a shop's do."""
    n_views = Counter(len(product.images) for product in CATALOGUE)
    fields = Counter(name for product in CATALOGUE for name in product.record)

    assert 60 <= n_views[2] + n_views[3] <= 240
    assert 25 <= 600 - fields["brand"] <= 80
    assert 60 <= 600 - fields["rating"] <= 120
    assert 600 == fields["price"] == fields["stock"] == fields["released"]


def test_some_titles_are_misspelt() -> None:
    """As in a shop: one in 25 or so."""
    names = [n.lower() for term in KIND_NAMES.values() for n in (*term.en, *term.zh)]
    n_misspelt = sum(not any(n in p.wording.title.lower() for n in names) for p in CATALOGUE)

    assert 3 <= n_misspelt <= 40


def test_catalogue_has_every_kind_colour_pattern_and_department() -> None:
    """600 products leave none out."""
    looks = [product.look for product in CATALOGUE]

    assert 600 == len(looks) == len({product.id for product in CATALOGUE})
    assert set(KINDS) == {look.kind for look in looks}
    assert set(COLOURS) == {look.colour for look in looks}
    assert set(PATTERNS) == {look.pattern for look in looks}
    assert 5 == len({product.record["category"] for product in CATALOGUE})


def test_about_half_of_the_titles_are_english_and_half_chinese() -> None:
    """Some have both; the stated language is what the title is written in."""
    n = Counter(product.wording.language for product in CATALOGUE)

    assert all(240 <= n[language] <= 300 for language in ("en", "zh"))
    assert 30 <= n["both"] <= 90
    assert all(_has_chinese(p.wording.title) == (p.wording.language != "en") for p in CATALOGUE)


def test_about_half_of_the_patterns_are_only_in_the_picture() -> None:
    """And some colours."""
    n = Counter(attribute for product in CATALOGUE for attribute in product.only_in_picture)

    assert 240 <= n["pattern"] <= 360
    assert 80 <= n["colour"] <= 180


def test_no_text_contains_a_name_that_is_kept_for_shoppers() -> None:
    """So a search for it finds nothing by keyword."""
    text = " ".join(_text(product) for product in CATALOGUE)

    assert [] == [name for name in unwritten_names() if _occurs(name, text)]
    assert {"couch", "scarlet"} <= set(unwritten_names())


def test_every_kind_has_names_in_both_languages() -> None:
    """The first is what shops usually write."""
    assert set(KINDS) == set(KIND_NAMES)
    assert all(_has_chinese(term.zh[0]) or "T恤" == term.zh[0] for term in KIND_NAMES.values())


def test_written_catalogue_has_records_pictures_and_the_truth(tmp_path: Path) -> None:
    """Records hold only what a shop would know; the truth lies beside them."""
    progress: list[tuple[int, int]] = []

    path = write_catalogue(tmp_path, n=3, on_progress=lambda *counts: progress.append(counts))
    records = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    truth = read_truth(tmp_path)

    assert [(1, 3), (2, 3), (3, 3)] == progress
    assert ["p0001", "p0002", "p0003"] == [record["id"] for record in records] == list(truth)
    always = {"id", "style", "title", "description", "category", "price", "stock", "reviews"}
    assert all(always | {"released", "image"} <= set(record) for record in records)
    assert {"kind", "colour", "pattern", "only_in_picture"} <= set(truth["p0001"])
    shown = make_products(n=3)[0].images[0]
    with Image.open(tmp_path / shown) as picture:
        assert ("JPEG", (224, 224)) == (picture.format, picture.size)


def test_written_queries_name_documents_and_photos_that_are_there(tmp_path: Path) -> None:
    """Both halves, in the form that an evaluation reads."""
    write_catalogue(tmp_path, n=12)
    truth = read_truth(tmp_path)
    rows = [
        orjson.loads(line)
        for half in Half
        for line in (tmp_path / queries_name(half)).read_bytes().splitlines()
    ]

    assert 12 <= len(rows)
    for row in rows:
        assert set(row) <= {"id", "text", "image", "like", "not", "filters", "relevant"}
        assert set(row["relevant"]) <= set(truth)
        assert 2 in row["relevant"].values()
        assert "image" not in row or (tmp_path / row["image"]).exists()


@pytest.mark.parametrize(("n", "seed", "n_drawn"), [(2, 1, 0), (2, 2, 2), (3, 1, 3)])
def test_catalogue_that_is_already_there_is_kept(
    tmp_path: Path, n: int, seed: int, n_drawn: int
) -> None:
    """Nothing is drawn again, until another size or seed is asked for."""
    drawn: list[int] = []
    write_catalogue(tmp_path, n=2, seed=1)

    write_catalogue(tmp_path, n=n, seed=seed, on_progress=lambda done, _: drawn.append(done))

    assert n_drawn == len(drawn)


def test_catalogue_that_was_left_half_drawn_is_drawn_again(tmp_path: Path) -> None:
    """Without its stamp a catalogue does not count as written."""
    drawn: list[int] = []
    write_catalogue(tmp_path, n=1)
    (tmp_path / "products.stamp.json").unlink()

    write_catalogue(tmp_path, n=1, on_progress=lambda done, _: drawn.append(done))

    assert [1] == drawn


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One sentence, with what to do."""
    (tmp_path / "file").touch()

    with pytest.raises(CatalogError, match=r"written to .*file: .*Name a folder"):
        write_catalogue(tmp_path / "file", n=1)


def test_truth_of_a_folder_without_catalogue_is_refused(tmp_path: Path) -> None:
    """The message says to write it again."""
    with pytest.raises(CatalogError, match="Write the demonstration's catalogue again"):
        read_truth(tmp_path)
