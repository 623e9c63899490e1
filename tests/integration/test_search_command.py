"""`diptych search` on a real index: tables for people, JSON for programs, sentences for errors."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shelf import Shelf, own_shelf

from diptych.errors import UsageError
from diptych.plugin.cli import diptych

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """60 products; read by all tests, written by none."""
    with own_shelf(cluster_url, 60) as shelf:
        yield shelf


def _search(shelf: Shelf, encoder_url: str, *arguments: str) -> Result:
    options = ["--cluster-url", shelf.cluster.url, "--encoder-url", encoder_url]
    return CliRunner().invoke(diptych, ["search", shelf.index, *arguments, *options])


def test_json_has_the_promised_form(shelf: Shelf, encoder_url: str) -> None:
    """Programs read these keys; `explain` is there where it was asked for."""
    result = _search(shelf, encoder_url, "red dress", "--json", "--explain", "--size", "2")

    answer = json.loads(result.stdout)
    assert ["took_ms", "total", "degraded", "degraded_reason", "hits", "facets"] == list(answer)
    assert (False, None) == (answer["degraded"], answer["degraded_reason"])
    assert ["id", "score", "source", "explain"] == list(answer["hits"][0])
    assert "red dress" == answer["hits"][0]["source"]["title"]
    explained = answer["hits"][0]["explain"]
    assert ["parts", "raw", "terms", "note"] == list(explained)
    assert ["keywords", "text", "image", "agreement", "offset"] == list(explained["parts"])
    assert sum(explained["parts"].values()) == pytest.approx(answer["hits"][0]["score"], abs=1e-3)
    assert 2 == len(answer["hits"])


def test_a_table_shows_scores_titles_and_parts(shelf: Shelf, encoder_url: str) -> None:
    """And how many were found in which time."""
    result = _search(shelf, encoder_url, "red dress", "--explain", "--filter", "colour=red")

    assert 0 == result.exit_code
    assert "red dress" in result.stdout
    for column in ("score", "title", "colour", "keywords", "image", "agreement", "offset"):
        assert column in result.stdout
    assert " found in " in result.stdout


def test_a_photo_and_weights_are_read_from_the_command_line(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """One leg alone is weighed where the other weights are 0."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"picture of a hat")
    weights = "keywords=0,text=0,image=1,agreement=0"

    result = _search(
        shelf, encoder_url, "--image", str(photo), "--weights", weights, "--json", "--explain"
    )

    parts = json.loads(result.stdout)["hits"][0]["explain"]["parts"]
    assert parts["image"] > 0
    assert (0, 0) == (parts["text"], parts["agreement"])


def test_an_encoder_that_is_down_is_told_on_stderr(shelf: Shelf) -> None:
    """The hits stay what stdout holds."""
    result = _search(shelf, "http://127.0.0.1:9", "red dress", "--json")

    answer = json.loads(result.stdout)
    assert answer["degraded"]
    assert "red dress" == answer["hits"][0]["source"]["title"]
    assert "does not answer" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "nothing to search for"),
        (["x", "--weights", "look=2"], "no weight 'look'"),
        (["x", "--filter", "red"], "FIELD=VALUE"),
        (["x", "--filter", "shade=red"], "no field 'shade'"),
        (["--image", "/nowhere.jpg"], "cannot be read"),
    ],
)
def test_misuse_is_one_sentence(
    shelf: Shelf, encoder_url: str, arguments: list[str], part: str
) -> None:
    """No traceback, and the exit status of misuse."""
    result = _search(shelf, encoder_url, *arguments)

    assert isinstance(result.exception, UsageError)
    assert 2 == result.exception.exit_code
    assert part in str(result.exception)


def test_models_that_cannot_be_loaded_are_told_on_stderr(shelf: Shelf) -> None:
    """Searching then goes on by keyword."""
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from diptych.plugin.cli import main\n"
        f"sys.argv = ['diptych', 'search', {shelf.index!r}, 'red dress', '--cluster-url', "
        f"{shelf.cluster.url!r}]\n"
        "main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode
    assert "red dress" in done.stdout
    assert "install diptych[worker]" in done.stderr
