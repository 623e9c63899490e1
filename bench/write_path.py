"""Documents per second from a file to written vectors, on the real node, broker, feed and worker.

    python bench/write_path.py --n 20000

Pictures cost nothing here: a test encoder gives every text and picture a vector that is made from
its hash, so that what is measured is ingest, feed, queue, worker and write. Prints one JSON object
with the rates and each process's largest resident memory; compare a small and a large run to see
that memory is constant.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from diptych.client import Cluster
from diptych.ingest.feed import Feed
from diptych.ingest.load import load_rows
from diptych.ingest.picture_sources import picture_source
from diptych.ingest.remembering import RememberingEncoder
from diptych.ingest.rows import Format, read_rows
from diptych.mappings.engine import Engine, detect_engine
from diptych.mappings.target import Target, read_target
from diptych.plugin.encoders import worker_cache
from diptych.plugin.handlers import make_isolation
from diptych.plugin.install import InstallRequest, install
from diptych.plugin.letters import kept_letters
from diptych.plugin.local.stack import run_stack
from diptych.plugin.status import Status, read_status
from diptych.plugin.watch.worker_metrics import WorkerMetrics, new_registry
from diptych.settings import Settings, load_settings
from diptych.testing import FakeEncoder
from diptych.workers.app import CeleryPublisher, make_app
from diptych.workers.enrichers import Enrichers
from diptych.workers.handling import Handler
from diptych.workers.journal import FolderJournal
from diptych.workers.tasks import register

INDEX = "bench"
_WORDS = ("red", "blue", "long", "short", "dress", "coat", "mug", "lamp", "cotton", "wool", "new")


@click.command()
@click.option("--n", default=20_000, show_default=True, help="Products.")
@click.option("--dims", default="96,96", show_default=True, help="Text and image dimension.")
@click.option("--shards", default=1, show_default=True)
@click.option("--cache/--no-cache", "is_cached", default=True, help="Remember vectors in a file.")
@click.option("--worker-of", hidden=True, help="Run as the worker of this broker and cluster.")
def main(n: int, dims: str, shards: int, is_cached: bool, worker_of: str | None) -> None:
    """Measure the write path."""
    text_dim, image_dim = map(int, dims.split(","))
    encoder = FakeEncoder(text_dim, image_dim)
    if worker_of is not None:
        _work(encoder, worker_of)
        return
    with tempfile.TemporaryDirectory() as folder, run_stack(Path(folder), heap="1g") as stack:
        settings = load_settings(
            cluster_url=stack.cluster_url,
            broker_url=stack.broker_url,
            home_dir=folder,
            image_roots=(Path(folder),),
            **({} if is_cached else {"cache_max_bytes": 0}),
        )
        result = _measure(settings, Path(folder), encoder, n=n)
    click.echo(json.dumps({"n": n, "dimensions": [text_dim, image_dim]} | result, indent=2))


def _measure(settings: Settings, folder: Path, encoder: FakeEncoder, *, n: int) -> dict[str, float]:
    cluster = Cluster(settings)
    engine = detect_engine(cluster)
    target = _install(cluster, engine, encoder)
    file = _write_products(folder, n)
    assert settings.broker_url is not None
    app = make_app(settings.broker_url.get_secret_value())
    feed = Feed(cluster, engine, CeleryPublisher(app), name=INDEX, owner="bench")
    dims = f"{encoder.text_model.dimension},{encoder.image_model.dimension}"
    with _worker(settings, dims) as worker, _running(feed):
        started_s = time.monotonic()
        with file.open("rb") as stream:
            rows = read_rows(stream, format=Format.NDJSON, name=file.name)
            load_rows(cluster, engine, target, rows, on_batch=_ignore, on_rejected=_ignore)
        loaded_s = time.monotonic() - started_s
        status = _wait(cluster, engine, target, n)
        total_s = time.monotonic() - started_s
        worker_mb, worker_cpu_s = _peak_mb(worker.pid), _cpu_s(worker.pid)
    assert status.ready == n, status
    return {
        "is_cached": settings.cache_max_bytes > 0,
        "ingest_docs_per_s": round(n / loaded_s),
        "file_to_vectors_docs_per_s": round(n / total_s),
        "seconds": round(total_s, 1),
        "peak_mb_ingest_and_feed": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_mb_worker": worker_mb,
        "worker_cpu_ms_per_doc": round(1000 * worker_cpu_s / n, 3),
    }


def _ignore(_: object) -> None:
    """Nothing to show."""


def _install(cluster: Cluster, engine: Engine, encoder: FakeEncoder) -> Target:
    request = InstallRequest(
        INDEX, ("title",), "image", encoder.text_model, encoder.image_model, "lucene"
    )
    install(cluster, engine, request)
    return read_target(cluster, INDEX)


def _write_products(folder: Path, n: int) -> Path:
    """Short products that share 50 pictures, each a few bytes that the test encoder hashes."""
    for number in range(50):
        (folder / f"{number}.jpg").write_bytes(b"picture %d" % number)
    file = folder / "products.ndjson"
    with file.open("w", encoding="utf-8") as out:
        for number in range(n):
            words = " ".join(_WORDS[(number * step) % len(_WORDS)] for step in (1, 3, 5, 9))
            row = {"id": f"p{number}", "title": f"{words} {number}", "image": f"{number % 50}.jpg"}
            out.write(json.dumps(row | {"price": number % 97}) + "\n")
    return file


@contextmanager
def _worker(settings: Settings, dims: str) -> Iterator[subprocess.Popen[bytes]]:
    address = json.dumps(
        {
            "cluster_url": settings.cluster_url,
            "broker_url": settings.broker_url.get_secret_value() if settings.broker_url else None,
            "image_roots": str(settings.image_roots[0]),
            "home_dir": str(settings.home_dir),
            "cache_max_bytes": settings.cache_max_bytes,
        }
    )
    process = subprocess.Popen([sys.executable, __file__, "--dims", dims, "--worker-of", address])
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _running(feed: Feed) -> Iterator[None]:
    stopped = threading.Event()

    def run() -> None:
        while not stopped.is_set():
            feed.poll()
            stopped.wait(0.5)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
        feed.stop()


def _wait(cluster: Cluster, engine: Engine, target: Target, n: int) -> Status:
    status = read_status(cluster, engine, target)
    while status.ready < n:
        time.sleep(0.5)
        status = read_status(cluster, engine, target)
    return status


def _peak_mb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _cpu_s(pid: int) -> float:
    """Processor time, which other work on the machine does not lengthen as it does the clock's."""
    # The name, in brackets, may hold spaces; utime and stime are fields 14 and 15 (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _work(encoder: FakeEncoder, address: str) -> None:
    settings = load_settings(**json.loads(address))
    assert settings.broker_url is not None
    cluster = Cluster(settings)
    app = make_app(settings.broker_url.get_secret_value())
    cache = worker_cache(settings)
    known = encoder if cache is None else RememberingEncoder(encoder, cache)
    pictures = picture_source(settings, cache=cache)
    letters = kept_letters(cluster, settings)
    enrichers = Enrichers(
        cluster, detect_engine(cluster), pictures, lambda _: known, dead_letters=letters
    )
    handler = Handler(
        enrichers.get,
        CeleryPublisher(app),
        dead_letters=letters,
        journal=FolderJournal(settings.home_dir / "journal"),
        isolation=make_isolation(settings),
        meters=WorkerMetrics(new_registry()),
    )
    register(app, handler, stop=lambda verdict: os.abort())
    app.Worker(
        pool="threads", concurrency=2, quiet=True, without_gossip=True, without_mingle=True
    ).start()


if __name__ == "__main__":
    main()
