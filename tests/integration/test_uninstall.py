"""Diptych taken off indexes of a real node."""

import pytest
from shop import (
    ENGINE,
    Bars,
    create_shop,
    create_stamping_pipeline,
    embed,
    put,
    run_install,
    source,
)

from diptych.client import Cluster, path
from diptych.plugin.existing import require_existing
from diptych.plugin.uninstall import UninstallReport, rebuild_without, uninstall
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


@pytest.fixture
def cluster(cluster_url: str) -> Cluster:
    """The test run's node."""
    return Cluster(load_settings(cluster_url=cluster_url))


@pytest.fixture
def shop(cluster: Cluster, index_name: str) -> str:
    """An index with a final pipeline and `_meta` of its own, and one product with a vector."""
    create_stamping_pipeline(cluster, f"{index_name}-theirs")
    create_shop(
        cluster,
        index_name,
        settings={"index.final_pipeline": f"{index_name}-theirs"},
        mappings={"_meta": {"owner": "shop"}},
    )
    run_install(cluster, index_name)
    put(cluster, index_name, "1", {"title": "red", "price": 1})
    embed(cluster, index_name, "1")
    return index_name


def run(cluster: Cluster, name: str) -> UninstallReport:
    """Uninstall from the live index."""
    return uninstall(cluster, ENGINE, require_existing(cluster, name), bar=Bars())


def test_contract_pipeline_and_values_go_and_the_rest_stays(cluster: Cluster, shop: str) -> None:
    """The document is what the shop wrote, and no pipeline ran over it once more."""
    report = run(cluster, shop)

    found = require_existing(cluster, shop)
    pipelines = cluster.call("GET", path("_ingest", "pipeline", f"diptych-{shop}"), accept=(404,))
    assert {"title": "red", "price": 1, "passes": 1} == source(cluster, shop, "1")
    assert {"owner": "shop"} == found.meta
    assert f"{shop}-theirs" == found.final_pipeline == report.final_pipeline
    assert {} == pipelines
    assert 1 == report.n_cleaned


def test_report_says_what_a_live_index_keeps(cluster: Cluster, shop: str) -> None:
    """Mapping entries and a static setting cannot be taken back."""
    report = run(cluster, shop)

    assert (
        "the mapping entry 'diptych', without values",
        "the mapping entry 'diptych_vector', without values",
        "the setting index.knn: true",
    ) == report.remaining


def test_uninstalling_twice_changes_nothing_more(cluster: Cluster, shop: str) -> None:
    """A run after a failure, or by mistake, does no harm."""
    run(cluster, shop)

    report = run(cluster, shop)

    assert (0, f"{shop}-theirs") == (report.n_cleaned, report.final_pipeline)


def test_installing_again_after_uninstalling_works(cluster: Cluster, shop: str) -> None:
    """The mapping entries that stayed are used again."""
    run(cluster, shop)

    run_install(cluster, shop)

    assert "pending" == put(cluster, shop, "2", {"title": "blue"})["diptych"]["state"]


def test_previous_pipeline_that_is_deleted_is_not_put_back(cluster: Cluster, shop: str) -> None:
    """An index whose final pipeline does not exist refuses every write."""
    cluster.call("DELETE", path("_ingest", "pipeline", f"{shop}-theirs"))

    report = run(cluster, shop)

    assert report.final_pipeline is None
    assert {"title": "blue"} == put(cluster, shop, "2", {"title": "blue"})


def test_final_pipeline_that_the_shop_set_since_is_kept(cluster: Cluster, shop: str) -> None:
    """Only our own entry is taken back."""
    create_stamping_pipeline(cluster, f"{shop}-newer")
    setting = {"index.final_pipeline": f"{shop}-newer"}
    cluster.call("PUT", path(shop, "_settings"), body=setting)

    run(cluster, shop)

    assert f"{shop}-newer" == require_existing(cluster, shop).final_pipeline


def test_index_that_never_had_diptych_is_left_alone(cluster: Cluster, index_name: str) -> None:
    """A field `diptych` of the shop's own is the shop's."""
    create_shop(cluster, index_name, mappings={"properties": {"diptych": {"type": "keyword"}}})
    put(cluster, index_name, "1", {"diptych": "two panels"})

    report = run(cluster, index_name)

    assert 0 == report.n_cleaned
    assert {"diptych": "two panels"} == source(cluster, index_name, "1")


def test_rebuild_leaves_no_trace(cluster: Cluster, shop: str) -> None:
    """Neither mapping entries nor `index.knn`; the shop's own pipeline works on."""
    found = require_existing(cluster, shop)

    rebuild_without(cluster, ENGINE, found, is_replaced=True, bar=Bars())

    clean = require_existing(cluster, shop)
    assert {"title", "image", "price", "passes"} == clean.properties.keys()
    assert "index.knn" not in clean.settings
    assert {"owner": "shop"} == clean.meta
    assert f"{shop}-theirs" == clean.final_pipeline
    assert {"title": "red", "price": 1, "passes": 1} == source(cluster, shop, "1")
