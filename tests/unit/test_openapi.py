"""The description of the API that stands in the documents."""

import json
from pathlib import Path

from diptych.plugin.serve.app import bare_app

FILE = Path(__file__).parents[2] / "docs/reference/openapi.json"


def test_the_checked_in_description_is_the_applications() -> None:
    """`diptych serve --print-openapi > docs/reference/openapi.json` makes it anew."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == bare_app().openapi()


def test_every_operation_says_what_it_does() -> None:
    """Each has a summary, an id of its own, and its refusals as problem+json."""
    operations = [
        operation for path in bare_app().openapi()["paths"].values() for operation in path.values()
    ]

    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert [] == [o["operationId"] for o in operations if not o.get("description")]
