"""Measure the search of real photos: each source of evidence alone, blended, and tuned.

    DIPTYCH_DATA=FOLDER python tools/measure_real_photos.py --home-dir FOLDER [--centred]

Uses the local stack of the home folder, which `diptych local up` starts. Makes an index of the
groceries and one of the clothes (without their titles, which say nothing but the class), asks
judged questions by words in English and Chinese and by photo, and prints a Markdown table for each
kind. `tuned` is cross-validated: each question is answered by what the other folds chose. With
`--centred` of the groceries alone, for clothes without words have no means of what people type.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import orjson

from demo_training.concepts import PHOTO_KINDS
from demo_training.groceries import Groceries
from demo_training.photos import CLOTHING_LEAVES, read_rows
from demo_training.real_photos import cross_validated, markdown
from diptych.plugin.cli import diptych
from diptych.plugin.demo.vocabulary import KIND_NAMES
from diptych.plugin.relevance.measuring import Wanted, evaluate
from diptych.plugin.relevance.query_files import read_questions
from diptych.plugin.searching import open_desk
from diptych.settings import load_settings

_MEASURES: Final = ("nDCG@10", "P@10", "R@10", "F1@10", "MRR@10")
_GROCERY, _CLOTHING = "measured-grocery", "measured-clothing"
_LANGUAGES: Final = ("en", "zh")
_SAME, _ALIKE = 2, 1


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), envvar="DIPTYCH_DATA")
@click.option("--home-dir", type=click.Path(path_type=Path), required=True)
@click.option("--centred", "is_centred", is_flag=True, help="Take the means from all vectors.")
def main(data: Path, home_dir: Path, is_centred: bool) -> None:
    """Print the tables."""
    groceries = (_GROCERY, "grocery", ("title", "description"))
    clothes = (_CLOTHING, "clothing", ("title",))
    for index, name, text_fields in (groceries,) if is_centred else (groceries, clothes):
        folder = data / name
        records = home_dir / f"{index}.ndjson"
        _write(records, _records(folder, is_titled=name == "grocery"))
        queries = home_dir / f"{index}.queries.ndjson"
        _write(queries, _grocery_queries(folder) if name == "grocery" else _clothing(folder))
        home = ["--home-dir", str(home_dir)]
        _fill(index, records, text_fields, folder, home)
        measured = index
        if is_centred:
            measured = f"{index}-centred"
            _fill(measured, records, text_fields, folder, home, centred=["--centre-on", index])
        click.echo(f"## {name}\n")
        click.echo(_tables(measured, queries, home_dir))


def _tables(index: str, queries: Path, home_dir: Path) -> str:
    questions = read_questions(queries)
    settings = load_settings(home_dir=str(home_dir))
    desk = open_desk(settings, index, needs_encoder=True)
    evaluation = evaluate(desk, questions, Wanted(measures=_MEASURES))
    for notice in evaluation.notices:
        click.echo(f"{index}: {notice}", err=True)
    return markdown(cross_validated(desk, evaluation))


def _fill(
    index: str,
    records: Path,
    text_fields: Sequence[str],
    photos: Path,
    home: Sequence[str],
    *,
    centred: Sequence[str] = (),
) -> None:
    """Install, ingest, embed, by the commands that a user types."""
    fields = [flag for field in text_fields for flag in ("--text-field", field)]
    with _photos_in(photos):
        install = ["install", index, *fields, "--image-field", "image"]
        diptych([*install, *centred, *home], standalone_mode=False)
    diptych(["ingest", str(records), "--index", index, *home], standalone_mode=False)
    with _photos_in(photos):
        diptych(["embed", index, "--wait", *home], standalone_mode=False)


@contextmanager
def _photos_in(folder: Path) -> Iterator[None]:
    """Commands, and workers that they start, may open pictures below the folder."""
    os.environ["DIPTYCH_IMAGE_ROOTS"] = str(folder)
    yield
    del os.environ["DIPTYCH_IMAGE_ROOTS"]


def _records(folder: Path, *, is_titled: bool) -> Iterator[dict[str, Any]]:
    for row in read_rows(folder / "products.ndjson"):
        words = {name: row.get(name, "") for name in ("title", "description")}
        said = words if is_titled else {"title": ""}
        yield {"id": row["id"], **said, "image": row["image"]}


def _grocery_queries(folder: Path) -> Iterator[dict[str, Any]]:
    """Photos of shelves; products and groups by their names, as a shopper types them."""
    for row in read_rows(folder / "image_queries.ndjson"):
        yield {**row, "image": str((folder / row["image"]).resolve())}
    rows = read_rows(folder / "products.ndjson")
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row["id"])
    groceries = Groceries(rows)
    for language in _LANGUAGES:
        for row in rows:
            alike = dict.fromkeys(groups[row["group"]], _ALIKE)
            text = groceries.title(row["id"], language)
            name = f"{language}-{row['id']}"
            yield {"id": name, "text": text, "relevant": alike | {row["id"]: _SAME}}


def _clothing(folder: Path) -> Iterator[dict[str, Any]]:
    """Photos, and the names of the classes."""
    members: dict[str, dict[str, int]] = {}
    for row in read_rows(folder / "products.ndjson"):
        members.setdefault(row["category"][1], {})[row["id"]] = _ALIKE
    for row in read_rows(folder / "image_queries.ndjson"):
        image = str((folder / row["image"]).resolve())
        yield {"id": row["id"], "image": image, "relevant": members[row["category"]]}
    for category, leaf in CLOTHING_LEAVES.items():
        term = KIND_NAMES.get(leaf) or PHOTO_KINDS[leaf]
        for language, names in zip(_LANGUAGES, (term.en, term.zh), strict=True):
            for i, text in enumerate(names):
                name = f"{language}-{category}-{i}"
                yield {"id": name, "text": text, "relevant": members[category]}


def _write(file: Path, rows: Iterator[Mapping[str, Any]]) -> None:
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


if __name__ == "__main__":
    main()
