"""Fetching the node's files: what is pinned, and what a bad download says."""

import hashlib
import re
import zipfile
from pathlib import Path

import pytest
from requests import ConnectionError as RequestsConnectionError

from diptych.errors import LocalStackError
from diptych.plugin.local.engines import ELASTICSEARCH, OPENSEARCH_2, OPENSEARCH_3, LocalEngine
from diptych.plugin.local.jars import cache_dir, fetch_all
from diptych.plugin.local.pins import Pin, read_pins


def _pin(content: bytes, packaging: str = "jar") -> Pin:
    digest = hashlib.sha256(content).hexdigest()
    return Pin("org.example", "thing", packaging, "1.0", len(content), digest)


def _say_nothing(_line: str) -> None:
    pass


@pytest.mark.parametrize(
    ("engine", "names"),
    [
        (OPENSEARCH_2, {"opensearch", "opensearch-knn", "neural-search"}),
        (OPENSEARCH_3, {"opensearch", "opensearch-knn", "guava", "transport-grpc-spi"}),
        (ELASTICSEARCH, {"elasticsearch", "transport-netty4", "lucene-core"}),
    ],
)
def test_every_file_of_a_node_is_pinned(engine: LocalEngine, names: set[str]) -> None:
    """Node, its plugins, and a whole digest for each file."""
    pins = read_pins(engine)

    assert names <= {pin.name for pin in pins}
    assert all(re.fullmatch("[0-9a-f]{64}", pin.sha256) and pin.size > 0 for pin in pins)


def test_a_jar_that_matches_its_pin_is_put_into_the_folder(tmp_path: Path) -> None:
    """Under its name in the repository."""
    (tmp_path / "jars").mkdir()
    (tmp_path / "fetched").write_bytes(b"classes")

    fetch_all([_pin(b"classes")], lambda _: tmp_path / "fetched", tmp_path / "jars", _say_nothing)

    assert b"classes" == (tmp_path / "jars" / "thing-1.0.jar").read_bytes()


def test_the_jars_of_a_plugin_are_unpacked_flat(tmp_path: Path) -> None:
    """Nothing is written outside the folder, whatever the archive calls its members."""
    (tmp_path / "jars").mkdir()
    archive = tmp_path / "plugin.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("../../plugin.jar", b"classes")
        content.writestr("NOTICE.txt", b"text")
    pin = _pin(archive.read_bytes(), "zip")

    fetch_all([pin], lambda _: archive, tmp_path / "jars", _say_nothing)

    assert ["plugin.jar"] == [path.name for path in (tmp_path / "jars").iterdir()]


def test_a_file_that_differs_from_its_pin_is_refused(tmp_path: Path) -> None:
    """A cut or altered download never reaches the class path."""
    (tmp_path / "jars").mkdir()
    (tmp_path / "fetched").write_bytes(b"clas")

    with pytest.raises(LocalStackError, match=r"thing-1\.0\.jar arrived damaged"):
        fetch_all(
            [_pin(b"classes")], lambda _: tmp_path / "fetched", tmp_path / "jars", _say_nothing
        )
    assert [] == list((tmp_path / "jars").iterdir())


@pytest.mark.parametrize("failure", [RequestsConnectionError("no route"), RuntimeError("404")])
def test_a_failed_download_names_the_file_and_the_network(
    tmp_path: Path, failure: Exception
) -> None:
    """Both ways in which the resolver fails."""

    def _fetch(_pin: Pin) -> Path:
        raise failure

    with pytest.raises(LocalStackError, match=r"thing-1\.0\.jar cannot be fetched.*network"):
        fetch_all([_pin(b"classes")], _fetch, tmp_path, _say_nothing)


def test_the_cache_follows_the_desktop_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME where it is set, ~/.cache where it is not."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert Path("/var/cache/me/diptych") == cache_dir()

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert Path("/home/me/.cache/diptych") == cache_dir()
