"""The programs of the how-to pages, as they stand there, against `diptych serve` and a real node."""

import json
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from howto import Bench, programs
from serving import run_server, shelf_app
from shelf import Shelf

from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.errors import EncodingError
from diptych.plugin.local.engines import OPENSEARCH_2
from diptych.plugin.local.jars import cache_dir
from diptych.plugin.local.processes import tethered
from diptych.plugin.serve.keys import KeyRing
from diptych.query.criteria import Facet, Filter, Range
from diptych.query.request import SearchRequest
from diptych.query.response import Hit
from diptych.query.searcher import Searcher

pytestmark = pytest.mark.integration

PHOTO = b"picture of a hat"
JAVA = ("java", "-cp", "lib/*")
#: What the programs in Java import; the node's own jars have them.
JARS = (
    *("jackson-core", "jackson-databind", "jackson-annotations", "opensearch-rest-client"),
    *("httpclient", "httpcore", "httpasyncclient", "httpcore-nio"),
    *("commons-logging", "commons-codec", "reactive-streams"),
)
#: Language -> what runs its program of the simple call, of the drop-in address, of printed DSL.
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "python": (("python", "browse.py"), ("python", "drop_in.py"), ("python", "printed.py")),
    "javascript": (("node", "browse.mjs"), ("node", "drop-in.mjs"), ("node", "printed.mjs")),
    "java": ((*JAVA, "Shop.java"), (*JAVA, "DropIn.java"), (*JAVA, "Printed.java")),
    "curl": ((), ("sh", "drop-in.sh"), ("sh", "printed.sh")),
}
CURL = ("words.sh", "photo.sh", "page.sh")

each_language = pytest.mark.parametrize("language", COMMANDS)
each_with_a_program = pytest.mark.parametrize("language", [*COMMANDS][:-1])


@pytest.fixture(scope="module")
def pages() -> dict[str, dict[str, str]]:
    """Page -> its programs."""
    return {page: programs(page) for page in ("serve", *COMMANDS)}


@pytest.fixture(scope="module")
def bench(
    shelf: Shelf,
    encoder_url: str,
    pages: dict[str, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """All programs beside keys and a server that were made as the pages say."""
    variables = {
        "DIPTYCH_CLUSTER_URL": shelf.cluster.url,
        "DIPTYCH_ENCODER_URL": encoder_url,
        # A program that runs once starts sooner without much optimising.
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    bench = Bench(tmp_path_factory.mktemp("howto"), variables)
    meant = {"products": shelf.index, "http://127.0.0.1:9200": shelf.cluster.url}
    bench.put({"serve": pages["serve"]}, meant)
    assert 0 == bench.run("sh", "keys.sh", key="none yet").returncode
    with _served(bench) as url:
        meant |= {"http://127.0.0.1:8080": url, "http://127.0.0.1:8090": encoder_url}
        _furnish(bench, pages, meant)
        yield bench


def _furnish(bench: Bench, pages: dict[str, dict[str, str]], meant: dict[str, str]) -> None:
    bench.put(pages, meant)
    (bench.folder / "photo.jpg").write_bytes(PHOTO)
    (bench.folder / "lib").mkdir()
    for name in JARS:
        jar = next((cache_dir() / OPENSEARCH_2.jars_name).glob(f"{name}-[0-9]*.jar"))
        (bench.folder / "lib" / jar.name).symlink_to(jar)
    for script in ("header.sh", "print.sh"):
        assert [] == bench.lines("sh", script)


@contextmanager
def _served(bench: Bench) -> Iterator[str]:
    """Address of the server that the page starts, at a port that is free."""
    command = shlex.split((bench.folder / "serve.sh").read_text(encoding="utf-8"))
    program = shutil.which(command[0], path=bench.environment["PATH"])
    assert program is not None
    with subprocess.Popen(
        tethered([program, *command[1:], "--port", "0"]),
        cwd=bench.folder,
        env=bench.environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("Serving "):
                break
        # Nobody reads on otherwise, and a full pipe would stop the server.
        reader = threading.Thread(target=process.stderr.read)
        reader.start()
        try:
            assert said and said[-1].startswith("Serving "), said
            yield said[-1].split(" at ")[1].strip()
        finally:
            process.terminate()
            reader.join()


def _need(*tools: str) -> None:
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"there is no {tool} on this machine: install it")


def _shown(hits: Sequence[Hit]) -> list[str]:
    return [f"{hit.id} {hit.source['title']}" for hit in hits]


def _words(shelf: Shelf, searcher: Searcher) -> list[str]:
    return _shown(searcher.search(shelf.index, SearchRequest(text="red dress", size=3)).hits)


def _photo(shelf: Shelf, searcher: Searcher) -> list[str]:
    request = SearchRequest(image=PHOTO, text="in blue", not_text="striped", size=3)
    return _shown(searcher.search(shelf.index, request).hits)


def _page(shelf: Shelf, searcher: Searcher) -> list[str]:
    colours = Filter("colour", "red"), Filter("colour", "pink")
    filters = (*colours, Range("price", gte=10, lt=15), Filter("in_stock", True))
    facets = (Facet("colour"),)
    request = SearchRequest(text="dress", filters=filters, facets=facets, size=3, from_=3)
    found = searcher.search(shelf.index, request)
    return _shown(found.hits) + [f"{it.value} {it.count}" for it in found.facets["colour"]]


def _alike(shelf: Shelf, searcher: Searcher) -> Hit:
    request = SearchRequest(like=("p1",), explain=True, size=1)
    return searcher.search(shelf.index, request).hits[0]


def _sum(hit: Hit) -> str:
    assert hit.explain is not None
    parts = " ".join(f"{part:+.3f} {name}" for name, part in hit.explain.parts.items())
    return f"{hit.id} {hit.score:.3f} = {parts}"


@each_with_a_program
def test_the_simple_call(bench: Bench, shelf: Shelf, searcher: Searcher, language: str) -> None:
    """Words, photo, filters, facets, pages and explanation are those of the same in Python."""
    command = COMMANDS[language][0]
    _need(command[0])

    lines = bench.lines(*command)

    found = [part(shelf, searcher) for part in (_words, _photo, _page)]
    assert [*found[0], *found[1], *found[2], _sum(_alike(shelf, searcher))] == lines
    assert 3 == len(found[0])


def test_the_simple_call_by_curl(bench: Bench, shelf: Shelf, searcher: Searcher) -> None:
    """The same searches, a command each."""
    _need("curl", "jq")

    found = [bench.lines("sh", script) for script in CURL]
    alike = json.loads("".join(bench.lines("sh", "like.sh")))

    assert [part(shelf, searcher) for part in (_words, _photo, _page)] == found
    hit = _alike(shelf, searcher)
    assert hit.explain is not None
    assert hit.id == alike["id"]
    assert dict(hit.explain.parts) == pytest.approx(alike["parts"])


@each_with_a_program
def test_a_refusal_says_what_to_do(bench: Bench, language: str) -> None:
    """Detail and fix of the problem reach whoever reads the program's errors."""
    command = COMMANDS[language][0]
    _need(command[0])

    ended = bench.run(*command, key="dpt_of_somebody_else")

    assert 0 != ended.returncode
    assert (
        "401: The request has no key that is known here. Send a key in the header X-API-Key."
        in ended.stderr
    )


def test_a_refusal_by_curl(bench: Bench) -> None:
    """The problem is shown, and curl fails."""
    _need("curl")

    lines = bench.lines("sh", "refused.sh")

    assert "refused" == lines[-1].rpartition("}")[2]
    assert "color" in json.loads("".join(lines).removesuffix("refused"))["detail"]


@each_with_a_program
def test_hits_are_shown_and_the_reason_told_where_models_are_away(
    bench: Bench,
    shelf: Shelf,
    pages: dict[str, dict[str, str]],
    tmp_path: Path,
    language: str,
) -> None:
    """A degraded answer is an answer."""
    command = COMMANDS[language][0]
    _need(command[0])
    (tmp_path / "lib").symlink_to(bench.folder / "lib")
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    shutil.copy(bench.folder / "backend.key", tmp_path)
    keys = KeyRing(bench.folder / "keys.json")

    with run_server(shelf_app(shelf, keys=keys, encoder_for=_away)) as server:
        away = Bench(tmp_path, bench.variables)
        away.put(pages, {"products": shelf.index, "http://127.0.0.1:8080": server.url})
        ended = away.run(*command)

    assert "The models are on holiday." in ended.stderr
    assert " red dress" in ended.stdout


def _away(contract: IndexContract) -> Encoder:
    raise EncodingError("The models are on holiday.")


@each_language
def test_the_client_that_one_has(
    bench: Bench, request: pytest.FixtureRequest, language: str
) -> None:
    """Nothing but address and key is changed, and the search is hybrid."""
    command = COMMANDS[language][1]
    _need(*(["curl", "jq"] if language == "curl" else command[:1]))
    if language == "javascript":
        packages: Path = request.getfixturevalue("opensearch_js") / "node_modules"
        (bench.folder / "node_modules").symlink_to(packages)

    ended = bench.run(*command)

    assert 0 == ended.returncode, ended.stderr
    assert _hybrid(bench) == ended.stdout.splitlines()
    assert language in ("python", "curl") or "hybrid" in ended.stderr.splitlines()


def _hybrid(bench: Bench) -> list[str]:
    """What the body of the pages finds, sent as it stands."""
    script = (bench.folder / "drop-in.sh").read_text(encoding="utf-8")
    words = shlex.split(script)
    body = json.loads(words[words.index("--json") + 1])
    url = next(word for word in words if word.startswith("http"))
    key = (bench.folder / "backend.key").read_text(encoding="utf-8").strip()
    headers = {"x-api-key": key, "content-type": "application/json"}
    answer = urllib3.request("POST", url, body=json.dumps(body), headers=headers)
    assert "hybrid" == answer.headers["x-diptych"]
    return _lines(answer.json())


def _lines(answer: Any) -> list[str]:
    return [f"{hit['_id']} {hit['_source']['title']}" for hit in answer["hits"]["hits"]]


@each_language
def test_a_printed_request_finds_the_same(
    bench: Bench, shelf: Shelf, searcher: Searcher, language: str
) -> None:
    """From the cluster alone."""
    command = COMMANDS[language][2]
    _need(*(["curl", "jq"] if language == "curl" else command[:1]))

    lines = bench.lines(*command)

    assert _words(shelf, searcher) == lines


def test_a_search_in_ones_own_process(bench: Bench, shelf: Shelf, searcher: Searcher) -> None:
    """The same request object as everywhere."""
    filters = Filter("colour", "red"), Filter("colour", "pink")
    request = SearchRequest(text="dress", filters=filters, size=3)

    lines = bench.lines("python", "in_process.py")

    assert _shown(searcher.search(shelf.index, request).hits) == lines


def test_every_program_of_the_pages_is_run(pages: dict[str, dict[str, str]]) -> None:
    """A new one needs a test."""
    run = {part for commands in COMMANDS.values() for command in commands for part in command}
    run |= {"keys.sh", "serve.sh", "environment.sh", "header.sh", "print.sh", *CURL, "like.sh"}
    run |= {"refused.sh", "shop.py", "shop.mjs", "in_process.py"}

    assert set() == {name for page in pages.values() for name in page} - run
