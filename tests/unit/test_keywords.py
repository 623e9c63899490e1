"""The keyword leg's query, and what it makes of words without an analyzer."""

import pytest
from shelf import make_contract

from diptych.client import Json
from diptych.mappings.index import TEXT_MAPPING
from diptych.query.keywords import keywords_query, text_names
from diptych.query.words import count_units, first_units, spelled_words
from diptych.testing import FakeEncoder

CONTRACT = make_contract(FakeEncoder())
#: As `diptych install` makes them: two fields with an English subfield each.
OURS = {"title": TEXT_MAPPING, "description": TEXT_MAPPING}
#: As a shop had them.
PLAIN = {"title": {"type": "text"}, "description": {"type": "text"}}
OURS_NAMES = ["title", "title.english", "description", "description.english"]


def clauses(words: str, properties: Json = OURS) -> list[Json]:
    """The `multi_match` bodies: any word, all words, nearly right words, as far as there are."""
    query = keywords_query(words, None, contract=CONTRACT, properties=properties)
    alternatives: list[Json] = query["bool"]["should"] if "bool" in query else [query]
    return [one["multi_match"] for one in alternatives]


def test_subfields_by_language_are_searched_too() -> None:
    """Those that an index has, after their field."""
    chinese = {"type": "text", "fields": {"chinese": {"type": "text"}, "keyword": {}}}
    properties = {"title": TEXT_MAPPING, "description": chinese}

    names = text_names(CONTRACT, properties)

    assert ["title", "title.english", "description", "description.chinese"] == names


def test_a_lone_short_word_is_a_plain_match() -> None:
    """Nothing to have all of, and too short to tell an error in."""
    [body] = clauses("hat")

    assert ("hat", OURS_NAMES) == (body["query"], body["fields"])


def test_chinese_is_never_taken_for_a_typing_error() -> None:
    """Every pair of characters differs from others by one character."""
    bodies = clauses("红色长款外套")

    assert ["best_fields", "cross_fields"] == [body["type"] for body in bodies]
    assert all("fuzziness" not in body for body in bodies)


def test_of_mixed_words_only_those_in_letters_may_be_misspelt() -> None:
    """`adidas` may, `运动鞋` and `xl` may not."""
    *_, nearly = clauses("adidas 运动鞋 xl")

    assert "adidas" == nearly["query"]
    assert ("AUTO:4,8", 1) == (nearly["fuzziness"], nearly["prefix_length"])
    assert nearly["boost"] < 1


def test_words_of_a_chinese_analyzer_are_not_guessed_at() -> None:
    """They can be long enough for an error to be forgiven."""
    chinese = {"type": "text", "fields": {"chinese": {"type": "text"}}}

    *_, nearly = clauses("sneakers", {"title": chinese, "description": {"type": "text"}})

    assert ["title", "description"] == nearly["fields"]


def test_all_words_are_asked_for_beside_any_of_them() -> None:
    """In whichever field each of them is."""
    _, every, _ = clauses("red dress", PLAIN)

    assert ("cross_fields", "and") == (every["type"], every["operator"])
    assert "red dress" == every["query"]


@pytest.mark.parametrize(
    "words", ["红" * 512, "red " * 128, "😀" * 512, "红" * 200 + " shoes" * 16]
)
def test_a_pasted_text_stays_within_the_clauses_that_an_engine_takes(words: str) -> None:
    """1,024 are allowed; a word costs one per field, and nearly right ones one per spelling."""
    n_clauses = sum(
        count_units(body["query"]) * len(body["fields"]) * body.get("max_expansions", 1)
        for body in clauses(words)
    )

    assert n_clauses <= 1_000


def test_words_to_avoid_stay_within_the_clauses_too() -> None:
    """600 clauses in four fields: the first 150 characters count."""
    query = keywords_query("hat", "红" * 512, contract=CONTRACT, properties=OURS)

    [unwanted] = query["bool"]["must_not"]
    assert "红" * 150 == unwanted["multi_match"]["query"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", 0),
        ("red dress", 2),
        ("红色 dress", 3),
        ("红色dress", 3),
        ("t-shirt 3.5", 6),
        ("さくら 한국", 5),
        ("crème_brûlée", 1),
    ],
)
def test_words_are_counted(words: str, expected: int) -> None:
    """Each Chinese, Japanese or Korean character is one, and each symbol."""
    assert expected == count_units(words)


def test_a_text_is_cut_after_a_word() -> None:
    """And stays as it is where it has fewer."""
    assert "红色 dress" == first_units("红色 dress xl", 3)
    assert "红色 dress" == first_units("红色 dress", 9)


def test_words_in_letters_are_told_from_others() -> None:
    """Numbers, short words and Chinese are none."""
    assert ["dress", "Größe", "пальто"] == spelled_words(
        "红色dress xl 2024 Größe пальто", shortest=4
    )
