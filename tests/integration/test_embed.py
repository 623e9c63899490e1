"""The write path as its users run it: commands, worker and feed processes, a real broker."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import RunDiptych
from PIL import Image
from products import index_products, update_products

from diptych.client import Cluster, path
from diptych.plugin.children import Child
from diptych.settings import Settings

pytestmark = pytest.mark.integration

#: From a change to a new vector; a slow machine needs seconds, a broken path for ever.
_PATIENCE_S = 180.0


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
    run_diptych: RunDiptych,
    index_name: str,
    catalogue: Path,
    cluster: Cluster,
) -> None:
    """From a file to vectors with three commands; two bad pictures stop nothing."""
    install = run_diptych("install", index_name, "--text-field", "title", "--image-field", "image")
    ingest = run_diptych("ingest", str(catalogue), "--index", index_name)
    embed = run_diptych("embed", index_name, "--wait", "--json")

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
    run_diptych: RunDiptych,
    settings: Settings,
    index_name: str,
    catalogue: Path,
    cluster: Cluster,
) -> None:
    """While feed and worker run, nobody has to say that a document changed."""
    run_diptych("install", index_name, "--text-field", "title", "--image-field", "image")
    run_diptych("ingest", str(catalogue), "--index", index_name)
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
