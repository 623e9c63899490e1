"""Index templates that carry Diptych: beside a shop's own, changed, in the way, and taken off."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from commands import RunDiptych
from followed import ENCODER
from nodes import EngineCluster
from shop import ENGINE, Bars, put

from diptych.client import Cluster, path
from diptych.encoding import ModelRef
from diptych.errors import MappingError, UsageError
from diptych.mappings.target import read_target
from diptych.plugin.existing import ExistingIndex, require_existing
from diptych.plugin.install import InstallRequest, Outcome, install
from diptych.plugin.reinstall import reinstall
from diptych.plugin.template_install import install_template, uninstall_template
from diptych.plugin.templates import template_name, templates_with
from diptych.plugin.uninstall import rebuild_without, uninstall

pytestmark = pytest.mark.integration


@pytest.fixture
def pattern(engine_cluster: EngineCluster, engine_index: str) -> Iterator[str]:
    """A pattern that no other test has; templates and pipelines of it are deleted afterwards."""
    found = f"{engine_index}-*"
    yield found
    call, name = engine_cluster.cluster.call, template_name(found)
    for index in call("GET", path(found, "_alias")):
        call("DELETE", path(index))
    for template in (name, f"{engine_index}-shop"):
        call("DELETE", path("_index_template", template), accept=(404,))
    call("DELETE", path("_component_template", name), accept=(404,))
    call("DELETE", path("_ingest", "pipeline", name), accept=(404,))


def make_shop_template(cluster: Cluster, pattern: str, **settings: object) -> None:
    """What a shop that makes indexes has: a mapping, an analyzer, an alias, its own `_meta`."""
    body = {
        "index_patterns": [pattern],
        "priority": 7,
        "template": {
            "settings": {"number_of_shards": 2, "number_of_replicas": 0, **settings},
            "mappings": {
                "_meta": {"owner": "shop"},
                "properties": {"title": {"type": "text"}, "image": {"type": "keyword"}},
            },
        },
    }
    name = f"{pattern.removesuffix('-*')}-shop"
    cluster.call("PUT", path("_index_template", name), body=body)


def request_of(pattern: str) -> InstallRequest:
    """With models that any encoder service of the tests has."""
    return InstallRequest(pattern, ("title",), "image", ENCODER.text_model, ENCODER.image_model)


@pytest.mark.parametrize("has_own", [True, False])
def test_new_indexes_carry_diptych_and_what_the_shop_wrote(
    engine_cluster: EngineCluster, pattern: str, has_own: bool
) -> None:
    """With the shop's template, and without one; install on the index then changes nothing."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    if has_own:
        make_shop_template(cluster, pattern)

    first = install_template(cluster, engine, request_of(pattern))
    again = install_template(cluster, engine, request_of(pattern))
    index = pattern.replace("*", "1")
    cluster.call("PUT", path(index))
    report = install(cluster, engine, replace(request_of(pattern), index=index))

    found = require_existing(cluster, index)
    state = put(cluster, index, "1", {"title": "red"}).get("diptych", {}).get("state")
    assert [Outcome.ADDED, Outcome.UNCHANGED, Outcome.UNCHANGED] == [
        first.outcome,
        again.outcome,
        report.outcome,
    ]
    assert first.contract == read_target(cluster, index).contract
    assert ("2" if has_own else "1") == found.settings["index.number_of_shards"]
    assert ("shop" if has_own else None) == found.meta.get("owner")
    assert ("pending" if engine_cluster.has_scripts else None) == state
    assert engine_cluster.has_scripts != bool(first.warnings)


def test_template_is_taken_off_and_indexes_keep_their_pipeline(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """A pipeline that an index names and that is gone would refuse every write."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    make_shop_template(cluster, pattern)
    install_template(cluster, engine, request_of(pattern))
    old, new = pattern.replace("*", "1"), pattern.replace("*", "2")
    cluster.call("PUT", path(old))

    removal = uninstall_template(cluster, pattern)
    cluster.call("PUT", path(new))
    put(cluster, old, "1", {"title": "red"})
    report = uninstall(cluster, engine, require_existing(cluster, old), bar=Bars())

    assert (template_name(pattern) if engine_cluster.has_scripts else None) == removal.kept_pipeline
    assert {"owner": "shop"} == require_existing(cluster, new).meta
    assert (1 if engine_cluster.has_scripts else 0) == report.n_cleaned
    assert None is require_existing(cluster, old).contract
    put(cluster, old, "2", {"title": "blue"})
    with pytest.raises(MappingError, match="on no template"):
        uninstall_template(cluster, pattern)


def test_next_index_gets_the_models_of_the_last_install(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """A shop changes its model from one night to the next."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    make_shop_template(cluster, pattern)
    install_template(cluster, engine, request_of(pattern))
    other = replace(request_of(pattern), text_model=ModelRef("other", "2" * 16, 24))

    report = install_template(cluster, engine, other)
    cluster.call("PUT", path(pattern.replace("*", "2")))

    contract = read_target(cluster, pattern.replace("*", "2")).contract
    assert (Outcome.ADDED, "other", 24) == (
        report.outcome,
        contract.text_model.name,
        contract.text_model.dimension,
    )


def test_template_that_applies_to_more_is_never_hidden(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """Nor is its owner surprised by vectors in other indexes."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    make_shop_template(cluster, pattern)
    narrow = pattern.replace("*", "de-*")

    with pytest.raises(MappingError, match=r"applies to .* and to more"):
        install_template(cluster, engine, request_of(narrow))


def test_template_that_applies_to_a_part_is_never_hidden(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """Nor is half of Diptych left in it."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    make_shop_template(cluster, pattern)
    name = f"{pattern.removesuffix('-*')}-shop"
    body = {"index_patterns": [pattern.replace("*", "de-*")]}
    cluster.call("PUT", path("_index_template", name), body=body)

    with pytest.raises(MappingError, match=r"a part of .* alone"):
        install_template(cluster, engine, request_of(pattern))

    where = path("_component_template", template_name(pattern))
    assert 404 == cluster.call("GET", where, accept=(404,))["status"]


def test_other_words_get_their_analysis_in_our_own_template(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """The field that was words before stays mapped; a second call changes nothing."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    install_template(cluster, engine, request_of(pattern))
    other = replace(request_of(pattern), text_fields=("name",))

    outcomes = [install_template(cluster, engine, other).outcome for _ in range(2)]
    cluster.call("PUT", path(pattern.replace("*", "1")))

    fields = require_existing(cluster, pattern.replace("*", "1")).properties
    assert [Outcome.ADDED, Outcome.UNCHANGED] == outcomes
    assert fields["title"] == fields["name"]


def test_index_of_a_template_is_rebuilt_with_other_models(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """Its copy has a name of the pattern too, and not the template's contract or vector field."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    make_shop_template(cluster, pattern)
    install_template(cluster, engine, request_of(pattern))
    index = pattern.replace("*", "1")
    put(cluster, index, "1", {"title": "red"})
    other = replace(request_of(pattern), index=index, text_model=ModelRef("other", "2" * 16, 24))

    found = require_existing(cluster, index)
    reinstall(cluster, engine, other, found, is_replaced=True, bar=Bars())

    contract = read_target(cluster, index).contract
    copy = require_existing(cluster, index)
    assert ("other", f"{index}-diptych-1") == (contract.text_model.name, copy.index)
    assert "shop" == copy.meta["owner"]
    assert contract.layout.dimension == dimension(copy)
    assert template_name(pattern) != copy.final_pipeline


def test_copy_without_diptych_needs_a_template_without_it(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """The template would carry it to the copy again; nothing is changed until it is gone."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    make_shop_template(cluster, pattern)
    install_template(cluster, engine, request_of(pattern))
    index = pattern.replace("*", "1")
    put(cluster, index, "1", {"title": "red"})
    found = require_existing(cluster, index)

    with pytest.raises(MappingError, match="uninstall --template"):
        rebuild_without(cluster, engine, found, is_replaced=True, bar=Bars())
    uninstall_template(cluster, pattern)
    rebuild_without(cluster, engine, found, is_replaced=True, bar=Bars())

    copy = require_existing(cluster, index)
    assert (f"{index}-diptych-1", ()) == (copy.index, copy.own_fields)
    assert {"owner": "shop"} == copy.meta


def dimension(found: ExistingIndex) -> int:
    """Of the vector field, by the name that its engine has for it."""
    mapping = found.properties["diptych_vector"]
    return int(mapping.get("dimension") or mapping["dims"])


def test_setting_that_would_win_over_ours_is_said_before_anything_is_made(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """A refusal leaves neither component nor pipeline, and the shop's template as it was."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    name = template_name(pattern)
    if not engine_cluster.has_scripts and not engine.index_settings():
        pytest.skip("Diptych needs no setting on this engine without its pipeline.")
    setting = "knn" if engine.index_settings() else "final_pipeline"
    make_shop_template(cluster, pattern, **{setting: "false" if setting == "knn" else "_none"})

    with pytest.raises(MappingError, match=f"index.{setting}: .*take that line out"):
        install_template(cluster, engine, request_of(pattern))

    component = cluster.call("GET", path("_component_template", name), accept=(404,))
    pipeline = cluster.call("GET", path("_ingest", "pipeline", name), accept=(404,))
    assert [] == templates_with(cluster, name)
    assert (404, None) == (component["status"], pipeline.get(name))


def test_taking_off_a_template_with_a_rebuild_is_misuse(run_diptych: RunDiptych) -> None:
    """It touches no index, so the two together are a misunderstanding."""
    done = run_diptych("uninstall", "--template", "products-*", "--rebuild")

    assert (2, True) == (done.returncode, "goes without --rebuild" in done.stderr)


@pytest.mark.parametrize(
    "pattern", ["products", "*", "diptych-*", "diptych-dead*", "diptych-c*", "Products-*", "a,b-*"]
)
def test_pattern_that_cannot_be_one_is_misuse(pattern: str, cluster: Cluster) -> None:
    """Without a star, or with Diptych's own indexes behind it."""
    with pytest.raises(UsageError, match="pattern"):
        install_template(cluster, ENGINE, request_of(pattern))


def test_field_of_another_kind_is_said_before_anything_is_made(
    engine_cluster: EngineCluster, pattern: str
) -> None:
    """As for an index that exists."""
    cluster, engine = engine_cluster.cluster, engine_cluster.engine
    body = {
        "index_patterns": [pattern],
        "template": {"mappings": {"properties": {"title": {"type": "integer"}}}},
    }
    name = f"{pattern.removesuffix('-*')}-shop"
    cluster.call("PUT", path("_index_template", name), body=body)

    with pytest.raises(MappingError, match="mapped as 'integer'"):
        install_template(cluster, engine, request_of(pattern))

    where = path("_component_template", template_name(pattern))
    assert 404 == cluster.call("GET", where, accept=(404,))["status"]
