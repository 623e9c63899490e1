"""The table of engines."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/engines.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.count(" | ") == 4][1:]
#: What a cell about an engine begins with.
ANSWERS = ("native", "layer", "no", "not run")


def test_every_row_names_its_tests() -> None:
    """What was not tried is not said."""
    assert [] == [row for row in ROWS if not re.findall(r"`tests/\S+::\w+`", row)]


def test_every_row_says_one_of_four_things_about_each_engine() -> None:
    """A reader looks for one word; a note may follow it."""
    cells = [cell for row in ROWS for cell in row.strip("| ").split(" | ")[1:4]]

    assert [] == [cell for cell in cells if not re.match(rf"({'|'.join(ANSWERS)})\b", cell)]
