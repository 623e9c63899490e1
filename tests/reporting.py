"""Figures that tests measure, for the documentation."""

import json
import os
from pathlib import Path


def report(**figures: object) -> None:
    """Append a line to `recovery.ndjson` in the folder that `DIPTYCH_REPORT` names, if it does."""
    folder = os.environ.get("DIPTYCH_REPORT")
    if folder is not None:
        with (Path(folder) / "recovery.ndjson").open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")
