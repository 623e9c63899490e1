"""The process apart: real ones, which answer, break, die, hang, and end with whoever started them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import wait_until

from diptych.errors import CrashError
from diptych.ingest.publishing import Lane, Message
from diptych.testing_meters import MemoryMeters
from diptych.workers.isolation import ProcessIsolation
from diptych.workers.suspects import BrokenError
from diptych.workers.verdict import Verdict

#: Answers as the id says; the first line that it writes names its process.
_PROGRAM = """
import json, os, pathlib, signal, sys, time
pathlib.Path(sys.argv[1]).open("a").write(f"{os.getpid()}\\n")
for line in sys.stdin:
    asked = json.loads(line)
    id_ = asked["message"]["ids"][0]
    if id_ == "killer":
        os.kill(os.getpid(), signal.SIGSEGV)
    if id_ == "exit":
        sys.exit(3)
    if id_ == "hang":
        signal.pause()
    answer = {"broken": "RuntimeError: both"} if id_ == "broken" else {"reason": asked["lane"]}
    answer["events"] = [["documents", ["products", "written", 1]]]
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    """A file to which each process writes its number."""
    return tmp_path / "pids"


@pytest.fixture
def meters() -> MemoryMeters:
    """Told of what the process did."""
    return MemoryMeters()


@pytest.fixture
def isolation(pids: Path, meters: MemoryMeters) -> Iterator[ProcessIsolation]:
    """That waits a second for an answer."""
    command = [sys.executable, "-c", _PROGRAM, str(pids)]
    isolation = ProcessIsolation(command, os.environ, loading_s=1.0, each_s=0.0, meters=meters)
    yield isolation
    isolation.close()


def ask(isolation: ProcessIsolation, id_: str) -> Verdict:
    """Run a message of one document."""
    return isolation.run(Message("products", (id_,)), Lane.BACKFILL)


def n_processes(pids: Path) -> int:
    """How many were started."""
    return len(pids.read_text("ascii").splitlines())


def test_one_process_answers_for_many_messages(isolation: ProcessIsolation, pids: Path) -> None:
    """It loads its models once."""
    verdicts = [ask(isolation, "1"), ask(isolation, "2")]

    assert [Verdict(reason="backfill")] * 2 == verdicts
    assert 1 == n_processes(pids)


@pytest.mark.parametrize(
    ("id_", "says"), [("killer", "SIGSEGV"), ("exit", "status 3"), ("hang", "no end within 1 s")]
)
def test_process_that_ends_or_hangs_is_replaced(
    isolation: ProcessIsolation, pids: Path, id_: str, says: str
) -> None:
    """And the document that ended it is told."""
    with pytest.raises(CrashError, match=says):
        ask(isolation, id_)

    assert Verdict(reason="backfill") == ask(isolation, "1")
    assert 2 == n_processes(pids)


def test_documents_that_fail_together_leave_the_process_alive(
    isolation: ProcessIsolation, pids: Path
) -> None:
    """An error is no death."""
    with pytest.raises(BrokenError, match="both"):
        ask(isolation, "broken")
    ask(isolation, "1")

    assert 1 == n_processes(pids)


def test_what_the_process_did_is_counted_here(
    isolation: ProcessIsolation, meters: MemoryMeters
) -> None:
    """One message is done, one breaks after a document was written, and one ends the process."""
    ask(isolation, "1")
    with pytest.raises(BrokenError):
        ask(isolation, "broken")
    with pytest.raises(CrashError):
        ask(isolation, "killer")

    assert {
        ("ran_apart", "done"): 1,
        ("ran_apart", "broken"): 1,
        ("ran_apart", "crashed"): 1,
        ("documents", "products", "written"): 2,
    } == dict(meters.counts)


def test_process_that_nobody_needs_ends(pids: Path) -> None:
    """Its models take memory."""
    isolation = ProcessIsolation(
        [sys.executable, "-c", _PROGRAM, str(pids)], os.environ, idle_s=0.05
    )
    ask(isolation, "1")

    wait_until(lambda: not _is_there(pids))


def test_process_ends_with_the_worker_however_that_ends(pids: Path) -> None:
    """In the middle of a document, and the worker is killed."""
    program = (
        "import os, sys\n"
        "from diptych.ingest.publishing import Lane, Message\n"
        "from diptych.plugin.local.processes import tethered\n"
        "from diptych.workers.isolation import ProcessIsolation\n"
        "isolation = ProcessIsolation(tethered([sys.executable, *sys.argv[1:]]), os.environ)\n"
        "isolation.run(Message('products', ('hang',)), Lane.LIVE)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, "-c", _PROGRAM, str(pids)])
    wait_until(lambda: pids.exists() and pids.read_text("ascii").endswith("\n"))

    worker.kill()
    worker.wait()

    wait_until(lambda: not _is_there(pids))


def _is_there(pids: Path) -> bool:
    return Path(f"/proc/{pids.read_text('ascii').split()[-1]}").exists()
