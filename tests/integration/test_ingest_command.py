"""`diptych ingest` as its users call it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shop import create_shop, run_install

from diptych.client import Cluster, path
from diptych.errors import CatalogError, ContractError, MissingIndexError, UsageError
from diptych.plugin.commands.ingest import command
from diptych.plugin.local.roots import image_roots
from diptych.plugin.local.state import StackState
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

Ingest = Callable[..., Result]

_GOOD = b'{"id": "a", "title": "red lamp", "image": "photos/a.jpg"}\n'


@pytest.fixture
def cluster(cluster_url: str) -> Iterator[Cluster]:
    """The test run's node."""
    cluster = Cluster(load_settings(cluster_url=cluster_url))
    yield cluster
    cluster.close()


@pytest.fixture
def index(cluster: Cluster, index_name: str) -> str:
    """An index with title and image that Diptych is installed on."""
    run_install(cluster, index_name)
    return index_name


@pytest.fixture
def home_dir(stack: StackState) -> Path:
    """The home folder of the test run's stack."""
    return stack.data_dir.parent.parent


@pytest.fixture
def ingest(home_dir: Path) -> Ingest:
    """Runs the command on the test run's stack; an error of ours is raised."""

    def run(*arguments: object, input: bytes | None = None) -> Result:
        words = [*map(str, arguments), "--home-dir", str(home_dir)]
        return CliRunner().invoke(command, words, input=input, catch_exceptions=False)

    return run


def test_file_is_loaded_and_counted(ingest: Ingest, index: str, tmp_path: Path) -> None:
    """A second run finds nothing to do; nothing rejected leaves no file."""
    file = tmp_path / "shop.ndjson"
    file.write_bytes(_GOOD)

    first = ingest(file, "--index", index)
    second = ingest(file, "--index", index)

    assert f"{index}: 1 created, 0 updated, 0 unchanged, 0 rejected;" in first.stdout
    assert f"{index}: 0 created, 0 updated, 1 unchanged, 0 rejected;" in second.stdout
    assert ["shop.ndjson"] == [found.name for found in tmp_path.iterdir()]


def test_bad_rows_go_to_a_file_beside_it_and_stop_no_other(
    ingest: Ingest, index: str, tmp_path: Path
) -> None:
    """With line, reason and text; once the file is mended, the next run removes it."""
    file = tmp_path / "shop.ndjson"
    bad = b'{"title": "no id"}\n\xff\n{"id": "b", "image": "../b.jpg"}\n{"id": "c", "title": {}}\n'
    file.write_bytes(bad + _GOOD + _GOOD)

    result = ingest(file, "--index", index, "--json")

    rejected_file = tmp_path / "shop.ndjson.rejected.ndjson"
    rows = [json.loads(line) for line in rejected_file.read_text().splitlines()]
    answer = json.loads(result.stdout)
    assert 0 == result.exit_code
    assert (1, 5) == (answer["created"], answer["rejected"])
    assert str(rejected_file) == answer["rejected_file"]
    assert "5 rows were rejected (first line 1: the field 'id' is missing" in result.stderr
    assert {1, 2, 3, 4, 6} == {row["line"] for row in rows}
    assert "its path leaves the folder" in rows[2]["reason"]
    file.write_bytes(_GOOD)
    ingest(file, "--index", index)
    assert not rejected_file.exists()


def test_file_without_one_good_row_fails(ingest: Ingest, index: str, tmp_path: Path) -> None:
    """A wrong --id-field must not look like success."""
    file = tmp_path / "shop.ndjson"
    file.write_bytes(_GOOD)

    with pytest.raises(CatalogError, match=r"No row of .* could be loaded .*'sku' is missing"):
        ingest(file, "--index", index, "--id-field", "sku")


def test_unwritable_rejected_file_stops_no_row(ingest: Ingest, index: str, tmp_path: Path) -> None:
    """The sentence names the option that helps."""
    file = tmp_path / "shop.ndjson"
    file.write_bytes(b"{\n" + _GOOD)

    result = ingest(file, "--index", index, "--rejected", tmp_path / "missing" / "bad.ndjson")

    assert "1 created" in result.stdout
    assert "cannot be written (No such file or directory)" in result.stderr
    assert "--rejected" in result.stderr


def test_csv_comes_from_standard_input(ingest: Ingest, index: str, cluster: Cluster) -> None:
    """Where there is no suffix, --format says what it is."""
    result = ingest("-", "--index", index, "--format", "csv", input=b"id,title\na,red lamp\n")

    found = cluster.call("GET", path(index, "_doc", "a"))["_source"]
    assert "1 created" in result.stdout
    assert ("a", "red lamp") == (found["id"], found["title"])
    with pytest.raises(CatalogError, match="--format"):
        ingest("-", "--index", index, input=b"")


@pytest.mark.parametrize("name", ["missing.ndjson", "."])
def test_what_is_no_file_is_one_sentence(
    ingest: Ingest, index: str, tmp_path: Path, name: str
) -> None:
    """Nothing was read, nothing was written."""
    with pytest.raises(CatalogError, match=r"There is no file|is not a file"):
        ingest(tmp_path / name, "--index", index)


def test_index_must_be_there_and_installed(
    ingest: Ingest, index_name: str, cluster: Cluster, tmp_path: Path
) -> None:
    """Both sentences name `diptych install`; no index appears by itself."""
    file = tmp_path / "shop.ndjson"
    file.write_bytes(_GOOD)

    with pytest.raises(MissingIndexError, match="diptych install"):
        ingest(file, "--index", index_name)
    create_shop(cluster, index_name)
    with pytest.raises(ContractError, match="diptych install"):
        ingest(file, "--index", index_name)


def test_folder_of_the_file_becomes_an_image_root(
    ingest: Ingest, index: str, home_dir: Path, tmp_path: Path
) -> None:
    """A second folder is added; one whose paths mean other pictures is refused before a write."""
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for folder, picture in ((first, b"lamp"), (second, b"lamp"), (third, b"shoe")):
        (folder / index).mkdir(parents=True)
        (folder / index / "a.jpg").write_bytes(picture)
        row = {"id": folder.name, "title": "lamp", "image": f"{index}/a.jpg"}
        (folder / "shop.ndjson").write_text(json.dumps(row))

    for folder in (first, second):
        ingest(folder / "shop.ndjson", "--index", index)
    with pytest.raises(UsageError, match=rf"{index}/a.jpg' means one file .* and another"):
        ingest(third / "shop.ndjson", "--index", index)

    assert {first, second} == {
        root for root in image_roots(home_dir) if root.is_relative_to(tmp_path)
    }
