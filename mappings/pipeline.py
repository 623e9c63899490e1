"""The final ingest pipeline that marks documents whose inputs changed."""

from collections.abc import Sequence
from importlib.resources import files

from diptych.client import Json

#: Holds the message of the previous pipeline's failure while ours decides; never stored.
_FAILURE = "_diptych_failure"


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
    calls = [] if previous is None else [_call(previous)]
    return {
        "description": f"Diptych: marks products of {index} whose words or picture changed",
        "processors": [*calls, {"script": script}],
    }


def _call(previous: str) -> Json:
    """Runs a pipeline, passes on its refusals, and does without it once it is deleted.

    OpenSearch has no `ignore_missing_pipeline` (2.19 refuses it), and a condition cannot read
    `_ingest.on_failure_message`; only a template can.
    """
    quoted = previous.replace("\\", "\\\\").replace("'", "\\'")
    is_refusal = f"!ctx.{_FAILURE}.endsWith('non-existent pipeline [{quoted}]')"
    return {
        "pipeline": {
            "name": previous,
            "on_failure": [
                {"set": {"field": _FAILURE, "value": "{{{_ingest.on_failure_message}}}"}},
                {"fail": {"message": f"{{{{{{{_FAILURE}}}}}}}", "if": is_refusal}},
                {"remove": {"field": _FAILURE}},
            ],
        }
    }
