"""Diptych on new and existing indexes of a real node."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from shop import (
    ENGINE,
    create_shop,
    create_stamping_pipeline,
    make_request,
    put,
    run_install,
)

from diptych.client import Cluster, path
from diptych.errors import MappingError, RefusedError
from diptych.mappings.target import read_target
from diptych.plugin.install import Outcome, install
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cluster(cluster_url: str) -> Cluster:
    """The test run's node."""
    return Cluster(load_settings(cluster_url=cluster_url))


def versions(cluster: Cluster, index: str) -> tuple[int, int]:
    """The index's settings and mapping versions, which every change of them raises."""
    state = cluster.call("GET", path("_cluster", "state", "metadata", index))
    metadata = state["metadata"]["indices"][index]
    return metadata["settings_version"], metadata["mapping_version"]


def test_new_index_carries_contract_fields_and_marks_its_documents(
    cluster: Cluster, index_name: str
) -> None:
    """The contract is read back as it was reported, and a write is marked pending."""
    report = run_install(cluster, index_name, "title", "words.long")

    stored = put(cluster, index_name, "1", {"title": "red dress"})
    assert Outcome.CREATED == report.outcome
    assert read_target(cluster, index_name).contract == report.contract
    assert ("title", "words.long") == report.contract.text_fields
    assert "pending" == stored["diptych"]["state"]


def test_installing_twice_writes_nothing(cluster: Cluster, index_name: str) -> None:
    """Neither settings nor mapping move, and the report says so."""
    run_install(cluster, index_name)
    before = versions(cluster, index_name)

    report = run_install(cluster, index_name)

    assert Outcome.UNCHANGED == report.outcome
    assert before == versions(cluster, index_name)


def test_existing_index_keeps_its_own_meta_fields_and_final_pipeline(
    cluster: Cluster, index_name: str
) -> None:
    """What the shop has stays; its final pipeline runs before ours."""
    theirs = f"{index_name}-theirs"
    create_stamping_pipeline(cluster, theirs)
    create_shop(cluster, index_name, settings={"index.knn": False})

    with pytest.raises(MappingError, match="--rebuild"):
        run_install(cluster, index_name)


@pytest.mark.parametrize(
    ("field", "said"),
    [("price", "mapped as 'float'"), ("title.raw", "name the field itself, 'title'")],
)
def test_field_that_holds_no_words_is_refused(
    cluster: Cluster, index_name: str, field: str, said: str
) -> None:
    """A number is not text, and a sub-field is not in the documents."""
    title = {"type": "text", "fields": {"raw": {"type": "keyword"}}}
    properties = {"price": {"type": "float"}, "title": title}
    create_shop(cluster, index_name, mappings={"properties": properties})

    with pytest.raises(MappingError, match=said):
        run_install(cluster, index_name, field)


def test_fields_that_no_document_has_are_warnings(cluster: Cluster, index_name: str) -> None:
    """Both a mapped field without values and one that nobody mapped are worth a word."""
    create_shop(cluster, index_name)
    put(cluster, index_name, "1", {"image": "a.jpg"})

    report = run_install(cluster, index_name, "title", "headline")

    assert (
        "None of the 1 documents has the field 'title'.",
        f"The field 'headline' is not in the mapping of {index_name!r} (yet).",
    ) == report.warnings


def test_alias_leads_to_the_index_behind_it(cluster: Cluster, index_name: str) -> None:
    """The pipeline belongs to the concrete index; an alias may move on."""
    create_shop(cluster, index_name)
    cluster.call("PUT", path(index_name, "_alias", f"{index_name}-alias"))

    report = run_install(cluster, f"{index_name}-alias")

    assert (index_name, f"diptych-{index_name}") == (report.index, report.contract.pipeline)


def test_own_field_with_another_mapping_is_refused(cluster: Cluster, index_name: str) -> None:
    """A vector field left from a model of another length cannot be reused."""
    left = ENGINE.vector_mapping(8, library="lucene")
    create_shop(cluster, index_name, mappings={"properties": {"diptych_vector": left}})

    with pytest.raises(MappingError, match="dimension is 8, not 16"):
        run_install(cluster, index_name)


def test_refusals_of_the_own_final_pipeline_still_refuse(cluster: Cluster, index_name: str) -> None:
    """Calling it from ours does not soften its rules."""
    create_stamping_pipeline(cluster, f"{index_name}-theirs")
    create_shop(cluster, index_name, settings={"index.final_pipeline": f"{index_name}-theirs"})
    run_install(cluster, index_name)

    with pytest.raises(RefusedError, match="no 'bad' products"):
        put(cluster, index_name, "1", {"title": "red dress", "bad": True})


def test_own_final_pipeline_may_be_deleted_later(cluster: Cluster, index_name: str) -> None:
    """Ours does without it, where OpenSearch would refuse every write."""
    theirs = f"{index_name}-theirs"
    create_stamping_pipeline(cluster, theirs)
    create_shop(cluster, index_name, settings={"index.final_pipeline": theirs})
    run_install(cluster, index_name)
    cluster.call("DELETE", path("_ingest", "pipeline", theirs))

    stored = put(cluster, index_name, "1", {"title": "red dress"})

    assert {"title", "diptych"} == stored.keys()
    assert "pending" == stored["diptych"]["state"]


def test_final_pipeline_of_a_template_is_kept_by_a_new_index(
    cluster: Cluster, index_name: str, template: str
) -> None:
    """A created index is completed like one that exists."""
    report = run_install(cluster, index_name)

    stored = put(cluster, index_name, "1", {"title": "red dress"})
    assert Outcome.CREATED == report.outcome
    assert (1, "pending") == (stored["passes"], stored["diptych"]["state"])


@pytest.fixture
def template(cluster: Cluster, index_name: str) -> Iterator[str]:
    """An index template that gives the test's index a final pipeline."""
    create_stamping_pipeline(cluster, f"{index_name}-theirs")
    settings = {"index.final_pipeline": f"{index_name}-theirs"}
    body = {"index_patterns": [index_name], "template": {"settings": settings}}
    cluster.call("PUT", path("_index_template", index_name), body=body)
    yield index_name
    cluster.call("DELETE", path("_index_template", index_name))


def test_a_deleted_pipeline_is_written_again(cluster: Cluster, index_name: str) -> None:
    """An install mends what is missing and keeps the rest."""
    run_install(cluster, index_name)
    cluster.call("DELETE", path("_ingest", "pipeline", f"diptych-{index_name}"))

    report = run_install(cluster, index_name)

    assert Outcome.ADDED == report.outcome
    assert "pending" == put(cluster, index_name, "1", {"title": "x"})["diptych"]["state"]


def test_index_without_source_is_refused(cluster: Cluster, index_name: str) -> None:
    """Nobody could read its words again."""
    create_shop(cluster, index_name, mappings={"_source": {"enabled": False}})

    with pytest.raises(MappingError, match="_source"):
        run_install(cluster, index_name)


def test_index_without_marking_takes_writes_as_they_are(cluster: Cluster, index_name: str) -> None:
    """For shops that want no pipeline behind their writes; a second install brings it back."""
    request = replace(make_request(index_name), is_marking=False)
    first = install(cluster, ENGINE, request)
    again = install(cluster, ENGINE, request)
    stored = put(cluster, index_name, "1", {"title": "red"})

    marked = run_install(cluster, index_name)
    is_marked = "diptych" in put(cluster, index_name, "2", {"title": "red"})
    unmarked = install(cluster, ENGINE, request)

    assert [Outcome.CREATED, Outcome.UNCHANGED, Outcome.ADDED, Outcome.ADDED] == [
        report.outcome for report in (first, again, marked, unmarked)
    ]
    assert ({"title": "red"}, True) == (stored, is_marked)
    assert {"title": "red"} == put(cluster, index_name, "3", {"title": "red"})
    assert None is read_target(cluster, index_name).contract.pipeline
    pipeline = path("_ingest", "pipeline", f"diptych-{index_name}")
    assert {} == cluster.call("GET", pipeline, accept=(404,))
