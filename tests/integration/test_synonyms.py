"""Synonyms from a file, from install to search, on a real node."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from nodes import EngineCluster, fresh_name
from shop import ENGINE, MODEL, Bars, bulk, create_shop

from diptych.client import Cluster, Json, path
from diptych.errors import MappingError
from diptych.mappings.engine import detect_engine
from diptych.mappings.target import read_target
from diptych.plugin.existing import read_existing, require_existing
from diptych.plugin.install import InstallRequest, Outcome, install
from diptych.plugin.reinstall import needs_rebuild, reinstall
from diptych.plugin.synonym_file import read_synonyms
from diptych.query.keywords import keywords_query
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

RULES = """\
# kinds
dress, 连衣裙, 裙子
trainers, sneakers, running shoe, 运动鞋
t-shirt, tee, T恤
telly => television
off the shoulder, 露肩
"""
TITLES = {
    "dress-en": "A red dress",
    "dress-zh": "红色连衣裙",
    "skirt-zh": "短裙子",
    "sneakers-en": "White sneakers",
    "running-en": "Running shoes for women",
    "sneakers-zh": "白色运动鞋",
    "running-only": "Running late: a novel",
    "tee-en": "Striped tee",
    "tshirt-en": "Striped t-shirt",
    "tshirt-zh": "条纹T恤",
    "television": "A television",
    "telly": "Telly addicts, the book",
    "shoulder-zh": "露肩上衣",
    "shoulder-bag": "Shoulder bag",
}


@pytest.fixture
def rules(tmp_path: Path) -> tuple[str, ...]:
    """The rules, read from a file."""
    file = tmp_path / "synonyms.txt"
    file.write_text(RULES, encoding="utf-8")
    return read_synonyms(file)


@pytest.fixture(scope="module")
def synonym_index(
    engine_cluster: EngineCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Cluster, str]]:
    """A new index with the rules, filled; read by the tests that search."""
    if not engine_cluster.has_languages:
        pytest.skip("the local Elasticsearch has no filter for synonyms")
    file = tmp_path_factory.mktemp("rules") / "synonyms.txt"
    file.write_text(RULES, encoding="utf-8")
    cluster = engine_cluster.cluster
    with fresh_name(engine_cluster.state.cluster_url) as index:
        install(cluster, engine_cluster.engine, _request(index, read_synonyms(file)))
        _fill(cluster, index)
        yield cluster, index


def _request(index: str, rules: tuple[str, ...] = ()) -> InstallRequest:
    return InstallRequest(index, ("title",), "image", MODEL, MODEL, synonyms=rules)


def _fill(cluster: Cluster, index: str) -> None:
    lines: list[Json] = []
    for name, title in TITLES.items():
        lines += [{"index": {"_id": name}}, {"title": title}]
    bulk(cluster, index, *lines)


def _found(cluster: Cluster, index: str, words: str) -> set[str]:
    """What the keyword leg finds, without what shares only a word of several or is misspelt."""
    target = read_target(cluster, index)
    query = keywords_query(words, None, contract=target.contract, properties=target.properties)
    answer = cluster.call("POST", path(index, "_search"), body={"size": 50, "query": query})
    return {hit["_id"] for hit in answer["hits"]["hits"]}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dress", {"dress-en", "dress-zh", "skirt-zh"}),
        ("Dresses", {"dress-en", "dress-zh", "skirt-zh"}),
        ("连衣裙", {"dress-en", "dress-zh", "skirt-zh"}),
        ("trainers", {"sneakers-en", "sneakers-zh", "running-en"}),
        ("running shoes", {"sneakers-en", "sneakers-zh", "running-en", "running-only"}),
        ("tee", {"tee-en", "tshirt-en", "tshirt-zh"}),
        ("T恤", {"tee-en", "tshirt-en", "tshirt-zh"}),
        ("telly", {"television"}),
        ("television", {"television"}),
        ("off the shoulder", {"shoulder-zh", "shoulder-bag"}),
    ],
)
def test_synonyms_in_both_languages_are_found(
    synonym_index: tuple[Cluster, str], words: str, expected: set[str]
) -> None:
    """Terms of several words, of two languages, with endings and stopwords; `=>` replaces."""
    cluster, index = synonym_index

    assert expected <= _found(cluster, index, words)


@pytest.mark.parametrize(
    ("words", "stays_out"),
    [("trainers", "running-only"), ("telly", "telly"), ("dress", "tee-en"), ("tee", "dress-en")],
)
def test_a_synonym_of_several_words_is_found_whole(
    synonym_index: tuple[Cluster, str], words: str, stays_out: str
) -> None:
    """`running shoe` is a shoe, and `telly =>` was told to mean something else."""
    cluster, index = synonym_index

    assert stays_out not in _found(cluster, index, words)


def test_a_second_install_with_the_same_rules_changes_nothing(
    cluster: Cluster, index_name: str, rules: tuple[str, ...]
) -> None:
    """And none given keep those that are there."""
    install(cluster, ENGINE, _request(index_name, rules))

    outcomes = [
        install(cluster, ENGINE, _request(index_name, given)).outcome for given in (rules, ())
    ]

    assert [Outcome.UNCHANGED] * 2 == outcomes


def test_a_live_index_cannot_be_given_synonyms(
    cluster: Cluster, index_name: str, rules: tuple[str, ...]
) -> None:
    """The sentence says what can."""
    install(cluster, ENGINE, _request(index_name))

    with pytest.raises(MappingError, match="cannot be given new ones: add --rebuild"):
        install(cluster, ENGINE, _request(index_name, rules))


@pytest.mark.parametrize("analyzer", ["standard", "cjk", "english", None])
def test_a_rebuilt_index_is_searched_with_synonyms(
    cluster: Cluster, index_name: str, rules: tuple[str, ...], analyzer: str | None
) -> None:
    """Whichever of the usual analyzers the shop had."""
    title = {"type": "text"} | ({} if analyzer is None else {"analyzer": analyzer})
    create_shop(cluster, index_name, mappings={"properties": {"title": title}})
    _fill(cluster, index_name)
    request = _request(index_name, rules)
    found = require_existing(cluster, index_name)

    assert needs_rebuild(ENGINE, request, found)
    reinstall(cluster, ENGINE, request, found, is_replaced=True, bar=Bars())

    cluster.call("POST", path(index_name, "_refresh"))
    assert {"dress-en", "dress-zh"} <= _found(cluster, index_name, "连衣裙")
    assert {"sneakers-en", "sneakers-zh"} <= _found(cluster, index_name, "trainers")
    assert not needs_rebuild(ENGINE, request, require_existing(cluster, index_name))


def test_other_rules_take_the_place_of_the_old_ones(
    cluster: Cluster, index_name: str, rules: tuple[str, ...]
) -> None:
    """A rebuild with another file."""
    install(cluster, ENGINE, _request(index_name, rules))
    _fill(cluster, index_name)
    request = _request(index_name, ("novel, dress",))

    reinstall(
        cluster,
        ENGINE,
        request,
        require_existing(cluster, index_name),
        is_replaced=True,
        bar=Bars(),
    )

    cluster.call("POST", path(index_name, "_refresh"))
    assert {"dress-en", "running-only"} == _found(cluster, index_name, "novel")
    assert "dress-en" not in _found(cluster, index_name, "连衣裙")


def test_an_analyzer_of_the_shop_s_own_is_not_touched(
    cluster: Cluster, index_name: str, rules: tuple[str, ...]
) -> None:
    """The sentence names it, and nothing was copied."""
    title = {"type": "text", "analyzer": "german"}
    create_shop(cluster, index_name, mappings={"properties": {"title": title}})
    found = require_existing(cluster, index_name)

    with pytest.raises(MappingError, match="is searched by the analyzer 'german', which cannot"):
        request = _request(index_name, rules)
        reinstall(cluster, ENGINE, request, found, is_replaced=True, bar=Bars())

    assert index_name == require_existing(cluster, index_name).index


def test_a_cluster_without_a_filter_for_synonyms_says_so(
    elasticsearch_url: str, rules: tuple[str, ...]
) -> None:
    """The local Elasticsearch; nothing was created."""
    cluster = Cluster(load_settings(cluster_url=elasticsearch_url))
    with fresh_name(elasticsearch_url) as index:
        with pytest.raises(MappingError, match=r"cannot hold synonyms .* Leave --synonyms out"):
            install(cluster, detect_engine(cluster), _request(index, rules))

        assert read_existing(cluster, index) is None
    cluster.close()
