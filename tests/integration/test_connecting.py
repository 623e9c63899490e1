"""The command line against a cluster with TLS and credentials: one sentence, the right status."""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from secured import SecuredCluster

from diptych.plugin.cli import main

pytestmark = pytest.mark.integration

FIELDS = ("--text-field", "title", "--image-field", "image")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Program:
    """`diptych` in an empty folder, without the settings of whoever runs the tests."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def install(self, index: str, flags: dict[str, str], *arguments: str) -> Done:
        """`diptych install` with these connection flags."""
        given = [part for flag in flags.items() for part in flag]
        home = ("--home-dir", str(self.folder / "home"))
        argv = ["diptych", "install", index, *FIELDS, *home, *given, *arguments]
        self.monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.captured.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, said.out, said.err)


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Program:
    """The program, run by its own entry point."""
    for key in [key for key in os.environ if key.startswith("DIPTYCH_")]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)
    return Program(tmp_path, monkeypatch, capsys)


def write(folder: Path, name: str, text: str) -> str:
    """The path of a new file."""
    file = folder / name
    file.write_text(text)
    return str(file)


def flags_of(secured: SecuredCluster, folder: Path) -> dict[str, str]:
    """Everything that is needed to be let in."""
    return {
        "--cluster-url": secured.url,
        "--username": secured.username,
        "--password-file": write(folder, "password", f"{secured.password}\n"),
        "--ca-file": str(secured.ca_file),
    }


def test_flags_let_us_in(
    secured_cluster: SecuredCluster, index_name: str, program: Program
) -> None:
    """User, password file and authority; the result is JSON on stdout and nothing else."""
    done = program.install(index_name, flags_of(secured_cluster, program.folder), "--json")

    assert (0, "") == (done.returncode, done.stderr)
    assert "created" == orjson.loads(done.stdout)["outcome"]


def test_a_file_of_settings_and_an_api_key_let_us_in(
    secured_cluster: SecuredCluster, index_name: str, program: Program
) -> None:
    """`diptych.toml` in the working folder does what flags do."""
    key = write(program.folder, "key", secured_cluster.api_key)
    lines = f'cluster_url = "{secured_cluster.url}"\nca_file = "{secured_cluster.ca_file}"\n'
    write(program.folder, "diptych.toml", f'{lines}api_key_file = "{key}"\n')

    done = program.install(index_name, {})

    assert (0, "") == (done.returncode, done.stderr)


def test_variables_let_us_in(
    secured_cluster: SecuredCluster, index_name: str, program: Program
) -> None:
    """The password has a variable for where no file is at hand."""
    variables = {
        "DIPTYCH_CLUSTER_URL": secured_cluster.url,
        "DIPTYCH_CA_FILE": str(secured_cluster.ca_file),
        "DIPTYCH_USERNAME": secured_cluster.username,
        "DIPTYCH_PASSWORD": secured_cluster.password,
    }
    for name, value in variables.items():
        program.monkeypatch.setenv(name, value)

    done = program.install(index_name, {})

    assert (0, "") == (done.returncode, done.stderr)


WRONG: dict[str, tuple[dict[str, str | None], int, str]] = {
    "wrong password": ({"--password-file": "FOLDER/wrong"}, 78, "refuses these credentials"),
    "no credentials": (
        {"--username": None, "--password-file": None},
        78,
        "refuses these credentials",
    ),
    "unknown authority": ({"--ca-file": None}, 78, "not signed by an authority"),
    "authority is no certificate": ({"--ca-file": "FOLDER/wrong"}, 78, "--ca-file"),
    "authority is missing": ({"--ca-file": "FOLDER/none"}, 78, "is not a file"),
    "password file is missing": ({"--password-file": "FOLDER/none"}, 78, "No such file"),
    "password file is empty": ({"--password-file": "FOLDER/empty"}, 78, "is empty"),
    "user without password": ({"--password-file": None}, 78, "has no password"),
    "key and user": ({"--api-key-file": "FOLDER/wrong"}, 78, "keep one of the two"),
    "wrong key": (
        {"--api-key-file": "FOLDER/wrong", "--username": None, "--password-file": None},
        78,
        "refuses these credentials",
    ),
    "plain http": ({"--cluster-url": "http://127.0.0.1:PORT"}, 75, "wants https://"),
    "other host name": (
        {"--cluster-url": "https://127.1:PORT"},
        78,
        "made out to another host name",
    ),
    "credentials in the address": (
        {"--cluster-url": "https://me:hush@127.0.0.1:PORT"},
        78,
        "holds credentials",
    ),
    "no address": ({"--cluster-url": "127.0.0.1:PORT"}, 78, "cannot be used"),
    "nobody listens": ({"--cluster-url": "https://127.0.0.1:CLOSED"}, 75, "does not answer"),
    "unknown host": ({"--cluster-url": "https://none.invalid:9200"}, 75, "does not answer"),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_way_to_be_refused_is_one_sentence(
    secured_cluster: SecuredCluster, index_name: str, program: Program, case: str
) -> None:
    """Without a traceback, with the status for "configure" or "later", and no secret in it."""
    changes, status, said = WRONG[case]
    write(program.folder, "wrong", "nobody's")
    write(program.folder, "empty", "\n")
    places = {
        "FOLDER": str(program.folder),
        "PORT": secured_cluster.url.rpartition(":")[2],
        "CLOSED": str(free_port()),
    }
    flags = flags_of(secured_cluster, program.folder)
    for flag, value in changes.items():
        flags.pop(flag, None)
        if value is not None:
            flags[flag] = replace_all(value, places)

    done = program.install(index_name, flags)

    assert (status, "") == (done.returncode, done.stdout), done.stderr
    assert 1 == len(done.stderr.splitlines()), done.stderr
    assert said in done.stderr
    assert not [word for word in ("hush", "nobody's", "horse") if word in done.stderr]


def test_a_missing_privilege_is_named(
    secured_cluster: SecuredCluster,
    denied: set[tuple[str, str]],
    index_name: str,
    program: Program,
) -> None:
    """The operator can read from it what to add to the role."""
    denied.add(("PUT", f"/{index_name}"))

    done = program.install(index_name, flags_of(secured_cluster, program.folder))

    assert (78, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "lacks the privilege indices:admin/create" in done.stderr


def test_tls_to_a_server_without_it_is_one_sentence(
    cluster_url: str, index_name: str, program: Program
) -> None:
    """It says how to write the address."""
    address = cluster_url.replace("http://", "https://")

    done = program.install(index_name, {"--cluster-url": address})

    assert (78, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "speaks no TLS" in done.stderr


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def replace_all(text: str, places: dict[str, str]) -> str:
    """The text with each placeholder's value."""
    for name, value in places.items():
        text = text.replace(name, value)
    return text
