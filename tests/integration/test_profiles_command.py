"""`diptych profiles` on a real index, and what tuning leaves in a profile."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from shelf import Shelf, create_index, own_shelf

from diptych.errors import ContractError, UsageError
from diptych.mappings.target import read_target
from diptych.plugin.cli import diptych
from diptych.plugin.relevance.profile_store import renew_profile, write_profile, write_profiles
from diptych.query.profiles import Preference

pytestmark = pytest.mark.integration


@pytest.fixture
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """A few products in an index of the test's own."""
    with own_shelf(cluster_url, 10) as shelf:
        yield shelf


@pytest.fixture
def tuned(shelf: Shelf) -> Shelf:
    """A shelf with two profiles."""
    for name, image in (("default", 1.0), ("sale", 0.5)):
        preference = Preference({"keywords": 0.2, "image": image})
        write_profile(shelf.cluster, shelf.index, name, {"words": preference})
    return shelf


def profiles(shelf: Shelf, *arguments: str) -> Result:
    """`diptych profiles` against the shelf's cluster."""
    command = ["profiles", *arguments, "--cluster-url", shelf.cluster.url]
    return CliRunner().invoke(diptych, command)


def test_profiles_are_listed_for_people_and_for_programs(tuned: Shelf) -> None:
    """JSON has them as the mapping has."""
    table = profiles(tuned, "list", tuned.index)
    listed = profiles(tuned, "list", tuned.index, "--json")

    assert "keywords 0.2, image 0.5" in table.stdout
    assert {"default", "sale"} == json.loads(listed.stdout).keys()
    assert read_target(tuned.cluster, tuned.index).profiles == json.loads(listed.stdout)


def test_kinds_that_were_not_tested_stay_in_a_profile(tuned: Shelf) -> None:
    """Photos are tuned by another file of queries than words, and neither forgets the other."""
    photo, words = Preference({"image": 1.0}), Preference({"keywords": 0.2, "image": 1.0})

    renewed = renew_profile(
        tuned.cluster, tuned.index, "default", {"photo": photo}, tested={"photo"}
    )
    both = read_target(tuned.cluster, tuned.index).profiles["default"]
    removed = renew_profile(tuned.cluster, tuned.index, "default", {}, tested={"words", "photo"})

    assert ([], ["photo", "words"]) == (renewed, removed)
    assert {"photo": photo.to_json(), "words": words.to_json()} == both
    assert {"sale"} == read_target(tuned.cluster, tuned.index).profiles.keys()


@pytest.mark.parametrize("damaged", [{"words": {"weights": None}}, 5, "words"])
def test_damaged_profile_is_told_and_can_be_removed(tuned: Shelf, damaged: Any) -> None:
    """Somebody edited the mapping by hand."""
    write_profiles(tuned.cluster, tuned.index, {"sale": damaged})

    listed = profiles(tuned, "list", tuned.index)
    profiles(tuned, "remove", tuned.index, "sale")

    assert isinstance(listed.exception, UsageError)
    assert "'sale' is damaged" in str(listed.exception)
    assert {"default"} == read_target(tuned.cluster, tuned.index).profiles.keys()


def test_removed_profile_is_gone_and_the_other_stays(tuned: Shelf) -> None:
    """One that is not there is a sentence with those that are."""
    removed = profiles(tuned, "remove", tuned.index, "sale")
    again = profiles(tuned, "remove", tuned.index, "sale")

    assert f"The profile 'sale' of {tuned.index} is removed." == removed.stdout.strip()
    assert {"default"} == read_target(tuned.cluster, tuned.index).profiles.keys()
    assert isinstance(again.exception, UsageError)
    assert "has no profile 'sale', only default." in str(again.exception)


def test_last_profile_can_go(tuned: Shelf) -> None:
    """And then the list says how to get one."""
    for name in ("default", "sale"):
        profiles(tuned, "remove", tuned.index, name)

    assert "has no profiles" in profiles(tuned, "list", tuned.index).stdout


def test_profiles_are_copied_between_indexes_of_one_make(tuned: Shelf, cluster_url: str) -> None:
    """All of them, or those named; the other index keeps its own."""
    with own_shelf(cluster_url, 10) as other:
        write_profile(other.cluster, other.index, "own", {"words": Preference({"text": 1.0})})

        one = profiles(tuned, "copy", tuned.index, other.index, "sale")
        named = read_target(other.cluster, other.index).profiles
        everything = profiles(tuned, "copy", tuned.index, other.index)

        assert f"{other.index} has of {tuned.index}: sale." == one.stdout.strip()
        assert {"own", "sale"} == named.keys()
        assert f"{other.index} has of {tuned.index}: default, sale." == everything.stdout.strip()
        assert {"own", "default", "sale"} == read_target(other.cluster, other.index).profiles.keys()


def test_profiles_do_not_fit_other_vectors(tuned: Shelf, index_name: str) -> None:
    """What differs is said."""
    contract = replace(tuned.contract, text_model=replace(tuned.contract.text_model, revision="2"))
    create_index(tuned.cluster, index_name, contract)

    result = profiles(tuned, "copy", tuned.index, index_name)

    assert isinstance(result.exception, ContractError)
    assert "text model" in str(result.exception)
