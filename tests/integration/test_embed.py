"""The write path as its users run it: commands, worker and feed processes, a real broker."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from products import index_products, update_products

from diptych.client import Cluster, path
from diptych.plugin.children import Child
from diptych.plugin.local.state import StackState
from diptych.settings import Settings, load_settings

pytestmark = pytest.mark.integration

#: From a change to a new vector; a slow machine needs seconds, a broken path for ever.
_PATIENCE_S = 180.0


@pytest.fixture
def settings(stack: StackState, tmp_path: Path) -> Settings:
    """Addresses of the test run's own stack, a home folder and pictures of this test's own."""
    return load_settings(
        cluster_url=stack.cluster_url,
        broker_url=stack.broker_url,
        home_dir=tmp_path / "home",
        image_roots=(tmp_path,),
    )


@pytest.fixture
def diptych(settings: Settings) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command as a user does."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "DIPTYCH_CLUSTER_URL": str(settings.cluster_url),
            "DIPTYCH_BROKER_URL": settings.broker_url.get_secret_value()
            if settings.broker_url
            else "",
            "DIPTYCH_HOME_DIR": str(settings.home_dir),
            "DIPTYCH_IMAGE_ROOTS": ":".join(map(str, settings.image_roots)),
        }
        return subprocess.run(
            [sys.executable, "-m", "diptych", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    return run


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """Three products: a good one, one whose picture is missing, one whose picture is broken."""
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    rows = [
        {"id": "good", "title": "red dress", "image": "red.jpg", "price": 5},
        {"id": "missing", "title": "blue mug", "image": "missing.jpg", "price": 5},
        {"id": "broken", "title": "green vase", "image": "broken.jpg", "price": 5},
    ]
    file = tmp_path / "products.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture
def cluster(settings: Settings) -> Iterator[Cluster]:
    """The test run's node."""
    cluster = Cluster(settings)
    yield cluster
    cluster.close()


def source(cluster: Cluster, index: str, id_: str) -> dict[str, Any]:
    """A document's source, in real time."""
    found: dict[str, Any] = cluster.call("GET", path(index, "_doc", id_))["_source"]
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fail after three minutes."""
    end_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, "the condition never came to hold"
        time.sleep(0.05)


def test_embed_starts_what_is_missing_and_settles_every_document(
    diptych: Callable[..., subprocess.CompletedProcess[str]],
    index_name: str,
    catalogue: Path,
    cluster: Cluster,
) -> None:
    """From a file to vectors with three commands; two bad pictures stop nothing."""
    install = diptych("install", index_name, "--text-field", "title", "--image-field", "image")
    ingest = diptych("ingest", str(catalogue), "--index", index_name)
    embed = diptych("embed", index_name, "--wait", "--json")

    assert (0, 0, 0) == (install.returncode, ingest.returncode, embed.returncode), (
        install.stderr + ingest.stderr + embed.stderr
    )
    result = json.loads(embed.stdout)
    assert (3, 1, 2, 0) == (
        result["enqueued"],
        result["ready"],
        result["partial"],
        result["pending"],
    )
    assert "No worker is running: started one" in embed.stderr
    assert "missing.jpg" in source(cluster, index_name, "missing")["diptych"]["error"]
    assert "not a picture" in source(cluster, index_name, "broken")["diptych"]["error"]


def test_bulk_update_of_a_title_leads_to_a_new_vector_and_of_a_price_to_none(
    diptych: Callable[..., subprocess.CompletedProcess[str]],
    settings: Settings,
    index_name: str,
    catalogue: Path,
    cluster: Cluster,
) -> None:
    """While feed and worker run, nobody has to say that a document changed."""
    diptych("install", index_name, "--text-field", "title", "--image-field", "image")
    diptych("ingest", str(catalogue), "--index", index_name)
    children = [Child(["worker"], settings), Child(["feed", index_name], settings)]
    try:
        wait_until(lambda: "diptych_vector" in source(cluster, index_name, "good"))
        before = source(cluster, index_name, "good")
        update_products(cluster, index_name, {"missing": {"price": 9}})
        priced = cluster.call("GET", path(index_name, "_doc", "missing"))["_seq_no"]

        update_products(cluster, index_name, {"good": {"title": "blue mug"}})
        wait_until(
            lambda: (
                source(cluster, index_name, "good")["diptych"]["text_hash"]
                != before["diptych"]["text_hash"]
            )
        )
        index_products(cluster, index_name, {"last": {"title": "a sign that all was seen"}})
        wait_until(lambda: "diptych_vector" in source(cluster, index_name, "last"))
    finally:
        for child in children:
            child.stop()

    assert before["diptych_vector"] != source(cluster, index_name, "good")["diptych_vector"]
    assert priced == cluster.call("GET", path(index_name, "_doc", "missing"))["_seq_no"]
