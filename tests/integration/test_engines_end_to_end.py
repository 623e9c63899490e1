"""The whole main job on each engine, by the commands that a user types and their processes."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import runner
from nodes import EngineCluster
from PIL import Image

from diptych.errors import UnavailableError
from diptych.mappings.target import read_target
from diptych.plugin.children import Child
from diptych.plugin.status import read_status
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.settings import Settings, load_settings
from diptych.testing import FakeEncoder

pytestmark = pytest.mark.integration

#: From a file to vectors; a slow machine needs seconds, a broken path for ever.
_PATIENCE_S = 180.0


@pytest.fixture
def settings(engine_cluster: EngineCluster, encoder_url: str, tmp_path: Path) -> Settings:
    """Addresses of the engine's own stack, and an encoder service that needs no models."""
    return load_settings(
        cluster_url=engine_cluster.state.cluster_url,
        broker_url=engine_cluster.state.broker_url,
        encoder_url=encoder_url,
        home_dir=tmp_path / "home",
        image_roots=(tmp_path,),
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """Three products of one colour each."""
    rows = []
    for number, colour in enumerate(("red", "blue", "green")):
        Image.new("RGB", (64, 64), colour).save(tmp_path / f"{colour}.png")
        row = {"id": str(number), "title": f"{colour} dress", "image": f"{colour}.png"}
        rows.append(json.dumps(row) + "\n")
    file = tmp_path / "products.ndjson"
    file.write_text("".join(rows), encoding="utf-8")
    return file


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail after three minutes."""
    end_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, "the condition never came to hold"
        time.sleep(0.1)


def test_products_of_a_file_are_found_by_their_vectors(
    engine_cluster: EngineCluster,
    engine_index: str,
    settings: Settings,
    catalogue: Path,
) -> None:
    """Install, ingest, feed and worker as processes, then a search by vector alone."""
    run = runner(settings)
    install = run("install", engine_index, "--text-field", "title", "--image-field", "image")
    ingest = run("ingest", str(catalogue), "--index", engine_index)
    assert (0, 0) == (install.returncode, ingest.returncode), install.stderr + ingest.stderr
    target = read_target(engine_cluster.cluster, engine_index)

    def n_ready() -> int:
        try:
            return read_status(engine_cluster.cluster, engine_cluster.engine, target).ready
        except UnavailableError:
            # The feed is creating its index of checkpoints, whose shard is not ready yet.
            return 0

    children = [Child(["worker"], settings), Child(["feed", engine_index], settings)]
    try:
        wait_until(lambda: n_ready() == 3)
    finally:
        for child in children:
            child.stop()
    searcher = Searcher(engine_cluster.cluster, engine_cluster.engine, FakeEncoder())
    photo = (catalogue.parent / "blue.png").read_bytes()
    by_words = SearchRequest(text="green dress", weights={"keywords": 0.0}, explain=True)
    by_photo = SearchRequest(image=photo, explain=True)

    found = [searcher.search(engine_index, request) for request in (by_words, by_photo)]

    assert [["2"], ["1"]] == [[hit.id for hit in answer.hits[:1]] for answer in found]
    assert [None, None] == [answer.degraded_reason for answer in found]
    for hit in (hit for answer in found for hit in answer.hits):
        assert hit.explain is not None
        assert hit.score == pytest.approx(sum(hit.explain.parts.values()), abs=0.001)
