"""opensearch-js, unmodified: the same application against its cluster and against Diptych."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from alike import SEARCHES, WORDS, check_alike
from dropping_in import dropin_app
from serving import run_server
from shelf import Shelf

pytestmark = pytest.mark.integration


def test_opensearch_js_does_not_notice(opensearch_js: Path, shelf: Shelf) -> None:
    """It finds the same, and more, and gets its own error for an index that is not served."""
    with run_server(dropin_app(shelf)) as server:
        direct = _run(opensearch_js / "shop.js", shelf.cluster.url, shelf.index)
        ours = _run(opensearch_js / "shop.js", server.url, shelf.index)

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
