"""Indexes copied into new ones on a real node."""

import pytest
from shop import (
    ENGINE,
    Bars,
    bulk,
    create_shop,
    create_stamping_pipeline,
    embed,
    make_request,
    put,
    source,
)

from diptych.client import Cluster, Json, path
from diptych.encoding import ModelRef
from diptych.errors import DiptychError, MappingError, RefusedError, UnavailableError, UsageError
from diptych.ingest.store import ClusterStore, Outcome, Update
from diptych.mappings.target import read_target
from diptych.plugin.existing import ExistingIndex, require_existing
from diptych.plugin.install import InstallReport, InstallRequest, install
from diptych.plugin.rebuild import Blueprint, Rebuilt, copied_settings, rebuild
from diptych.plugin.reinstall import needs_rebuild, reinstall
from diptych.plugin.relevance.profile_store import write_profiles
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


@pytest.fixture
def cluster(cluster_url: str) -> Cluster:
    """The test run's node."""
    return Cluster(load_settings(cluster_url=cluster_url))


@pytest.fixture
def old_shop(cluster: Cluster, index_name: str) -> str:
    """Three products in an index that can hold no vectors, behind an alias."""
    create_shop(
        cluster,
        index_name,
        settings={"index.knn": False, "number_of_shards": 2, "analysis": _ANALYSIS},
        mappings={
            "_meta": {"owner": "shop"},
            "properties": {"title": {"type": "text", "analyzer": "folded"}},
        },
    )
    for number in range(3):
        bulk(
            cluster,
            index_name,
            {"index": {"_id": str(number), "routing": "a"}},
            {"title": f"product {number}", "price": number},
        )
    return index_name


_ANALYSIS = {"analyzer": {"folded": {"tokenizer": "standard", "filter": ["asciifolding"]}}}


def run(
    cluster: Cluster, name: str, *, is_replaced: bool = False, request: InstallRequest | None = None
) -> tuple[Rebuilt, InstallReport]:
    """Rebuild with Diptych."""
    wanted = request or make_request(name)
    found = require_existing(cluster, name)
    return reinstall(cluster, ENGINE, wanted, found, is_replaced=is_replaced, bar=Bars())


def add_alias(cluster: Cluster, index: str, alias: str, **how: object) -> str:
    """Another name of the index."""
    cluster.call("PUT", path(index, "_alias", alias), body=how)
    return alias


def test_alias_leads_to_a_copy_with_everything(cluster: Cluster, old_shop: str) -> None:
    """Documents, routing, analysis, shards and the user's `_meta` are there, and Diptych too."""
    alias = add_alias(cluster, old_shop, f"{old_shop}-alias")

    rebuilt, _ = run(cluster, alias)

    new = require_existing(cluster, alias)
    hit = cluster.call("GET", path(alias, "_doc", "2"), params={"routing": "a"})
    assert f"{old_shop}-diptych-1" == new.index == rebuilt.new_index
    assert 3 == rebuilt.n_documents
    assert ({"title": "product 2", "price": 2}, "a") == (hit["_source"], hit["_routing"])
    assert ("2", "true") == (new.settings["index.number_of_shards"], new.settings["index.knn"])
    assert "folded" == new.properties["title"]["analyzer"]
    assert "shop" == new.meta["owner"]
    assert ("title",) == read_target(cluster, alias).contract.text_fields
    assert "pending" == put(cluster, alias, "9", {"title": "new"})["diptych"]["state"]


def test_old_index_behind_an_alias_is_kept_and_takes_no_writes(
    cluster: Cluster, old_shop: str
) -> None:
    """One can go back to it, and nobody writes to it by mistake."""
    alias = add_alias(cluster, old_shop, f"{old_shop}-alias")

    rebuilt, _ = run(cluster, alias)

    assert rebuilt.is_old_kept
    assert 0 < rebuilt.blocked_s < 30
    with pytest.raises(UnavailableError, match="block"):
        put(cluster, old_shop, "9", {"title": "new"})


def test_old_index_tells_workers_where_it_went(cluster: Cluster, index_name: str) -> None:
    """Messages that name it would otherwise come back for ever; the user's `_meta` stays."""
    create_shop(cluster, index_name, mappings={"_meta": {"owner": "shop"}})
    alias = add_alias(cluster, index_name, f"{index_name}-alias")
    install(cluster, ENGINE, make_request(alias))
    put(cluster, index_name, "9", {"title": "new"})
    before = read_target(cluster, alias)
    request = make_request(alias, model=ModelRef("other", "2" * 16, 14))

    rebuilt, _ = run(cluster, alias, request=request)

    store = ClusterStore(cluster, ENGINE, before)
    update = Update(store.read(["9"])[0], "ready", None, None, "2026-01-01")
    assert Outcome.BLOCKED == store.write([update])[0].outcome
    assert rebuilt.new_index == store.successor()
    assert "shop" == require_existing(cluster, index_name).meta["owner"]
    assert ClusterStore(cluster, ENGINE, read_target(cluster, alias)).successor() is None


def test_tuned_profiles_go_with_a_rebuild(cluster: Cluster, index_name: str) -> None:
    """The vectors are the same, so what was tuned to them still holds."""
    alias = tuned_shop(cluster, index_name)

    _, report = run(cluster, alias)

    assert {"sale": _PROFILE} == read_target(cluster, alias).profiles
    assert () == report.warnings


def test_profiles_of_other_vectors_stay_behind(cluster: Cluster, index_name: str) -> None:
    """Weights that were tuned to one model serve another badly, and somebody has to know."""
    alias = tuned_shop(cluster, index_name)
    request = make_request(alias, model=ModelRef("other", "2" * 16, 14))

    _, report = run(cluster, alias, request=request)

    assert {} == read_target(cluster, alias).profiles
    (warning,) = report.warnings
    assert "Tuned to the vectors of before, and left behind: sale" in warning
    assert "diptych tune" in warning


_PROFILE = {"words": {"weights": {"keywords": 0.5}, "blending": {"method": "min_max"}}}


def tuned_shop(cluster: Cluster, index: str) -> str:
    """An alias of an index with Diptych, a product and a profile."""
    create_shop(cluster, index)
    alias = add_alias(cluster, index, f"{index}-alias")
    install(cluster, ENGINE, make_request(alias))
    put(cluster, index, "9", {"title": "new", "image": "a.jpg"})
    write_profiles(cluster, index, {"sale": _PROFILE})
    return alias


def test_every_alias_moves_with_its_filter(cluster: Cluster, old_shop: str) -> None:
    """A filtered alias is a view that somebody relies on."""
    only_cheap = {"range": {"price": {"lt": 2}}}
    alias = add_alias(cluster, old_shop, f"{old_shop}-alias")
    cheap = add_alias(cluster, old_shop, f"{old_shop}-cheap", filter=only_cheap)

    rebuilt, _ = run(cluster, alias)

    assert rebuilt.new_index == require_existing(cluster, cheap).index
    assert 2 == cluster.call("GET", path(cheap, "_count"))["count"]


def test_concrete_name_needs_a_word_and_becomes_an_alias(cluster: Cluster, old_shop: str) -> None:
    """Deleting an index is confirmed; its other aliases survive."""
    other = add_alias(cluster, old_shop, f"{old_shop}-alias")
    with pytest.raises(UsageError, match="--replace-index"):
        run(cluster, old_shop)

    rebuilt, _ = run(cluster, old_shop, is_replaced=True)

    assert not rebuilt.is_old_kept
    names = require_existing(cluster, old_shop).aliases.keys()
    assert {old_shop, other} == names


def test_second_rebuild_counts_on(cluster: Cluster, old_shop: str) -> None:
    """New models on a rebuilt index: the next number, and no vectors of the old models."""
    run(cluster, old_shop, is_replaced=True)
    put(cluster, old_shop, "9", {"title": "new"})
    embed(cluster, old_shop, "9")
    request = make_request(old_shop, model=ModelRef("other", "2" * 16, 14))
    assert needs_rebuild(ENGINE, request, require_existing(cluster, old_shop))

    rebuilt, _ = run(cluster, old_shop, request=request)

    assert f"{old_shop}-diptych-2" == rebuilt.new_index
    assert {"title": "new"} == source(cluster, old_shop, "9")
    assert "other" == read_target(cluster, old_shop).contract.text_model.name


def test_copying_runs_no_pipeline_and_keeps_those_of_the_shop(
    cluster: Cluster, index_name: str
) -> None:
    """A pipeline that counts has counted once, before and after."""
    theirs = f"{index_name}-theirs"
    create_stamping_pipeline(cluster, theirs)
    settings = {"index.final_pipeline": theirs, "index.knn": False}
    create_shop(cluster, index_name, settings=settings)
    put(cluster, index_name, "1", {"title": "red"})

    run(cluster, index_name, is_replaced=True)

    assert {"title": "red", "passes": 1} == source(cluster, index_name, "1")
    assert 1 == put(cluster, index_name, "2", {"title": "blue"})["passes"]


def test_documents_that_nobody_can_search_yet_are_copied(cluster: Cluster, index_name: str) -> None:
    """A copy reads what a search sees, so it refreshes first."""
    settings = {"index.knn": False, "index.refresh_interval": "-1"}
    create_shop(cluster, index_name, settings=settings)
    cluster.call("PUT", path(index_name, "_doc", "1"), body={"title": "red"})

    rebuilt, _ = run(cluster, index_name, is_replaced=True)

    assert 1 == rebuilt.n_documents


def test_failure_on_the_way_leaves_everything_as_it_was(cluster: Cluster, old_shop: str) -> None:
    """The copy is deleted, writes go on, and the message says so."""
    found = require_existing(cluster, old_shop)

    with pytest.raises(RefusedError, match=r"out of luck\. The copy .* takes writes as before"):
        rebuild(cluster, ENGINE, found, _failing(found), is_replaced=True, bar=Bars())

    assert {"title": "x"} == put(cluster, old_shop, "9", {"title": "x"})
    assert not cluster.call("GET", path(f"{old_shop}-diptych-*"))


def test_failure_keeps_a_block_that_was_there_before(cluster: Cluster, old_shop: str) -> None:
    """Only our own block is lifted."""
    cluster.call("PUT", path(old_shop, "_block", "write"))
    found = require_existing(cluster, old_shop)

    with pytest.raises(RefusedError):
        rebuild(cluster, ENGINE, found, _failing(found), is_replaced=True, bar=Bars())

    assert "true" == require_existing(cluster, old_shop).settings["index.blocks.write"]


def test_failure_after_the_swap_deletes_nothing(cluster: Cluster, old_shop: str) -> None:
    """An answer that got lost must not cost the only copy."""
    found = require_existing(cluster, old_shop)

    def swap_then_fail(new: str) -> None:
        actions = [
            {"remove_index": {"index": old_shop}},
            {"add": {"index": new, "alias": old_shop}},
        ]
        cluster.call("POST", path("_aliases"), body={"actions": actions})
        raise DiptychError("The answer was lost.")

    with pytest.raises(DiptychError, match="could not be undone"):
        rebuild(
            cluster,
            ENGINE,
            found,
            Blueprint(_failing(found).body, swap_then_fail),
            is_replaced=True,
            bar=Bars(),
        )

    assert 3 == cluster.call("GET", path(old_shop, "_count"))["count"]


def test_shop_with_a_field_of_our_name_is_refused(cluster: Cluster, index_name: str) -> None:
    """Its values must not be left out of a copy."""
    create_shop(cluster, index_name, mappings={"properties": {"diptych": {"type": "keyword"}}})

    with pytest.raises(MappingError, match="of its own"):
        run(cluster, index_name, is_replaced=True)


def _failing(found: ExistingIndex) -> Blueprint:
    def fail(new: str) -> None:
        raise RefusedError("We are out of luck.")

    body: Json = {"settings": copied_settings(found), "mappings": found.bare_mappings}
    return Blueprint(body, fail)
