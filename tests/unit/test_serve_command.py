"""`diptych serve` and `diptych keys` on the command line."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diptych.errors import SettingsError, UsageError
from diptych.plugin.cli import diptych


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(diptych, arguments)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "search.example"])
def test_other_machines_need_a_key(host: str) -> None:
    """Nothing is opened to them by mistake."""
    ended = _run("serve", "products", "--host", host)

    assert isinstance(ended.exception, SettingsError)
    assert "could search at" in str(ended.exception)


def test_an_index_has_to_be_named() -> None:
    """A server of everything would serve what was never meant."""
    ended = _run("serve")

    assert isinstance(ended.exception, UsageError)


def test_a_key_is_made_listed_and_removed(tmp_path: Path) -> None:
    """The key alone is on stdout, so that a script can take it."""
    file = ("--keys-file", str(tmp_path / "keys.json"))

    made = _run("keys", "create", "shop", "--index", "toys", "--field", "title", *file)
    listed = _run("keys", "list", *file)
    as_json = _run("keys", "list", "--json", *file)
    removed = _run("keys", "remove", "shop", *file)
    empty = _run("keys", "list", *file)

    assert made.stdout.startswith("dpt_")
    assert 1 == len(made.stdout.splitlines())
    assert "shop: toys; title; 20 requests/s\n" == listed.stdout
    assert ["shop"] == [key["name"] for key in json.loads(as_json.stdout)]
    assert "sha256" not in as_json.stdout
    assert (0, "") == (removed.exit_code, empty.stdout)


def test_keys_need_a_file() -> None:
    """There is no usual place for secrets."""
    ended = _run("keys", "create", "shop")

    assert isinstance(ended.exception, SettingsError)
    assert "set --keys-file" in str(ended.exception)


def test_only_a_missing_package_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken import of ours is no advice to install something."""
    monkeypatch.setitem(sys.modules, "diptych.plugin.serve.serving", None)
    broken = _run("serve", "products")
    monkeypatch.setattr("diptych.plugin.commands.serve.find_spec", lambda name: None)
    missing = _run("serve", "products")

    assert isinstance(broken.exception, ImportError)
    assert isinstance(missing.exception, UsageError)
    assert "install diptych[serve]" in str(missing.exception)
