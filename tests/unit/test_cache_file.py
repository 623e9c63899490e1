"""The cache of values: kept over a restart, bounded, and never an error."""

import logging
import multiprocessing
from pathlib import Path

import pytest

from diptych.ingest.cache_file import CacheFile

_MB = 1024 * 1024


def _cache(folder: Path, **arguments: int) -> CacheFile:
    return CacheFile(folder / "deep" / "vectors.sqlite", max_bytes=arguments.get("max_bytes", _MB))


def test_what_was_put_is_found_after_a_restart(tmp_path: Path) -> None:
    """Only what was put; its folder is made for it."""
    _cache(tmp_path).put({b"a": b"1", b"b": b"2"})

    assert {b"a": b"1", b"b": b"2"} == _cache(tmp_path).get([b"a", b"b", b"c", b"a"])


def test_more_keys_than_one_statement_takes(tmp_path: Path) -> None:
    """2,500 are three questions."""
    entries = {b"%d" % number: b"value" for number in range(2_500)}
    cache = _cache(tmp_path)
    cache.put(entries)

    assert entries == cache.get(entries)


def test_least_recently_used_goes_first_and_the_file_stays_below_its_limit(tmp_path: Path) -> None:
    """An entry that is read now and then outlives those that are not."""
    now_s = [0.0]
    file = tmp_path / "vectors.sqlite"
    cache = CacheFile(file, max_bytes=_MB, now_s=lambda: now_s[0])
    cache.put({b"used": b"x" * 3_000})

    for number in range(2_000):
        now_s[0] += 3600
        cache.put({b"%d" % number: b"x" * 3_000})
        if number % 50 == 0:
            cache.get([b"used"])

    assert [b"used"] == list(cache.get([b"used", b"0", b"500"]))
    assert [b"1999"] == list(cache.get([b"1999"]))
    assert file.stat().st_size <= 1.1 * _MB


def test_value_that_is_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    """It makes room for nothing and is no error."""
    cache = _cache(tmp_path, max_bytes=10_000)

    cache.put({b"a": b"x" * 100_000})

    assert {} == cache.get([b"a"])


@pytest.mark.parametrize(
    "content", [b"no database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 9_000]
)
def test_broken_file_is_set_aside_with_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """The next call has a new file, and the old one can be looked at."""
    file = tmp_path / "vectors.sqlite"
    file.write_bytes(content)
    cache = CacheFile(file, max_bytes=_MB)

    assert {} == cache.get([b"a"])
    cache.put({b"a": b"1"})

    assert {b"a": b"1"} == cache.get([b"a"])
    assert content == (tmp_path / "vectors.sqlite.broken").read_bytes()
    assert ["is broken" in record.getMessage() for record in caplog.records] == [True]


def test_file_that_breaks_while_it_is_open_is_set_aside(tmp_path: Path) -> None:
    """Pages that a disk has overwritten are noticed when they are read."""
    file = tmp_path / "vectors.sqlite"
    first = CacheFile(file, max_bytes=_MB)
    first.put({b"%d" % number: b"x" * 1_000 for number in range(100)})
    first.close()
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xee" * (len(data) - 4096))
    cache = CacheFile(file, max_bytes=_MB)

    assert {} == cache.get([b"7"])
    cache.put({b"7": b"new"})

    assert {b"7": b"new"} == cache.get([b"7"])


def test_value_that_a_disk_has_changed_is_not_found(tmp_path: Path) -> None:
    """A checksum guards what lies inside a value."""
    file = tmp_path / "vectors.sqlite"
    first = CacheFile(file, max_bytes=_MB)
    first.put({b"a": b"0123456789" * 10})
    first.close()
    file.write_bytes(file.read_bytes().replace(b"0123456789" * 10, b"0123456780" * 10))

    assert {} == CacheFile(file, max_bytes=_MB).get([b"a"])


def test_folder_that_cannot_be_made_rests_the_cache(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One sentence a minute, not one a document."""
    (tmp_path / "deep").write_text("a file where a folder should be")
    cache = _cache(tmp_path)

    with caplog.at_level(logging.WARNING):
        cache.put({b"a": b"1"})
        found = cache.get([b"a"])

    assert {} == found
    assert 1 == len(caplog.records)
    assert "--cache-dir" in caplog.text


def test_cache_that_rests_is_tried_again(tmp_path: Path) -> None:
    """A disk that was full has room again."""
    monotonic_s = [0.0]
    blocker = tmp_path / "deep"
    blocker.write_text("")
    cache = CacheFile(blocker / "c.sqlite", max_bytes=_MB, monotonic_s=lambda: monotonic_s[0])
    cache.put({b"a": b"1"})
    blocker.unlink()
    monotonic_s[0] = 61

    cache.put({b"a": b"1"})

    assert {b"a": b"1"} == cache.get([b"a"])


def _fill(file: Path, start: int) -> None:
    cache = CacheFile(file, max_bytes=_MB)
    for number in range(start, start + 200):
        cache.put({b"%d" % number: b"%d" % number})


def test_processes_share_one_file(tmp_path: Path) -> None:
    """Three of them write at once, and nothing of any is lost."""
    file = tmp_path / "vectors.sqlite"
    spawn = multiprocessing.get_context("fork")
    processes = [spawn.Process(target=_fill, args=(file, start)) for start in (0, 200, 400)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    keys = [b"%d" % number for number in range(600)]
    assert {key: key for key in keys} == CacheFile(file, max_bytes=_MB).get(keys)


def test_memory_takes_the_place_of_a_file() -> None:
    """For what is kept no longer than a process."""
    cache = CacheFile(None, max_bytes=_MB)
    cache.put({b"a": b"1"})

    assert {b"a": b"1"} == cache.get([b"a"])
