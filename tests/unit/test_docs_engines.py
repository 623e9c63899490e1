"""The table of engines names tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/engines.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.count(" | ") == 4][1:]
#: What a cell about an engine begins with.
ANSWERS = ("native", "layer", "no", "not run")


def test_every_row_names_tests_that_exist() -> None:
    """A renamed test takes its row along."""
    named = [re.findall(r"`(tests/\S+)::(\w+)`", row) for row in ROWS]

    assert [] == [row for row, tests in zip(ROWS, named, strict=True) if not tests]
    assert [] == [
        f"{file}::{name}"
        for tests in named
        for file, name in tests
        if name not in _functions(ROOT / file)
    ]


def test_every_row_says_one_of_four_things_about_each_engine() -> None:
    """A reader looks for one word; a note may follow it."""
    cells = [cell for row in ROWS for cell in row.strip("| ").split(" | ")[1:4]]

    assert [] == [cell for cell in cells if not re.match(rf"({'|'.join(ANSWERS)})\b", cell)]


def _functions(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
