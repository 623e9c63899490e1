"""`diptych embed --refetch`, from the command to the written vector."""

import json
from pathlib import Path

import pytest
from commands import RunDiptych
from PIL import Image
from waiting import wait_until

from diptych.client import Cluster, Json, path
from diptych.plugin.children import Child
from diptych.settings import Settings

pytestmark = pytest.mark.integration

_COLORS = {"changed": "red", "same": "green"}


def _hit(cluster: Cluster, index: str, id_: str) -> Json:
    found: Json = cluster.call("GET", path(index, "_doc", id_))
    return found


def test_changed_file_gets_a_new_vector_and_the_others_are_not_written(
    run_diptych: RunDiptych, settings: Settings, index_name: str, tmp_path: Path, cluster: Cluster
) -> None:
    """No document has changed, so nothing else would ever notice."""
    for name, color in _COLORS.items():
        Image.new("RGB", (64, 64), color).save(tmp_path / f"{name}.jpg")
    rows = [{"id": name, "title": "dress", "image": f"{name}.jpg"} for name in _COLORS]
    file = tmp_path / "products.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run_diptych("install", index_name, "--text-field", "title", "--image-field", "image")
    run_diptych("ingest", str(file), "--index", index_name)
    run_diptych("embed", index_name, "--wait")
    before = {name: _hit(cluster, index_name, name) for name in _COLORS}

    Image.new("RGB", (64, 64), "blue").save(tmp_path / "changed.jpg")
    worker = Child(["worker"], settings)
    try:
        refetch = run_diptych("embed", index_name, "--refetch")
        wait_until(
            lambda: _hit(cluster, index_name, "changed")["_seq_no"] != before["changed"]["_seq_no"]
        )
    finally:
        worker.stop()

    after = {name: _hit(cluster, index_name, name) for name in _COLORS}
    assert "2 of 2 documents enqueued" in refetch.stderr
    assert (
        before["changed"]["_source"]["diptych_vector"]
        != (after["changed"]["_source"]["diptych_vector"])
    )
    assert before["same"]["_seq_no"] == after["same"]["_seq_no"]


@pytest.mark.parametrize("other", ["--all", "--wait"])
def test_refetch_goes_alone(run_diptych: RunDiptych, other: str) -> None:
    """There is nothing to wait for, and --all writes everything anyway."""
    done = run_diptych("embed", "no-such-index", "--refetch", other)

    assert 2 == done.returncode
    assert "--refetch goes without" in done.stderr
