"""What may not be shown is not shown, however it is asked for."""

from collections.abc import Sequence

import pytest
from shelf import make_contract

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.source import source_filter, value_at
from diptych.testing import FakeEncoder

CONTRACT = make_contract(FakeEncoder())
OWN = ["diptych", "diptych_vector"]


@pytest.mark.parametrize(
    ("asked", "allowed", "shown"),
    [
        ([], [], ["*"]),
        (["title"], [], ["title"]),
        ([], ["title", "maker"], ["title", "maker"]),
        (["maker.name", "pric*"], ["title", "maker", "p*"], ["maker.name", "pric*"]),
    ],
)
def test_callers_see_what_they_ask_for_of_what_is_allowed(
    asked: Sequence[str], allowed: Sequence[str], shown: list[str]
) -> None:
    """Diptych's own fields are left out in every case."""
    found = source_filter(asked, allowed, contract=CONTRACT, with_vector=False)

    assert {"includes": shown, "excludes": OWN} == found


@pytest.mark.parametrize("name", ["cost", "*", "t*", "title*", "titles", "maker", "*.name"])
def test_a_field_that_is_not_allowed_is_refused(name: str) -> None:
    """A pattern that could reach further than the allowed ones is refused too."""
    with pytest.raises(UsageError, match="may not be shown"):
        source_filter([name], ["title", "maker.name"], contract=CONTRACT, with_vector=False)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ({"maker": {"name": "Acme"}}, "Acme"),
        ({"maker.name": "Acme"}, "Acme"),
        ({"maker": "Acme"}, None),
        ({}, None),
    ],
)
def test_a_dotted_field_is_read_however_it_is_written(source: Json, value: str | None) -> None:
    """As objects, or with the dots in its name: the engines take both."""
    assert value == value_at(source, "maker.name")
