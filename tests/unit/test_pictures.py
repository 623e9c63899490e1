"""Pictures from files: nothing outside the image roots is ever opened."""

import os
from pathlib import Path

import pytest

from diptych.errors import ImageError
from diptych.ingest.picture_sources import PictureRouter
from diptych.ingest.pictures import LocalPictures


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    """Two roots, and a secret beside them."""
    first, second = tmp_path / "first", tmp_path / "second"
    for root in (first, second):
        (root / "photos").mkdir(parents=True)
        (root / "photos" / "same.jpg").write_bytes(root.name.encode())
    (second / "only.jpg").write_bytes(b"only")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return first, second


def test_relative_path_is_looked_up_root_by_root(roots: tuple[Path, Path]) -> None:
    """The first root that has the file wins."""
    pictures = LocalPictures(roots)

    assert b"first" == pictures.read("photos/same.jpg")
    assert b"only" == pictures.read("only.jpg")
    assert b"only" == pictures.read("photos/../only.jpg")


def test_root_that_is_registered_later_is_found(roots: tuple[Path, Path]) -> None:
    """A worker that runs while another file is ingested needs no restart."""
    first, second = roots
    registered: list[Path] = []
    pictures = LocalPictures([first], registered=lambda: registered)
    with pytest.raises(ImageError, match="in none of the image roots"):
        pictures.read("only.jpg")

    registered.append(second)

    assert b"only" == pictures.read("only.jpg")


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("../secret.jpg", "leaves the folder"),
        ("photos/../../secret.jpg", "leaves the folder"),
        ("/etc/passwd", "path is absolute"),
        ("a\0b", "it is no path"),
        (" ", "it is no path"),
        ("missing.jpg", "in none of the image roots"),
        ("only.jpg/x", "in none of the image roots"),
        ("photos", "is no file"),
        ("x" * 300, "cannot be read"),
    ],
)
def test_reference_that_gives_no_file_is_an_image_error(
    roots: tuple[Path, Path], reference: str, sentence: str
) -> None:
    """The reason names the reference and never a path of this host."""
    with pytest.raises(ImageError) as caught:
        LocalPictures(roots).read(reference)

    assert sentence in str(caught.value)
    assert str(roots[0].parent) not in str(caught.value)


def test_link_out_of_the_root_is_not_followed(roots: tuple[Path, Path]) -> None:
    """A link inside a root is, and one that leads to itself is a missing file."""
    (roots[0] / "out.jpg").symlink_to(roots[0].parent / "secret.jpg")
    (roots[0] / "in.jpg").symlink_to(roots[0] / "photos" / "same.jpg")
    (roots[0] / "loop.jpg").symlink_to(roots[0] / "loop.jpg")
    pictures = LocalPictures(roots)

    assert b"first" == pictures.read("in.jpg")
    for name in ("out.jpg", "loop.jpg"):
        with pytest.raises(ImageError):
            pictures.read(name)


def test_pipe_is_refused_without_waiting_for_a_writer(roots: tuple[Path, Path]) -> None:
    """Opening a FIFO for reading would block a worker's thread for ever."""
    os.mkfifo(roots[0] / "pipe.jpg")

    with pytest.raises(ImageError, match="is no file"):
        LocalPictures(roots).read("pipe.jpg")


def test_file_above_the_limit_is_refused(roots: tuple[Path, Path]) -> None:
    """At the limit it is read."""
    assert b"only" == LocalPictures(roots, max_image_bytes=4).read("only.jpg")
    with pytest.raises(ImageError, match="longer than 3 bytes"):
        LocalPictures(roots, max_image_bytes=3).read("only.jpg")


def test_without_roots_no_file_is_opened() -> None:
    """The sentence names the setting."""
    with pytest.raises(ImageError, match="--image-roots"):
        LocalPictures(()).read("only.jpg")


class _Named:
    """Answers with its own name and the reference."""

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self, reference: str) -> bytes:
        """What was asked of whom."""
        return f"{self._name} {reference}".encode()


def test_router_tells_addresses_from_paths() -> None:
    """A colon alone makes no address; schemes other than http(s) are opened by nobody."""
    router = PictureRouter(local=_Named("local"), web=_Named("web"))

    assert b"web https://cdn/a.jpg" == router.read("https://cdn/a.jpg")
    assert b"web HTTP://cdn/a.jpg" == router.read("HTTP://cdn/a.jpg")
    assert b"local size: 10.jpg" == router.read("size: 10.jpg")
    for reference in ("file:///etc/passwd", "data:image/png;base64,xx", "s3://b/k", "gopher://x"):
        with pytest.raises(ImageError, match="is never opened"):
            router.read(reference)
