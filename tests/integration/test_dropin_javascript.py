"""opensearch-js, unmodified: the same application against its cluster and against Diptych."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from alike import SEARCHES, WORDS, check_alike
from dropping_in import dropin_app
from serving import run_server
from shelf import Shelf

pytestmark = pytest.mark.integration

FOLDER = Path(__file__).parents[1] / "clients/js"


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application with its client; skipped where npm cannot install it, except on CI."""
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    if shutil.which("npm") is None:
        _go_without("there is no npm: install Node.js 18 or newer")
    install = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        _go_without(f"npm cannot install the client: {done.stderr[-300:]}")
    return folder / "shop.js"


def _go_without(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def test_opensearch_js_does_not_notice(application: Path, shelf: Shelf) -> None:
    """It finds the same, and more, and gets its own error for an index that is not served."""
    with run_server(dropin_app(shelf)) as server:
        direct = _run(application, shelf.cluster.url, shelf.index)
        ours = _run(application, server.url, shelf.index)

    check_alike(direct["found"], ours["found"])
    assert (404, 403) == (direct["refusal"], ours["refusal"])


def _run(application: Path, url: str, index: str) -> Any:
    asked = json.dumps({"searches": SEARCHES, "query": WORDS})
    done = subprocess.run(
        ["node", str(application), url, index],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)
