"""Requests that cannot become a contract, and fields that cannot be searched."""

import pytest

from diptych.client import Json
from diptych.encoding import ModelRef
from diptych.errors import UsageError
from diptych.plugin.field_checks import mapped_field, plain
from diptych.plugin.install import InstallRequest

MODEL = ModelRef("demo", "1" * 16, 6)


@pytest.mark.parametrize(
    ("text_fields", "image_field", "said"),
    [
        ((), None, "--text-field"),
        (("title", "title"), None, "'title' is named twice"),
        (("title",), "title", "'title' is named twice"),
        (("diptych.state",), None, "'diptych.state' is Diptych's own"),
        (("title",), "diptych_vector", "'diptych_vector' is Diptych's own"),
    ],
)
def test_fields_that_make_no_sense_are_refused(
    text_fields: tuple[str, ...], image_field: str | None, said: str
) -> None:
    """Before the cluster is asked for anything."""
    request = InstallRequest("shop", text_fields, image_field, MODEL, MODEL)

    with pytest.raises(UsageError, match=said):
        request.contract("shop")


def test_layout_follows_the_models_lengths() -> None:
    """6 + 6 + agreement + bias = 14, padded to 16."""
    request = InstallRequest("shop", ("title",), None, MODEL, MODEL)

    assert 16 == request.contract("shop").layout.dimension


def test_mapping_is_compared_in_the_cluster_s_words() -> None:
    """It answers without `type: object`, and with booleans as words below `dynamic`."""
    sent: Json = {"type": "object", "dynamic": False, "properties": {"a": {"type": "date"}}}
    answered: Json = {"dynamic": "false", "properties": {"a": {"type": "date"}}}

    assert plain(answered) == plain(sent)


def test_dotted_field_leads_through_objects_only() -> None:
    """A multi-field is in no document."""
    title = {"type": "text", "fields": {"raw": {"type": "keyword"}}}
    properties: Json = {"a": {"properties": {"b": {"type": "text"}}}, "title": title}

    assert {"type": "text"} == mapped_field(properties, "a.b")
    assert mapped_field(properties, "title.raw") is None
