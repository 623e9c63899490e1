"""What the layer adds to a search's time, for `bench/search.py`: `diptych serve` beside the node.

A search through the layer is paired with the requests that the layer sends for it (the printed
DSL, of both rounds where there are two), sent straight to the node by the same kind of client.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

import orjson
from search_recorder import Recorded, recording

from diptych.client import Json, path

#: How often a question is asked by either way.
_ROUNDS = 6
#: The kernel counts a process's time in these units: USER_HZ.
_TICKS_PER_S = 100
#: How long a server may take to start.
_START_S = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One way to search: where to, and the body for a shopper's words."""

    name: str
    path: str
    body: Callable[[str], Json]


@dataclass(frozen=True, slots=True)
class Overhead:
    """Times in milliseconds. `added` are those of the differences within the pairs.

    `cpu_ms` is the layer's own processor time per search, whatever else the machine does.
    """

    case: str
    layer: tuple[float, float]
    straight: tuple[float, float]
    added: tuple[float, float]
    cpu_ms: float
    n_requests: int

    def to_json(self) -> Json:
        """One row of the table."""
        timed = {"layer": self.layer, "straight": self.straight, "added": self.added}
        cells = {
            f"{name}_p{at}_ms": round(value, 2)
            for name, values in timed.items()
            for at, value in zip((50, 90), values, strict=True)
        }
        return {
            "search": self.case,
            "requests": self.n_requests,
            **cells,
            "layer_cpu_ms": round(self.cpu_ms, 2),
        }


def cases(index: str) -> list[Case]:
    """The simple call blended by the engine and by us, and the drop-in address."""
    simple = f"/indexes/{index}/search"
    return [
        Case("simple call, blended by the engine", simple, lambda text: {"text": text}),
        Case("simple call, blended here", simple, lambda text: {"text": text, "blending": "rrf"}),
        Case(
            "drop-in _search",
            path(index, "_search"),
            lambda text: {
                "query": {"multi_match": {"query": text, "fields": ["title", "description"]}}
            },
        ),
    ]


def measure_overhead(url: str, index: str, texts: Sequence[str]) -> list[Overhead]:
    """One row for each case that the server knows."""
    with recording(url) as recorder, serving(recorder.url, index) as recorded_server:
        asked = {
            case: [_recorded(recorder.seen, recorded_server, case, text) for text in texts]
            for case in cases(index)
        }
    with serving(url, index) as server:
        return [_measure(server, url, case, texts, sent) for case, sent in asked.items()]


class Client:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        """Connects with the first request."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._connection = HTTPConnection(parts.hostname, parts.port)

    def send(self, method: str, target: str, body: bytes, content_type: str) -> bytes:
        """The answer's body, which must be 200."""
        self._connection.request(method, target, body, {"content-type": content_type})
        response = self._connection.getresponse()
        answer = response.read()
        assert response.status == 200, (target, response.status, answer[:500])
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class Server:
    """A running `diptych serve`."""

    url: str
    pid: int

    @property
    def cpu_s(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / _TICKS_PER_S


@contextmanager
def serving(cluster_url: str, index: str) -> Iterator[Server]:
    """`diptych serve` with the model that the index names, until the block ends."""
    command = [sys.executable, "-m", "diptych", "serve", index, "--port", "0"]
    environment = {**os.environ, "DIPTYCH_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen(
        [*command, "--cluster-url", cluster_url], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stderr)))
        _wait_until_it_listens(found[0])
        yield Server(found[0], process.pid)
    finally:
        process.terminate()
        process.communicate()


def _wait_until_it_listens(url: str) -> None:
    parts = urlsplit(url)
    end_s = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < end_s, f"nothing listens at {url}"
            time.sleep(0.05)


def _recorded(seen: list[Recorded], server: Server, case: Case, text: str) -> list[Recorded]:
    """What the layer sends for a search; the first one fills its caches."""
    client = Client(server.url)
    for _ in range(2):
        seen.clear()
        client.send("POST", case.path, orjson.dumps(case.body(text)), "application/json")
    client.close()
    return list(seen)


def _measure(
    server: Server, url: str, case: Case, texts: Sequence[str], sent: Sequence[list[Recorded]]
) -> Overhead:
    layer, straight = Client(server.url), Client(url)

    def through(i: int) -> None:
        layer.send("POST", case.path, orjson.dumps(case.body(texts[i])), "application/json")

    def direct(i: int) -> None:
        for one in sent[i]:
            orjson.loads(straight.send(one.method, one.target, one.body, one.content_type))

    for i in range(len(texts)):  # fills the caches of both
        through(i)
        direct(i)
    before_s = server.cpu_s
    pairs = [
        _pair(through, direct, i, is_swapped=bool((turn + i) % 2))
        for turn in range(_ROUNDS)
        for i in range(len(texts))
    ]
    cpu_s = server.cpu_s - before_s
    layer.close()
    straight.close()
    return Overhead(
        case.name,
        _cuts([pair[0] for pair in pairs]),
        _cuts([pair[1] for pair in pairs]),
        _cuts([pair[0] - pair[1] for pair in pairs]),
        cpu_ms=1_000 * cpu_s / len(pairs),
        n_requests=int(median(len(one) for one in sent)),
    )


def _pair(
    through: Callable[[int], None], direct: Callable[[int], None], i: int, *, is_swapped: bool
) -> tuple[float, float]:
    """Milliseconds through the layer and straight, one right after the other."""
    times = {}
    for way in (direct, through) if is_swapped else (through, direct):
        started = time.perf_counter()
        way(i)
        times[way] = 1_000 * (time.perf_counter() - started)
    return times[through], times[direct]


def _cuts(values: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 90th percentile."""
    tenths = quantiles(values, n=10)
    return tenths[4], tenths[8]
