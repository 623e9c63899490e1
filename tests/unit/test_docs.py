"""The pages name only what exists."""

import re
from pathlib import Path

import pytest

from diptych.plugin.cli import COMMANDS
from diptych.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("**/*.md"), *ROOT.glob("*.md")])

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_links_lead_to_files(page: Path) -> None:
    """Every relative link is a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (page.parent / link).is_file()]


@each_page
def test_variables_are_settings(page: Path) -> None:
    """Every DIPTYCH_ variable is a field of Settings, those of the test run apart."""
    named = set(re.findall(r"\bDIPTYCH_(?!TEST_|SIM_)[A-Z_]+\b", page.read_text(encoding="utf-8")))

    assert named <= {f"DIPTYCH_{field.upper()}" for field in Settings.model_fields}


@each_page
def test_commands_exist(page: Path) -> None:
    """Every `diptych X`, quoted or in a block of shell, is a subcommand."""
    text = page.read_text(encoding="utf-8")
    named = set(
        re.findall(r"(?:`|^|compose run --rm )(?:diptych|cli) ([a-z]\w+)", text, re.MULTILINE)
    )

    assert named <= set(COMMANDS)
