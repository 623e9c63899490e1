"""Query sets and judgments in every form that is read and written."""

from pathlib import Path

import orjson
import pytest

from diptych.errors import CatalogError
from diptych.plugin.relevance.judgment_files import (
    judge,
    read_judgments,
    trec_qrels,
    workbench_judgments,
)
from diptych.plugin.relevance.query_files import read_questions, workbench_query_set
from diptych.plugin.relevance.questions import Question
from diptych.query.criteria import Filter, Range


def written(folder: Path, name: str, *lines: str) -> Path:
    """A file of these lines."""
    file = folder / name
    file.write_text("\n".join(lines), "utf-8")
    return file


def test_ndjson_has_all_that_can_be_asked(tmp_path: Path) -> None:
    """The form that `diptych demo catalogue` writes; a photo lies beside the file."""
    file = written(
        tmp_path,
        "queries.ndjson",
        '{"id": "a", "text": "red dress", "filters": {"category": "x", "price": {"lte": 50}}, '
        '"relevant": {"p1": 2, "p2": 0.5}, "note": "left alone"}',
        "",
        '{"id": "b", "image": "photos/b.jpg", "not": "striped"}',
        '{"id": "c", "like": "p1"}',
    )

    words, photo, like = read_questions(file)

    assert (Filter("category", "x"), Range("price", lte=50)) == words.filters
    assert {"p1": 2, "p2": 0.5} == words.grades
    assert (tmp_path / "photos" / "b.jpg", "striped") == (photo.image, photo.not_text)
    assert ("p1",) == like.like
    assert ["words", "photo", "like a product"] == [words.kind, photo.kind, like.kind]


def test_line_separators_of_unicode_are_text(tmp_path: Path) -> None:
    """JSON has them as they are; Windows ends lines in its own way."""
    file = tmp_path / "queries.ndjson"
    file.write_bytes('{"id": "a", "text": "red\u2028dress"}\r\n{"id": "b", "text": "mug"}'.encode())

    first, second = read_questions(file)

    assert ("red\u2028dress", "mug") == (first.text, second.text)


def test_trec_has_no_room_for_blanks_in_ids() -> None:
    """Its columns are parted by them."""
    with pytest.raises(CatalogError, match="the id 'red dress' has one"):
        trec_qrels([Question("red dress", text="red dress", grades={"p1": 1.0})])


def test_chinese_words_are_a_kind_of_their_own() -> None:
    """Figures of the two hide each other's faults when they are averaged."""
    assert "words, CJK" == Question("a", text="红色 dress").kind


def test_tab_separated_topics_are_ids_and_words(tmp_path: Path) -> None:
    """TREC's form."""
    (question,) = read_questions(written(tmp_path, "topics.tsv", "301\tred dress"))

    assert ("301", "red dress") == (question.id, question.text)


def test_query_set_of_the_workbench_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Its queries have no ids: their texts are what judgments name."""
    questions = [Question("1", text="tv"), Question("2", text="led tv"), Question("3", like=("p",))]
    body = workbench_query_set(questions, name="TVs")
    file = tmp_path / "set.json"
    file.write_bytes(orjson.dumps(body))

    assert [{"queryText": "tv"}, {"queryText": "led tv"}] == body["querySetQueries"]
    assert ("TVs", "manual") == (body["name"], body["sampling"])
    assert ["tv", "led tv"] == [question.id for question in read_questions(file)]


def test_judgments_of_the_workbench_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Ratings are texts there, and may be numbers."""
    body = workbench_judgments([Question("1", text="tv", grades={"p1": 3, "p2": 0})], name="TVs")
    body["judgmentRatings"].append({"query": "mug", "ratings": [{"docId": "p3", "rating": 1}]})
    file = tmp_path / "judgments.json"
    file.write_bytes(orjson.dumps(body))

    assert "IMPORT_JUDGMENT" == body["type"]
    assert {"tv": {"p1": 3.0, "p2": 0.0}, "mug": {"p3": 1.0}} == read_judgments(file)


def test_qrels_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Four columns; below 0 is TREC's mark for spam, which is not relevant."""
    text = trec_qrels([Question("1", text="tv", grades={"p1": 2, "p2": 0})])
    file = written(tmp_path, "qrels.txt", *text.splitlines(), "1 0 p3 -2")

    assert {"1": {"p1": 2.0, "p2": 0.0, "p3": 0.0}} == read_judgments(file)


def test_judgments_are_joined_by_id_else_by_words() -> None:
    """Those that stand beside the query stay, unless the file says otherwise."""
    questions = [Question("1", text="tv", grades={"p1": 1}), Question("2", text="mug")]

    by_id, by_words = judge(questions, {"1": {"p1": 2.0, "p2": 1.0}, "mug": {"p3": 1.0}})

    assert {"p1": 2.0, "p2": 1.0} == by_id.grades
    assert {"p3": 1.0} == by_words.grades


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("q.ndjson", '{"id": "a"}', "line 1 is no query. it asks for nothing"),
        ("q.ndjson", '{"id": 7, "text": "x"}', r"id \(7\)"),
        ("q.ndjson", '{"id": "a", "text": "x", "relevant": {"p": -1}}', r"relevant.p \(-1\)"),
        ("q.ndjson", '{"id": "a", "text": "x", "filters": {"f": []}}', "filter 'f' has no value"),
        ("q.ndjson", "{", "line 1 is not JSON"),
        ("q.ndjson", "[]", "line 1 is no query"),
        ("q.ndjson", "", "holds no queries"),
        ("q.json", "[]", "is a JSON list"),
        ("q.json", "{}", "has no list querySetQueries"),
        ("q.json", '{"querySetQueries": [{}]}', "query 1 is no query"),
        ("q.tsv", "only-an-id", "asks for nothing"),
    ],
)
def test_bad_query_set_is_refused_with_its_place(
    tmp_path: Path, name: str, line: str, said: str
) -> None:
    """Which file, which line, what is wrong with it."""
    with pytest.raises(CatalogError, match=said):
        read_questions(written(tmp_path, name, line))


def test_two_queries_of_one_id_are_refused(tmp_path: Path) -> None:
    """Judgments could not tell them apart."""
    file = written(tmp_path, "q.tsv", "1\ttv", "2\tmug", "1\tlamp")

    with pytest.raises(CatalogError, match="line 3: the id '1' stands in line 1 too"):
        read_questions(file)


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("q.txt", "1 0 p1", "line 1 has 3 columns"),
        ("q.txt", "1 0 p1 good", "grade 'good' cannot be used"),
        ("q.txt", "1 0 p1 nan", "grade 'nan' cannot be used"),
        ("q.txt", "1 0 p1 1001", "grade '1001' cannot be used"),
        ("q.txt", "", "holds no judgments"),
        ("q.ndjson", '{"id": "1"}', "line 1 is no judgment"),
        ("q.json", "{}", "has no list judgmentRatings"),
        ("q.json", '{"judgmentRatings": [{"query": "tv"}]}', "query 1 is no judgment"),
    ],
)
def test_bad_judgments_are_refused_with_their_place(
    tmp_path: Path, name: str, line: str, said: str
) -> None:
    """Which file, which line, what is wrong with it."""
    with pytest.raises(CatalogError, match=said):
        read_judgments(written(tmp_path, name, line))


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(CatalogError, match=r"none\.ndjson cannot be read \(No such file"):
        read_questions(tmp_path / "none.ndjson")
