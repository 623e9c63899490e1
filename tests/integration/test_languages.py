"""Chinese, English and both at once, on each engine; and words with typing errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from nodes import EngineCluster, fresh_name
from shelf import fused, write

from diptych.client import path
from diptych.contract import IndexContract
from diptych.encoding import Encoder, Role
from diptych.plugin.install import InstallRequest, install
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.testing import FakeEncoder

pytestmark = pytest.mark.integration

#: What is wanted comes first, under ids that sort last; the rest shares words with it.
TITLES = {
    "z-long-red-coat": "红色长款外套",
    "z-long-red-wool-coat": "女士红色长款羊毛外套 秋冬新款",
    "z-coat-red-long": "外套 红色 长款",
    "black-long-coat": "黑色长款外套",
    "red-short-coat": "红色短款外套",
    "red-coat": "红色外套",
    "red-long-dress": "红色长款连衣裙",
    "red-sweater": "红色毛衣",
    "denim-jacket": "蓝色牛仔外套",
    "red-dress-zh": "红色连衣裙",
    "red-dress-en": "Red dress",
    "red-dress-both": "红色 dress 连衣裙",
    "green-dresses": "Two green dresses",
    "z-adidas": "adidas 运动鞋",
    "z-adidas-running": "阿迪达斯 adidas 跑步运动鞋",
    "adidas-en": "Adidas running shoes",
    "nike-both": "nike 运动鞋",
    "adidas-coat": "adidas 外套",
    "sneakers-white": "白色运动鞋",
    "cat-zh": "毛绒玩具 一只白色的猫在草地上玩耍",
    "cat-page": "白色的猫 在草地上 White cat playing on the grass",
    "cat-en": "A white cat playing on the grass",
    "dog": "一只黑色的狗在沙滩上玩耍",
    "grass": "绿色的草地地毯",
    "paws": "Paws for thought",
}


@pytest.fixture(scope="module")
def shop(engine_cluster: EngineCluster) -> Iterator[str]:
    """An index of the titles, as `diptych install` makes it, without vectors."""
    with _index(engine_cluster, FakeEncoder(), TITLES) as (index, _):
        yield index


@pytest.fixture(scope="module")
def words(engine_cluster: EngineCluster) -> Searcher:
    """By keyword alone."""
    return Searcher(engine_cluster.cluster, engine_cluster.engine, None)


@contextmanager
def _index(
    node: EngineCluster, encoder: Encoder, titles: dict[str, str]
) -> Iterator[tuple[str, IndexContract]]:
    with fresh_name(node.state.cluster_url) as index:
        models = (encoder.text_model, encoder.image_model)
        request = InstallRequest(index, ("title",), "image", *models)
        contract = install(node.cluster, node.engine, request).contract
        sources = {name: {"title": title} for name, title in titles.items()}
        write(node.cluster, index, contract, sources, {})
        yield index, contract


def _found(searcher: Searcher, index: str, text: str, size: int = 24) -> list[str]:
    response = searcher.search(index, SearchRequest(text=text, size=size))
    return [hit.id for hit in response.hits]


def _need_languages(node: EngineCluster) -> None:
    if not node.has_languages:
        pytest.skip("the local Elasticsearch has no analyzers by language")


def test_a_long_red_coat_is_ahead_of_other_red_things_and_other_coats(
    words: Searcher, shop: str
) -> None:
    """The three that are all of it, in any order of words, before those that lack one of them."""
    found = _found(words, shop, "红色长款外套")

    assert {"z-long-red-coat", "z-long-red-wool-coat", "z-coat-red-long"} == set(found[:3])
    assert "z-long-red-coat" == found[0]
    assert {"black-long-coat", "red-short-coat", "red-long-dress"} <= set(found[3:8])
    assert found.index("red-sweater") > found.index("red-coat")


def test_a_chinese_sentence_finds_pages_in_chinese_and_in_both_languages(
    engine_cluster: EngineCluster, words: Searcher, shop: str
) -> None:
    """The cat on the grass before a dog that plays, and a carpet of grass.

    By single characters alone, the dog shares more of the sentence than a shorter page does.
    """
    found = _found(words, shop, "一只白色的猫在草地上玩耍")

    assert "cat-zh" == found[0]
    assert "cat-page" == found[1 if engine_cluster.has_languages else 2]
    assert {"dog", "grass"} <= set(found[1:])
    assert "cat-en" not in found


def test_a_chinese_sentence_is_analysed_in_pairs(engine_cluster: EngineCluster, shop: str) -> None:
    """By the field itself; its English subfield has the characters one by one."""
    _need_languages(engine_cluster)

    def tokens(field: str, text: str) -> list[str]:
        body = {"field": field, "text": text}
        answer = engine_cluster.cluster.call("POST", path(shop, "_analyze"), body=body)
        return [token["token"] for token in answer["tokens"]]

    assert ["白色", "色的", "的猫"] == tokens("title", "白色的猫")
    assert list("白色的猫") == tokens("title.english", "白色的猫")
    assert ["草地", "dress", "上衣"] == tokens("title", "草地Ｄress，上衣")


def test_one_chinese_character_finds_the_words_that_hold_it(words: Searcher, shop: str) -> None:
    """裙 is no pair, and 连衣裙 is no word of its own."""
    assert {"red-long-dress", "red-dress-zh", "red-dress-both"} == set(_found(words, shop, "裙"))


@pytest.mark.parametrize("text", ["红色 dress", "dress 红色", "红色dress"])
def test_words_of_two_languages_find_products_in_both_and_in_either(
    words: Searcher, shop: str, text: str
) -> None:
    """First who has both words; then who has one of them, in its language."""
    found = _found(words, shop, text)

    assert "red-dress-both" == found[0]
    assert {"red-dress-en", "red-dress-zh", "red-coat"} <= set(found)


def test_a_brand_in_letters_beside_a_chinese_kind(words: Searcher, shop: str) -> None:
    """Before other brands' sneakers, and the brand's other things."""
    found = _found(words, shop, "adidas 运动鞋")

    assert ["z-adidas", "z-adidas-running"] == found[:2]
    assert {"nike-both", "sneakers-white", "adidas-coat", "adidas-en"} <= set(found)


@pytest.mark.parametrize("text", ["adidsa 运动鞋", "addidas 运动鞋", "adiddas运动鞋"])
def test_a_misspelt_brand_is_found(words: Searcher, shop: str, text: str) -> None:
    """One letter too many, or two that changed places, also beside Chinese."""
    found = _found(words, shop, text)

    assert "z-adidas" == found[0]
    assert "z-adidas-running" in found[:4]
    assert "adidas-coat" in found


def test_the_right_word_is_ahead_of_a_nearly_right_one(
    engine_cluster: EngineCluster, words: Searcher
) -> None:
    """Also where the wrong one is rare, and the right one common."""
    titles = {f"z{i}": "plain dress" for i in range(20)} | {"a-wrong-one": "plain dross"}

    with _index(engine_cluster, FakeEncoder(), titles) as (index, _):
        found = _found(words, index, "dress")

    assert "a-wrong-one" == found[-1]
    assert 21 == len(found)


@pytest.mark.parametrize(("text", "stays_out"), [("nikes", "denim-jacket"), ("cat", "adidas-coat")])
def test_short_words_and_first_letters_must_be_right(
    words: Searcher, shop: str, text: str, stays_out: str
) -> None:
    """`cat` is three letters: no `coat`."""
    assert stays_out not in _found(words, shop, text)


def test_endings_are_folded_in_english(
    engine_cluster: EngineCluster, words: Searcher, shop: str
) -> None:
    """`dresses` finds `dress`, and the other way round."""
    _need_languages(engine_cluster)

    assert {"red-dress-en", "green-dresses"} <= set(_found(words, shop, "dresses"))
    assert {"red-dress-en", "green-dresses"} <= set(_found(words, shop, "dress"))


@pytest.mark.parametrize("text", ["红" * 512, "红" * 200 + " sneakers" * 16, "😀" * 512])
def test_a_pasted_text_is_searched(words: Searcher, shop: str, text: str) -> None:
    """Its first words are; engines refuse what has too many."""
    found = _found(words, shop, text)

    assert ("红" in text) == ("red-coat" in found)


def test_the_model_and_the_words_agree_on_a_long_red_coat(
    engine_cluster: EngineCluster, demo_encoder: Encoder
) -> None:
    """With vectors of the titles too, by the default weights, it is still the first."""
    titles = list(TITLES.values())
    searcher = Searcher(engine_cluster.cluster, engine_cluster.engine, demo_encoder)

    with _index(engine_cluster, demo_encoder, TITLES) as (index, contract):
        rows = fused(
            contract,
            demo_encoder.encode_texts(titles, role=Role.DOCUMENT),
            demo_encoder.encode_words(titles),
            np.ones(len(titles), np.float32),
        )
        sources = {name: {"title": title} for name, title in TITLES.items()}
        vectors = dict(zip(TITLES, rows, strict=True))
        write(engine_cluster.cluster, index, contract, sources, vectors)
        response = searcher.search(index, SearchRequest(text="红色长款外套", size=5))

    assert "z-long-red-coat" == response.hits[0].id
    assert not response.degraded
