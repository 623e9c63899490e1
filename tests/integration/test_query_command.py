"""`diptych query` prints requests that any client can send, with the answer of `diptych search`."""

import json
import shlex
import shutil
import subprocess

import pytest
import urllib3
from click.testing import CliRunner, Result
from shelf import Shelf

from diptych.plugin.cli import diptych

pytestmark = pytest.mark.integration


def _run(shelf: Shelf, encoder_url: str, *arguments: str) -> Result:
    options = ["--cluster-url", shelf.cluster.url, "--encoder-url", encoder_url]
    return CliRunner().invoke(diptych, [arguments[0], shelf.index, *arguments[1:], *options])


def _found(shelf: Shelf, encoder_url: str, *arguments: str) -> list[str]:
    answer = json.loads(_run(shelf, encoder_url, "search", *arguments, "--json").stdout)
    return [hit["id"] for hit in answer["hits"]]


def test_the_printed_request_gives_the_hits_of_the_search(shelf: Shelf, encoder_url: str) -> None:
    """Method and path in a line, the body below; OpenSearch 2.19 blends in one request."""
    result = _run(shelf, encoder_url, "query", "red dress", "--filter", "stock>0", "--print-dsl")

    head, body = result.stdout.split("\n", 1)
    method, path = head.split(" ")
    headers = {"content-type": "application/json"}
    answer = urllib3.request(method, shelf.cluster.url + path, body=body, headers=headers).json()
    assert _found(shelf, encoder_url, "red dress", "--filter", "stock>0") == [
        row["_id"] for row in answer["hits"]["hits"]
    ]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_printed_commands_of_curl_run_as_they_stand(
    engine_shelf: Shelf, encoder_url: str
) -> None:
    """A search that is blended here takes two: the legs and their count, then what is shown."""
    arguments = ('hat\'s "red" dress', "--diversity", "0", "--collapse", "group_id")

    result = _run(engine_shelf, encoder_url, "query", *arguments, "--curl")

    commands = result.stdout.strip().split("\n\n")
    assert 2 == len(commands)
    assert "takes 2 requests" in result.stderr
    legs, page = (
        json.loads(subprocess.run(["sh", "-c", c], capture_output=True, check=True).stdout)
        for c in commands
    )
    assert [200, 200, 200] == [response["status"] for response in legs["responses"]]
    shown = {row["_id"] for row in page["responses"][0]["hits"]["hits"]}
    assert set(_found(engine_shelf, encoder_url, *arguments)) == shown


def test_the_requests_are_data_too(shelf: Shelf, encoder_url: str) -> None:
    """For programs: what to send where, the query vector included."""
    result = _run(shelf, encoder_url, "query", "red dress", "--explain", "--json")

    legs, page = json.loads(result.stdout)
    assert ["POST", f"/{shelf.index}/_msearch"] == [legs["method"], legs["path"]]
    assert "application/x-ndjson" == legs["content_type"]
    lines = [json.loads(line) for line in legs["body"].splitlines()]
    vector = lines[3]["query"]["knn"]["diptych_vector"]["vector"]
    assert shelf.contract.layout.dimension == len(vector)
    assert page["body"].endswith("\n")


def test_similar_is_search_by_a_products_own_vectors(shelf: Shelf, encoder_url: str) -> None:
    """The id is an argument, and no model is asked."""
    similar = _run(shelf, "http://127.0.0.1:9", "similar", "p1", "--size", "4", "--json")

    answer = json.loads(similar.stdout)
    assert not answer["degraded"]
    assert _found(shelf, encoder_url, "--like", "p1", "--size", "4") == [
        hit["id"] for hit in answer["hits"]
    ]


def test_a_search_shows_facets_marks_and_boosts(shelf: Shelf, encoder_url: str) -> None:
    """As a person reads them."""
    flags = "--facet colour:2 --highlight --boost colour=red:0.5 --sort=-price --pin p3 --explain"

    result = _run(shelf, encoder_url, "search", "red dress", *shlex.split(flags))

    assert 0 == result.exit_code
    assert "matches" in result.stdout
    assert "boost" in result.stdout
    assert "colour: " in result.stdout
