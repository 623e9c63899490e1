"""The pages name only what exists."""

import ast
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
    """Every DIPTYCH_ variable is a field of Settings, those of tests and tools apart."""
    named = set(
        re.findall(
            r"\bDIPTYCH_(?!TEST_|SIM_|REPORT|DATA)[A-Z_]+\b", page.read_text(encoding="utf-8")
        )
    )

    assert named <= {f"DIPTYCH_{field.upper()}" for field in Settings.model_fields}


@each_page
def test_commands_exist(page: Path) -> None:
    """Every `diptych X`, quoted or in a block of shell, is a subcommand."""
    text = page.read_text(encoding="utf-8")
    named = set(
        re.findall(r"(?:`|^|compose run --rm )(?:diptych|cli) ([a-z]\w+)", text, re.MULTILINE)
    )

    assert named <= set(COMMANDS)


@each_page
def test_named_tests_exist(page: Path) -> None:
    """A renamed test takes its row along."""
    named = re.findall(r"`(tests/\S+)::(\w+)`", page.read_text(encoding="utf-8"))

    assert [] == [f"{file}::{name}" for file, name in named if name not in _functions(ROOT / file)]


def test_every_guarantee_names_its_test() -> None:
    """A promise without a test is none."""
    promised = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8").split("\n## ")[1]
    rows = [line for line in promised.splitlines() if line.startswith("| ")][1:]

    assert len(rows) > 20
    assert [] == [row for row in rows if not re.search(r"`tests/\S+::\w+` \|$", row)]


def _functions(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
