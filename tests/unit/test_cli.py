"""How the command line ends."""

import subprocess
import sys
from pathlib import Path

import pytest


def run(program: str, *arguments: str, folder: Path | None = None) -> tuple[int, str]:
    """Exit status and stderr of the command line after some lines of Python."""
    lines = f"import sys; sys.argv[1:] = {list(arguments)!r}\n{program}\n"
    code = lines + "from diptych.plugin.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder
    )
    return done.returncode, done.stderr.strip()


def test_missing_extra_is_one_sentence() -> None:
    """The base installation has no queue."""
    ended = run("sys.modules['celery'] = None", "feed", "products")

    assert (
        78,
        (
            "diptych: This command needs celery, which is not installed: "
            "run pip install 'diptych[queue]'."
        ),
    ) == ended


def test_install_needs_nothing_that_reads_pictures() -> None:
    """Models and pictures can be a service's; only the cluster is missing here."""
    away = "http://127.0.0.1:1"
    program = "sys.modules['AntiSSRF'] = sys.modules['torch'] = None"
    command = ("install", "products", "--text-field", "title", "--encoder-url", away)

    status, said = run(program, *command, "--cluster-url", away)

    assert 75 == status
    assert "does not answer" in said


def test_interrupt_ends_with_130() -> None:
    """The status that shells give to a command that was stopped by Ctrl-C."""
    program = (
        "import click, diptych.plugin.cli as cli\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        "cli._LazyGroup.get_command = lambda self, ctx, name: click.Command(name, callback=stop)"
    )

    status, stderr = run(program, "status")

    assert (130, "diptych: stopped before the end.") == (status, stderr)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("cluster_url = ", "diptych.toml cannot be read"),
        ("nonsense = 1", "diptych.toml has an unknown setting 'nonsense'"),
        ('log_level = "LOUD"', "The setting log_level has a value that cannot be used"),
    ],
)
def test_bad_settings_file_is_one_sentence(line: str, sentence: str, tmp_path: Path) -> None:
    """Status 78: a person has to look."""
    (tmp_path / "diptych.toml").write_text(line, encoding="utf-8")

    status, stderr = run("", "status", "products", folder=tmp_path)

    assert 78 == status
    assert stderr.startswith(f"diptych: {sentence}")
    assert "\n" not in stderr


def test_unknown_command_is_misuse() -> None:
    """Status 2, with what to type for help."""
    status, stderr = run("", "nosuch")

    assert 2 == status
    assert "No such command 'nosuch'" in stderr


def test_password_in_a_flag_is_refused() -> None:
    """Flags stand in the process list; the variable does not."""
    status, stderr = run("", "feed", "products", "--broker-url", "amqp://shop:secret@mq//")

    assert 2 == status
    assert "set DIPTYCH_BROKER_URL instead" in stderr
    assert "secret" not in stderr
