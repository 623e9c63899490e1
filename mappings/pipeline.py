"""The final ingest pipeline that marks documents whose inputs changed."""

from collections.abc import Sequence
from importlib.resources import files

from diptych.client import Json


def pipeline_name(index: str) -> str:
    """Name of the pipeline that belongs to an index."""
    return f"diptych-{index}"


def mark_pipeline(index: str, fields: Sequence[str], *, previous: str | None) -> Json:
    """The pipeline's body.

    Args:
        fields: the contract's input fields.
        previous: the final pipeline that the index had before; ours runs it first.
    """
    script = {
        "lang": "painless",
        "source": files("diptych.mappings").joinpath("mark.painless").read_text("utf-8"),
        "params": {"fields": list(fields)},
        # A marking that fails must never refuse the shop's own write: the feed sees it anyway.
        "ignore_failure": True,
    }
    calls = [] if previous is None else [{"pipeline": {"name": previous}}]
    return {
        "description": f"Diptych: marks products of {index} whose words or picture changed",
        "processors": [*calls, {"script": script}],
    }
