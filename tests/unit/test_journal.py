"""What workers have in hand outlives them: in folders, and in the fake alike."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from diptych.ingest.publishing import Lane, Message
from diptych.testing import MemoryJournal
from diptych.workers.journal import Entry, FolderJournal, Journal

MESSAGE = Message("products", ("1", "2"), routing={"2": "elsewhere"}, contract="f00d")
ENTRY = Entry(MESSAGE, Lane.LIVE)


@dataclass
class Workers:
    """Workers of one machine: `start` one, and `kill` one with what it has in hand."""

    start: Callable[[], Journal]
    kill: Callable[[Journal], None]


@pytest.fixture(params=["folder", "memory"])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workers]:
    """Both kinds of journal."""
    with ExitStack() as opened:
        yield _in_folder(tmp_path, opened) if request.param == "folder" else _in_memory()


def _in_folder(folder: Path, opened: ExitStack) -> Workers:
    descriptors: dict[Journal, int] = {}

    def start() -> Journal:
        journal = FolderJournal(folder)
        descriptors[journal] = journal._own_lock
        return journal

    def kill(journal: Journal) -> None:
        # What the system does with a dead process's files; a folder is left as it is.
        os.close(descriptors.pop(journal))

    def close() -> None:
        for number in descriptors.values():
            os.close(number)

    opened.callback(close)
    return Workers(start, kill)


def _in_memory() -> Workers:
    kept: list[tuple[MemoryJournal, Entry]] = []
    dead: set[int] = set()

    def start() -> Journal:
        journal = MemoryJournal(kept, lambda: id(journal) in dead)
        return journal

    return Workers(start, lambda journal: dead.add(id(journal)))


def left_behind(workers: Workers, *entries: Entry) -> AbstractContextManager[object]:
    """A worker that dies with these in hand; they stay in hand for the `with` block."""
    journal = workers.start()
    held = ExitStack()
    for entry in entries:
        held.enter_context(journal.holding(entry))
    workers.kill(journal)
    return held.pop_all()


def test_what_a_dead_worker_had_in_hand_is_found_as_suspect(workers: Workers) -> None:
    """With everything that the message said."""
    hand = left_behind(workers, Entry(MESSAGE, Lane.BACKFILL))

    found = workers.start().abandoned()

    assert [Entry(MESSAGE, Lane.BACKFILL, is_suspect=True)] == [one.entry for one in found]
    del hand


def test_what_is_done_is_not_found(workers: Workers) -> None:
    """The worker dies with empty hands."""
    journal = workers.start()
    with journal.holding(ENTRY):
        pass
    workers.kill(journal)

    assert [] == workers.start().abandoned()


def test_living_workers_keep_what_they_have(workers: Workers) -> None:
    """Two workers of one machine."""
    first, second = workers.start(), workers.start()

    with first.holding(ENTRY):
        assert [] == second.abandoned()


def test_what_was_found_is_found_again_until_it_is_forgotten(workers: Workers) -> None:
    """The worker that took it over dies as well, and the next one finishes it."""
    hand = left_behind(workers, ENTRY)
    heir = workers.start()
    heir.abandoned()
    workers.kill(heir)
    second = workers.start()
    (found,) = second.abandoned()
    assert found.entry.is_suspect

    found.forget()
    workers.kill(second)

    assert [] == workers.start().abandoned()
    del hand


def test_what_ended_most_processes_is_found_first(workers: Workers) -> None:
    """Otherwise it would end another before its turn comes."""
    one = MESSAGE.part(["1"])
    entries = [
        ENTRY,
        Entry(MESSAGE, Lane.LIVE, is_suspect=True, n_trials=1),
        Entry(one, Lane.LIVE, is_suspect=True, n_trials=1),
        Entry(one, Lane.LIVE, is_suspect=True, n_trials=2),
    ]
    hand = left_behind(workers, *entries)

    found = workers.start().abandoned()

    assert [(2, 1), (1, 1), (1, 2), (0, 2)] == [
        (it.entry.n_trials, len(it.entry.message.ids)) for it in found
    ]
    del hand


def test_trials_of_all_say_nothing_of_each() -> None:
    """But trials of one document add up."""
    one = MESSAGE.part(["1"])
    together = ENTRY.trial(MESSAGE)

    assert (1, 1, 2) == (
        together.n_trials,
        together.trial(one).n_trials,
        together.trial(one).trial(one).n_trials,
    )


def test_process_that_is_killed_leaves_its_hand_behind(tmp_path: Path) -> None:
    """`kill -9`, which runs no handler and no `finally`."""
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from diptych.ingest.publishing import Lane, Message\n"
        "from diptych.workers.journal import Entry, FolderJournal\n"
        "journal = FolderJournal(Path(sys.argv[1]))\n"
        "with journal.holding(Entry(Message('products', ('1',)), Lane.LIVE)):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    journal = FolderJournal(tmp_path)

    found = [one.entry.message.ids for one in journal.abandoned()]

    assert [("1",)] == found
    journal.close()


def test_torn_entry_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A machine that lost power writes anything."""
    dead = tmp_path / "1-dead"
    dead.mkdir()
    (dead / "0.json").write_text('{"message": {"sch', encoding="utf-8")
    journal = FolderJournal(tmp_path)

    assert [] == journal.abandoned()
    assert "cannot be read" in caplog.text
    journal.close()


def test_full_disk_stops_no_work(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The broker's delivery limit is left."""
    journal = FolderJournal(tmp_path)
    journal._own = tmp_path / "gone"

    with journal.holding(ENTRY):
        done = True

    assert done
    assert "takes no entry" in caplog.text
    os.close(journal._own_lock)
