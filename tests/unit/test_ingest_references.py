"""What rows may say about pictures, and which folders may be looked at for them."""

from pathlib import Path

import pytest

from diptych.errors import UsageError
from diptych.ingest.references import relative_paths, with_usable_paths
from diptych.ingest.rows import RejectedRow, Row
from diptych.plugin.image_folder import register_image_folder
from diptych.plugin.local.roots import image_roots
from diptych.settings import load_settings


def _row(*references: str) -> Row:
    return Row(1, "a", {"id": "a", "media": {"image": list(references)}})


@pytest.mark.parametrize(
    "reference", ["a.jpg", "photos/a b.jpg", "x/../a.jpg", "https://cdn/a.jpg", "s3://b/k", "", " "]
)
def test_row_with_a_path_below_its_folder_or_an_address_stays(reference: str) -> None:
    """A missing picture, or an address that nobody opens, is the worker's to tell."""
    row = _row("first.jpg", reference)

    assert [row] == list(with_usable_paths([row], image_field="media.image"))


@pytest.mark.parametrize("reference", ["/etc/passwd", "../a.jpg", "x/../../a.jpg", "a\0.jpg"])
def test_row_with_a_path_out_of_its_folder_is_rejected(reference: str) -> None:
    """One bad path among several is enough."""
    (row,) = with_usable_paths([_row("first.jpg", reference)], image_field="media.image")

    assert isinstance(row, RejectedRow)
    assert f"the picture {reference!r} cannot be used" in row.reason


def test_relative_paths_are_those_that_a_root_is_needed_for() -> None:
    """Addresses, bad paths and rejected rows need none."""
    rows: list[Row | RejectedRow] = [
        _row("a.jpg", "https://cdn/a.jpg"),
        RejectedRow(2, "bad", ""),
        _row("../b.jpg", "c.jpg"),
    ]

    assert ["a.jpg", "c.jpg"] == list(relative_paths(rows, image_field="media.image"))


@pytest.mark.parametrize(
    ("ours", "theirs", "is_refused"),
    [
        (b"lamp", b"lamp", False),
        (b"lamp", None, False),
        (None, None, False),
        (b"lamp", b"shoe", True),
        (b"lamp", b"lamps", True),
        (None, b"shoe", True),
    ],
)
def test_path_that_means_two_pictures_is_refused(
    tmp_path: Path, ours: bytes | None, theirs: bytes | None, is_refused: bool
) -> None:
    """A picture that is missing here and found elsewhere would be a wrong one."""
    new, old = tmp_path / "new", tmp_path / "old"
    for folder, picture in ((new, ours), (old, theirs)):
        folder.mkdir()
        if picture is not None:
            (folder / "a.jpg").write_bytes(picture)
    settings = load_settings(home_dir=tmp_path / "home", image_roots=(old,))

    if is_refused:
        with pytest.raises(UsageError, match=r"'a\.jpg' means one file"):
            register_image_folder(settings, new, ["a.jpg"])
    else:
        register_image_folder(settings, new, ["a.jpg"])

    assert (() if is_refused else (new,)) == image_roots(settings.home_dir)


def test_only_folder_needs_no_look_at_the_rows(tmp_path: Path) -> None:
    """The file is read twice only where another root could hold the same path."""
    settings = load_settings(home_dir=tmp_path / "home", image_roots=(tmp_path,))
    paths = iter(["a.jpg"])

    register_image_folder(settings, tmp_path, paths)

    assert "a.jpg" == next(paths)
