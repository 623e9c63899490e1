"""Dead letters while the cluster takes none: on the disk, and later where they belong."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from letters_contract import LETTER, LettersContract, Rig, on_day

from diptych.errors import RefusedError, UnavailableError
from diptych.ingest.dead_letter_file import DeadLetterFile
from diptych.ingest.dead_letters import DeadLetter, Stage, letter_from_json
from diptych.ingest.kept_letters import KeptDeadLetters
from diptych.testing import MemoryDeadLetters

FIRST = on_day(1, replace(LETTER, attempts=2))
AGAIN = on_day(2, replace(LETTER, reason="no such field either", attempts=3))


class MortalLetters(MemoryDeadLetters):
    """A cluster that is away at times."""

    is_away = False

    def record(self, letter: DeadLetter) -> None:
        """Keep it, or say no."""
        if self.is_away:
            raise UnavailableError("away")
        super().record(letter)


class TestMemoryDeadLetters(LettersContract):
    """`diptych.testing.MemoryDeadLetters`."""

    @pytest.fixture
    def rig(self) -> Rig:
        """Empty ones."""
        letters = MemoryDeadLetters()
        return Rig(letters, lambda: letters.letters)


class TestDeadLetterFile(LettersContract):
    """`DeadLetterFile`, which tells what it holds when that is moved."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> Rig:
        """A file that is not there yet."""
        file, moved = DeadLetterFile(tmp_path / "dead-letters.ndjson"), MemoryDeadLetters()

        def kept() -> list[DeadLetter]:
            file.move(moved.record)
            return moved.letters

        return Rig(file, kept)


def test_letter_survives_json() -> None:
    """In the index and in the file."""
    assert FIRST == letter_from_json(FIRST.to_json())


def test_letters_of_one_document_at_one_stage_are_joined() -> None:
    """2 + 3 attempts, from the first day to the last reason."""
    joined = AGAIN.after(FIRST)

    assert replace(AGAIN, attempts=5, first_seen=FIRST.first_seen) == joined
    assert FIRST.key == AGAIN.key


def test_one_letter_counts_once_however_often_it_is_told() -> None:
    """A file that is moved again after a crash."""
    assert FIRST == FIRST.after(FIRST)
    assert AGAIN.after(FIRST) == FIRST.after(AGAIN.after(FIRST))


def test_stages_and_unreadable_messages_are_told_apart() -> None:
    """A message without an id is known by its reason."""
    stranger = replace(FIRST, index="", id="", stage=Stage.MESSAGE)

    keys = {FIRST.key, replace(FIRST, stage=Stage.ENRICH).key, stranger.key}
    assert 4 == len({*keys, replace(stranger, reason="another").key})


def test_letters_go_to_a_file_while_the_cluster_is_away_and_back_later(tmp_path: Path) -> None:
    """With the next letter that the cluster takes."""
    cluster, file = MortalLetters(), tmp_path / "home/dead-letters.ndjson"
    kept = KeptDeadLetters(cluster, DeadLetterFile(file))
    cluster.is_away = True
    kept.record(FIRST)
    n_bytes_away, mode = file.stat().st_size, file.stat().st_mode & 0o777
    cluster.is_away = False

    kept.record(replace(FIRST, id="2"))

    assert ["2", "1"] == [letter.id for letter in cluster.letters]
    assert FIRST in cluster.letters
    assert (True, 0o600, 0) == (n_bytes_away > 0, mode, file.stat().st_size)


def test_letters_stay_in_their_file_until_all_of_them_are_taken(tmp_path: Path) -> None:
    """And count once although some were taken twice."""
    cluster, file = MortalLetters(), DeadLetterFile(tmp_path / "dead-letters.ndjson")
    for letter in (FIRST, replace(FIRST, id="2")):
        file.record(letter)

    def take_one(letter: DeadLetter) -> None:
        cluster.record(letter)
        cluster.is_away = True

    with pytest.raises(UnavailableError):
        file.move(take_one)
    cluster.is_away = False

    assert 2 == file.move(cluster.record)
    assert [FIRST, replace(FIRST, id="2")] == cluster.letters
    assert 0 == file.move(cluster.record)


def test_torn_line_stops_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A machine that lost power."""
    path, cluster = tmp_path / "dead-letters.ndjson", MemoryDeadLetters()
    file = DeadLetterFile(path)
    file.record(FIRST)
    path.write_bytes(path.read_bytes() + b'{"index": "prod')

    file.move(cluster.record)

    assert [FIRST] == cluster.letters
    assert "Line 2" in caplog.text


def test_letter_after_a_torn_line_is_kept(tmp_path: Path) -> None:
    """The torn one is ended first, so that it takes no other with it."""
    path, cluster = tmp_path / "dead-letters.ndjson", MemoryDeadLetters()
    path.write_bytes(b'{"index": "prod')
    file = DeadLetterFile(path)

    file.record(FIRST)

    assert 1 == file.move(cluster.record)
    assert [FIRST] == cluster.letters


def test_letter_that_the_disk_takes_in_part_is_told_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk writes less than it was given, and says so by a number alone."""
    path, write = tmp_path / "dead-letters.ndjson", os.write
    file = DeadLetterFile(path)
    file.record(FIRST)
    before = path.read_bytes()
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:9]))

    with pytest.raises(UnavailableError, match="No space left on device"):
        file.record(replace(FIRST, id="2"))

    assert before == path.read_bytes()


def test_letter_that_neither_cluster_nor_disk_takes_is_told(tmp_path: Path) -> None:
    """Its message must not be acknowledged."""
    cluster = MortalLetters()
    cluster.is_away = True
    (tmp_path / "file").touch()
    kept = KeptDeadLetters(cluster, DeadLetterFile(tmp_path / "file/dead-letters.ndjson"))

    with pytest.raises(UnavailableError, match="neither in the cluster nor in"):
        kept.record(FIRST)


def test_lines_of_several_processes_are_whole(tmp_path: Path) -> None:
    """Each is written at once, under a lock."""
    path = tmp_path / "dead-letters.ndjson"
    n_children = 4
    pids = []
    for child in range(n_children):
        pid = os.fork()
        if not pid:
            for number in range(25):
                DeadLetterFile(path).record(replace(FIRST, id=f"{child}-{number}"))
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    cluster = MemoryDeadLetters()

    assert 100 == DeadLetterFile(path).move(cluster.record)
    assert 100 == len(cluster.letters)


def test_letters_that_are_moved_again_with_a_newer_one_count_once(tmp_path: Path) -> None:
    """A process died between the last letter and emptying the file: 2 + 3 + 1 attempts."""
    path, cluster = tmp_path / "dead-letters.ndjson", MemoryDeadLetters()
    file = DeadLetterFile(path)
    for letter in (FIRST, AGAIN):
        file.record(letter)
    before = path.read_bytes()
    file.move(cluster.record)
    path.write_bytes(before)
    third = "2026-01-03T00:00:00.000+00:00"
    newer = replace(FIRST, first_seen=third, last_seen=third, attempts=1)
    file.record(newer)

    file.move(cluster.record)

    assert [replace(newer, attempts=6, first_seen=FIRST.first_seen)] == cluster.letters


def test_letter_that_is_refused_holds_up_no_other(tmp_path: Path) -> None:
    """All stay in the file, for the refused one has no other place."""
    cluster, file = MemoryDeadLetters(), DeadLetterFile(tmp_path / "dead-letters.ndjson")
    for letter in (FIRST, replace(FIRST, id="2")):
        file.record(letter)

    def refuse_first(letter: DeadLetter) -> None:
        if letter.id == FIRST.id:
            raise RefusedError("never")
        cluster.record(letter)

    with pytest.raises(RefusedError, match="never"):
        file.move(refuse_first)

    assert ["2"] == [letter.id for letter in cluster.letters]
    assert 2 == file.move(cluster.record)
