"""`diptych serve` as a process: how it starts, what it says, how it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import urllib3
from commands import RunDiptych
from shelf import Shelf

from diptych.plugin.children import settings_environment
from diptych.plugin.local.ports import choose_port
from diptych.settings import Settings

pytestmark = pytest.mark.integration


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `diptych serve`, and what it said up to its address."""

    process: subprocess.Popen[str]
    url: str
    said: str


@pytest.fixture
def serving(settings: Settings, shelf: Shelf, encoder_url: str) -> Iterator[Serving]:
    """Over the shelf, with the encoder in another process."""
    port = choose_port([])
    arguments = [shelf.index, "--port", str(port), "--encoder-url", encoder_url]
    process = subprocess.Popen(
        [sys.executable, "-m", "diptych", "serve", *arguments],
        env=os.environ | settings_environment(settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("Serving"):
            break
    yield Serving(process, f"http://127.0.0.1:{port}", "".join(lines))
    process.kill()
    process.wait()
    process.stderr.close()


def test_it_says_where_it_is_and_answers_there(serving: Serving, shelf: Shelf) -> None:
    """The page to browsers, the cluster's greeting to its clients, hits to a simple call."""
    with urllib3.PoolManager(retries=False) as pool:
        page = pool.request("GET", serving.url, headers={"accept": "text/html,*/*"})
        greeting = pool.request("GET", serving.url, headers={"accept": "application/json"})
        found = pool.request(
            "POST", f"{serving.url}/indexes/{shelf.index}/search", json={"text": "red dress"}
        ).json()

    assert f"Serving {shelf.index} at {serving.url}" in serving.said
    assert "No keys are set: whoever can reach this address may search." in serving.said
    assert b"<!doctype html>" == page.data[:15]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "version" in greeting.json()
    assert ("red dress", False) == (found["hits"][0]["source"]["title"], found["degraded"])


def test_it_ends_when_it_is_asked_to(serving: Serving) -> None:
    """Without a traceback."""
    serving.process.send_signal(signal.SIGTERM)
    _, said = serving.process.communicate(timeout=30)

    assert serving.process.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in said


def test_an_index_that_is_not_there_is_one_sentence(run_diptych: RunDiptych) -> None:
    """Before anything is served."""
    ended = run_diptych("serve", "nosuch", "--port", "0")

    assert 1 == ended.returncode
    assert "diptych: There is no index 'nosuch'" in ended.stderr
