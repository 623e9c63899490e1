"""The reference page names every command and every setting."""

from pathlib import Path

from diptych.plugin.cli import COMMANDS
from diptych.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_reference() -> None:
    """A new command gets its line."""
    assert [] == [name for name in COMMANDS if f"`diptych {name}" not in PAGE]


def test_every_setting_is_in_the_reference_with_its_help() -> None:
    """The page and `--help` say the same."""
    rows = {name: field.description for name, field in Settings.model_fields.items()}

    assert [] == [name for name, help_ in rows.items() if f"| `{name}` | {help_}" not in PAGE]
