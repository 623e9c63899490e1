"""Queries per second of many clients with and without joint model calls, for `bench/search.py`."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count, islice, product

from diptych.client import Json
from diptych.encoding import Encoder, Role
from diptych.plugin.demo.looks import COLOURS, KINDS, PATTERNS
from diptych.query.cached_encoder import CachedEncoder
from diptych.query.coalescing import CoalescingEncoder

#: Runs of each kind, in turn; medians are reported.
_N_RUNS = 5


@dataclass(frozen=True, slots=True)
class Throughput:
    """One kind of run: queries per second, and the clients' waits in milliseconds."""

    name: str
    n_clients: int
    per_s: float
    p50_ms: float
    p99_ms: float

    def to_json(self) -> Json:
        """One row of the table."""
        return {
            "calls": self.name,
            "clients": self.n_clients,
            "queries_per_s": round(self.per_s),
            "p50_ms": round(self.p50_ms, 1),
            "p99_ms": round(self.p99_ms, 1),
        }


def measure_coalescing(encoder: Encoder, *, n_clients: int, n_queries: int) -> list[Throughput]:
    """One model call per query against calls that are joined, in turns in one process.

    No text comes twice, so the cache that stands before both answers nothing.
    """
    texts = distinct_texts()
    with CoalescingEncoder(encoder) as coalescing:
        kinds = {"one per query": CachedEncoder(encoder), "joined": CachedEncoder(coalescing)}
        runs: dict[str, list[tuple[float, list[float]]]] = {name: [] for name in kinds}
        for turn in range(_N_RUNS + 1):
            for name, kind in kinds.items():
                asked = list(islice(texts, n_queries))
                run = run_clients(partial(_encode, kind), asked, n_clients)
                if turn:  # the first is for warming up
                    runs[name].append(run)
    return [throughput(name, n_clients, run) for name, run in runs.items()]


def run_clients(
    ask: Callable[[str], None], texts: Sequence[str], n_clients: int
) -> tuple[float, list[float]]:
    """Seconds in all, and milliseconds of each query, with clients that ask without a pause."""

    def timed(text: str) -> float:
        started = time.perf_counter()
        ask(text)
        return 1_000 * (time.perf_counter() - started)

    with ThreadPoolExecutor(n_clients) as clients:
        started = time.perf_counter()
        waits = list(clients.map(timed, texts))
        return time.perf_counter() - started, waits


def throughput(
    name: str, n_clients: int, runs: Sequence[tuple[float, Sequence[float]]]
) -> Throughput:
    """Medians over the runs."""
    per_s = statistics.median(len(waits) / seconds for seconds, waits in runs)
    cuts = [statistics.quantiles(waits, n=100) for _, waits in runs]
    p50, p99 = (statistics.median(cut[at] for cut in cuts) for at in (49, 98))
    return Throughput(name, n_clients, per_s, p50, p99)


def distinct_texts() -> Iterator[str]:
    """What shoppers type, with a number that makes each text a new one; without an end."""
    for number in count(1):
        for look in product(COLOURS, PATTERNS, KINDS):
            yield f"{' '.join(look)} {number}"


def _encode(encoder: Encoder, text: str) -> None:
    """What a search by words asks of its encoder."""
    encoder.encode_texts([text], role=Role.QUERY)
    encoder.encode_words([text])
