"""Diptych on new and existing indexes of a real node."""

import pytest

from diptych.client import Cluster, Json, path
from diptych.encoding import ModelRef
from diptych.errors import ContractError, MappingError
from diptych.mappings.engine import OpenSearch
from diptych.mappings.target import read_target
from diptych.plugin.existing import PREVIOUS
from diptych.plugin.install import InstallReport, InstallRequest, Outcome, install
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

MODEL = ModelRef("demo", "1" * 16, 6)
ENGINE = OpenSearch()


@pytest.fixture(scope="module")
def cluster(cluster_url: str) -> Cluster:
    """The test run's node."""
    return Cluster(load_settings(cluster_url=cluster_url))


def request(index: str, *text_fields: str, model: ModelRef = MODEL) -> InstallRequest:
    """Title and picture unless other text fields are named."""
    return InstallRequest(index, text_fields or ("title",), "image", model, MODEL)


def run(cluster: Cluster, index: str, *text_fields: str) -> InstallReport:
    """Install on the index."""
    return install(cluster, ENGINE, request(index, *text_fields))


def create(cluster: Cluster, index: str, **body: Json) -> None:
    """An index of a shop that can hold vectors."""
    settings = {"index.knn": True, "number_of_replicas": 0} | body.get("settings", {})
    mappings = {"properties": {"title": {"type": "text"}, "image": {"type": "keyword"}}} | body.get(
        "mappings", {}
    )
    cluster.call("PUT", path(index), body={"settings": settings, "mappings": mappings})


def versions(cluster: Cluster, index: str) -> tuple[int, int]:
    """The index's settings and mapping versions, which every change of them raises."""
    state = cluster.call("GET", path("_cluster", "state", "metadata", index))
    metadata = state["metadata"]["indices"][index]
    return metadata["settings_version"], metadata["mapping_version"]


def test_new_index_carries_contract_fields_and_marks_its_documents(
    cluster: Cluster, index_name: str
) -> None:
    """The contract is read back as it was reported, and a write is marked pending."""
    report = run(cluster, index_name, "title", "words.long")

    cluster.call("PUT", path(index_name, "_doc", "1"), body={"title": "red dress"})
    source = cluster.call("GET", path(index_name, "_source", "1"))
    assert Outcome.CREATED == report.outcome
    assert read_target(cluster, index_name).contract == report.contract
    assert ("title", "words.long") == report.contract.text_fields
    assert "pending" == source["diptych"]["state"]


def test_installing_twice_writes_nothing(cluster: Cluster, index_name: str) -> None:
    """Neither settings nor mapping move, and the report says so."""
    run(cluster, index_name)
    before = versions(cluster, index_name)

    report = run(cluster, index_name)

    assert Outcome.UNCHANGED == report.outcome
    assert before == versions(cluster, index_name)


def test_existing_index_keeps_its_own_meta_fields_and_final_pipeline(
    cluster: Cluster, index_name: str
) -> None:
    """What the shop has stays; its final pipeline runs before ours."""
    theirs = f"{index_name}-theirs"
    stamp = {"processors": [{"set": {"field": "stamp", "value": "theirs"}}]}
    cluster.call("PUT", path("_ingest", "pipeline", theirs), body=stamp)
    create(
        cluster,
        index_name,
        settings={"index.final_pipeline": theirs},
        mappings={"_meta": {"owner": "shop", "diptych": {"profiles": {"a": 1}}}},
    )

    report = run(cluster, index_name)

    cluster.call("PUT", path(index_name, "_doc", "1"), body={"title": "red dress"})
    source = cluster.call("GET", path(index_name, "_source", "1"))
    meta = cluster.call("GET", path(index_name, "_mapping"))[index_name]["mappings"]["_meta"]
    assert Outcome.ADDED == report.outcome
    assert ("theirs", "pending") == (source["stamp"], source["diptych"]["state"])
    assert ("shop", {"a": 1}) == (meta["owner"], meta["diptych"]["profiles"])
    assert theirs == meta["diptych"][PREVIOUS]
    assert Outcome.UNCHANGED == run(cluster, index_name).outcome


def test_other_models_are_refused_with_the_difference(cluster: Cluster, index_name: str) -> None:
    """An index has one contract; the message names both values and the remedy."""
    run(cluster, index_name)
    other = ModelRef("other", "2" * 16, 6)

    with pytest.raises(ContractError, match=r"demo.*other.*uninstall"):
        install(cluster, ENGINE, request(index_name, model=other))


def test_index_without_knn_is_refused_with_the_remedy(cluster: Cluster, index_name: str) -> None:
    """`index.knn` cannot be set later, so only a copy helps."""
    create(cluster, index_name, settings={"index.knn": False})

    with pytest.raises(MappingError, match="--rebuild"):
        run(cluster, index_name)


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
    create(cluster, index_name, mappings={"properties": properties})

    with pytest.raises(MappingError, match=said):
        run(cluster, index_name, field)


def test_fields_that_no_document_has_are_warnings(cluster: Cluster, index_name: str) -> None:
    """Both a mapped field without values and one that nobody mapped are worth a word."""
    create(cluster, index_name)
    cluster.call(
        "PUT", path(index_name, "_doc", "1"), params={"refresh": "true"}, body={"image": "a.jpg"}
    )

    report = run(cluster, index_name, "title", "headline")

    assert (
        "None of the 1 documents has the field 'title'.",
        f"The field 'headline' is not in the mapping of {index_name!r} (yet).",
    ) == report.warnings


def test_alias_leads_to_the_index_behind_it(cluster: Cluster, index_name: str) -> None:
    """The pipeline belongs to the concrete index; an alias may move on."""
    create(cluster, index_name)
    cluster.call("PUT", path(index_name, "_alias", f"{index_name}-alias"))

    report = run(cluster, f"{index_name}-alias")

    assert (index_name, f"diptych-{index_name}") == (report.index, report.contract.pipeline)


def test_own_field_with_another_mapping_is_refused(cluster: Cluster, index_name: str) -> None:
    """A vector field left from a model of another length cannot be reused."""
    left = ENGINE.vector_mapping(8, library="lucene")
    create(cluster, index_name, mappings={"properties": {"diptych_vector": left}})

    with pytest.raises(MappingError, match="dimension is 8, not 16"):
        run(cluster, index_name)
