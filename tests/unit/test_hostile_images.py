"""Files made to exhaust a worker: refused or decoded in flat memory, measured in a child process."""

import json
import subprocess
import sys
from pathlib import Path

import hostile
import pytest

#: The table of reasons and megabytes, by file.
Table = dict[str, tuple[str | None, float]]


@pytest.fixture(scope="module")
def table() -> Table:
    """What became of each file in a process of its own."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("this system does not tell a process's largest memory")
    child = subprocess.run(
        [sys.executable, hostile.__file__], capture_output=True, check=True, timeout=120
    )
    found: Table = json.loads(child.stdout)
    return found


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_hostile_file_is_refused_in_flat_memory(table: Table, name: str) -> None:
    """Its header, its length or its kind gives it away before anything is unpacked."""
    reason, grown_mb = table[name]

    assert reason is not None
    assert grown_mb < 10


@pytest.mark.parametrize("name", hostile.DECODED)
def test_file_with_a_bomb_beside_its_picture_is_decoded_in_flat_memory(
    table: Table, name: str
) -> None:
    """What is not the first frame is not unpacked."""
    reason, grown_mb = table[name]

    assert reason is None
    assert grown_mb < 20


def test_large_pictures_take_turns(table: Table) -> None:
    """Four of 56 MB each, in four threads, take little more than one."""
    reason, grown_mb = table["four large pictures at once"]

    assert reason is None
    assert 50 < grown_mb < 110
