"""API keys: their file, their rights, and how often they may be used."""

import os
from pathlib import Path

import pytest
from starlette.requests import Request

from diptych.errors import SettingsError, UsageError
from diptych.plugin.serve.gate import Caller, Gate
from diptych.plugin.serve.key_file import create_key, remove_key
from diptych.plugin.serve.keys import KeyRing, read_keys
from diptych.plugin.serve.problems import ProblemError
from diptych.plugin.serve.rates import Buckets


def _asking(key: str | None) -> Request:
    headers = [] if key is None else [(b"x-api-key", key.encode())]
    return Request({"type": "http", "headers": headers})


def _age(file: Path, seconds: int) -> None:
    """Another time of change, as if the file had been written then."""
    os.utime(file, ns=(0, seconds * 1_000_000_000))


def test_the_file_holds_the_hash_and_not_the_key(tmp_path: Path) -> None:
    """Who reads the file cannot search with it."""
    file = tmp_path / "keys.json"

    secret = create_key(file, "shop")

    assert secret not in file.read_text(encoding="utf-8")
    assert secret.startswith("dpt_")
    assert ["shop"] == [key.name for key in read_keys(file)]


def test_only_the_key_itself_is_found(tmp_path: Path) -> None:
    """Neither its hash nor a part of it opens anything."""
    file = tmp_path / "keys.json"
    secret = create_key(file, "shop")
    ring = KeyRing(file)

    found = ring.find(secret)

    assert found is not None
    assert "shop" == found.name
    assert [None] * 4 == [ring.find(s) for s in ("", secret[:-1], found.sha256, secret + "é\ud800")]


def test_a_removed_key_is_forgotten_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is looked at again."""
    monkeypatch.setattr("diptych.plugin.serve.keys._LOOK_EVERY_S", 0.0)
    file = tmp_path / "keys.json"
    kept, lost = create_key(file, "kept"), create_key(file, "lost")
    _age(file, 1)
    ring = KeyRing(file)

    remove_key(file, "lost")
    _age(file, 2)

    assert ring.find(lost) is None
    assert ring.find(kept) is not None


def test_a_damaged_file_leaves_the_keys_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of an editor does not lock the shop out."""
    monkeypatch.setattr("diptych.plugin.serve.keys._LOOK_EVERY_S", 0.0)
    file = tmp_path / "keys.json"
    secret = create_key(file, "shop")
    ring = KeyRing(file)

    file.write_text("{", encoding="utf-8")

    assert ring.find(secret) is not None
    with pytest.raises(SettingsError, match="is wrong at"):
        KeyRing(file)


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    """Rates are counted by name."""
    create_key(tmp_path / "keys.json", "shop")

    with pytest.raises(UsageError, match="There is a key 'shop' already"):
        create_key(tmp_path / "keys.json", "shop")


def test_names_are_plain(tmp_path: Path) -> None:
    """They stand in logs."""
    with pytest.raises(UsageError, match="cannot be called"):
        create_key(tmp_path / "keys.json", "shop\nadmin")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    """No traceback for a slip in a path."""
    with pytest.raises(SettingsError, match="cannot be written"):
        create_key(tmp_path / "nowhere" / "keys.json", "shop")


def test_a_bucket_gives_its_burst_and_then_the_rate() -> None:
    """Two at once, then one each half second."""
    now = [0.0]
    buckets = Buckets(lambda: now[0])

    at_once = [buckets.take("shop", rate_per_s=2, burst=2) for _ in range(3)]
    now[0] = 0.5
    later = [buckets.take("shop", rate_per_s=2, burst=2) for _ in range(2)]

    assert [0.0, 0.0, 0.5] == at_once
    assert [0.0, 0.5] == later


def test_a_key_opens_its_own_indexes_and_fields(tmp_path: Path) -> None:
    """And what another opens is, to its holder, not there."""
    file = tmp_path / "keys.json"
    secret = create_key(file, "shop", indexes=["toys"], fields=["title", "cost"])
    gate = Gate(["toys", "tools"], fields=["title", "price"], keys=KeyRing(file))

    caller = gate.enter(_asking(secret), "toys")

    assert Caller("shop", ("toys",), ("title",), is_trusted=False) == caller
    with pytest.raises(ProblemError, match="no such index"):
        gate.enter(_asking(secret), "tools")


@pytest.mark.parametrize("key", [None, "", "dpt_wrong"])
def test_without_a_known_key_nothing_is_answered(tmp_path: Path, key: str | None) -> None:
    """401, and how to ask."""
    create_key(tmp_path / "keys.json", "shop")
    gate = Gate(["toys"], keys=KeyRing(tmp_path / "keys.json"))

    with pytest.raises(ProblemError) as refused:
        gate.enter(_asking(key), "toys")

    assert (401, True) == (refused.value.status, "www-authenticate" in refused.value.headers)


def test_a_key_that_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    """One request every two seconds, so the second waits for two."""
    secret = create_key(tmp_path / "keys.json", "shop", rate_per_s=0.5, burst=1)
    gate = Gate(["toys"], keys=KeyRing(tmp_path / "keys.json"), buckets=Buckets(lambda: 0.0))
    gate.enter(_asking(secret), "toys")

    with pytest.raises(ProblemError) as refused:
        gate.enter(_asking(secret), "toys")

    assert (429, "2") == (refused.value.status, refused.value.headers["retry-after"])
