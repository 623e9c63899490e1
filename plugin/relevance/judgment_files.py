"""Judgments as files: TREC's qrels, NDJSON, or of OpenSearch's Search Relevance Workbench."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from diptych.errors import CatalogError
from diptych.plugin.relevance.query_files import (
    MAX_GRADE,
    lines_of,
    read_object,
    read_questions,
)
from diptych.plugin.relevance.questions import Grades, Question

#: Query id (in the workbench its text) -> the grades of documents.
Judgments = Mapping[str, Grades]

_TREC: Final = "QUERY 0 DOCUMENT GRADE"


def read_judgments(file: Path) -> Judgments:
    """The judgments of a file.

    `.json` is a judgment list of OpenSearch's Search Relevance Workbench, `.ndjson` has `id` and
    `relevant` as query sets have, all else four columns as TREC's qrels; a grade below 0 counts 0.

    Raises:
        CatalogError: the file cannot be read, a line is no judgment, or there is none.
    """
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for where, query, document, grade in _judgments(file):
        found[query][document] = _grade(file, where, grade)
    if not found:
        raise CatalogError(f"{file} holds no judgments: write one to a line ({_TREC}).")
    return dict(found)


def read_judged(queries_file: Path, judgments_file: Path | None) -> list[Question]:
    """The questions of one file with the judgments of another, and those beside them.

    Raises:
        CatalogError: what `read_questions` and `read_judgments` raise.
    """
    questions = read_questions(queries_file)
    return judge(questions, read_judgments(judgments_file)) if judgments_file else questions


def judge(questions: Sequence[Question], judgments: Judgments) -> list[Question]:
    """The questions with their judgments, found by id, else by text."""
    return [
        replace(
            question,
            grades={
                **question.grades,
                **judgments.get(question.id, judgments.get(question.text or "", {})),
            },
        )
        for question in questions
    ]


def trec_qrels(questions: Sequence[Question]) -> str:
    """TREC's form; grades become whole numbers there.

    Raises:
        CatalogError: an id has blanks, which part the columns.
    """
    ids = [name for q in questions for name in (q.id, *q.grades)]
    blank = next((name for name in ids if name.split() != [name]), None)
    if blank is not None:
        raise CatalogError(
            f"TREC's form parts columns by blanks, and the id {blank!r} has one: write the "
            "judgments as .json, or give ids without blanks."
        )
    return "".join(
        f"{question.id} 0 {document} {round(grade)}\n"
        for question in questions
        for document, grade in question.grades.items()
    )


def workbench_judgments(questions: Sequence[Question], *, name: str) -> dict[str, Any]:
    """The body of `PUT _plugins/_search_relevance/judgments`, of the questions that have words."""
    return {
        "name": name,
        "description": "Written by Diptych.",
        "type": "IMPORT_JUDGMENT",
        "judgmentRatings": [
            {
                "query": question.text,
                "ratings": [
                    {"docId": document, "rating": f"{grade:.3f}"}
                    for document, grade in question.grades.items()
                ],
            }
            for question in questions
            if question.text and question.grades
        ],
    }


def _judgments(file: Path) -> Iterator[tuple[str, str, str, object]]:
    if file.suffix == ".json":
        yield from _workbench(file)
    elif file.suffix in {".ndjson", ".jsonl"}:
        yield from _lines(file)
    else:
        yield from _qrels(file)


def _workbench(file: Path) -> Iterator[tuple[str, str, str, object]]:
    ratings = read_object(file).get("judgmentRatings")
    if not isinstance(ratings, list):
        raise CatalogError(f"{file} has no list judgmentRatings: name a judgment list.")
    for number, one in enumerate(ratings, start=1):
        where = f"query {number}"
        try:
            for rating in one["ratings"]:
                yield where, str(one["query"]), str(rating["docId"]), rating["rating"]
        except (KeyError, TypeError) as err:
            raise CatalogError(
                f"{file}, {where} is no judgment: write query, and ratings of docId and rating."
            ) from err


def _lines(file: Path) -> Iterator[tuple[str, str, str, object]]:
    for number, line in enumerate(lines_of(file), start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            said = orjson.loads(line)
            grades, query = dict(said["relevant"]), str(said["id"])
        except (KeyError, TypeError, ValueError) as err:
            raise CatalogError(
                f"{file}, {where} is no judgment: write an object with id and relevant."
            ) from err
        for document, grade in grades.items():
            yield where, query, document, grade


def _qrels(file: Path) -> Iterator[tuple[str, str, str, object]]:
    for number, line in enumerate(lines_of(file), start=1):
        if not line.strip():
            continue
        columns = line.split()
        if len(columns) != 4:
            raise CatalogError(f"{file}, line {number} has {len(columns)} columns: write {_TREC}.")
        yield f"line {number}", columns[0], columns[2], columns[3]


def _grade(file: Path, where: str, said: object) -> float:
    try:
        grade = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        grade = float("nan")
    if not grade <= MAX_GRADE:
        raise CatalogError(
            f"{file}, {where}: the grade {said!r} cannot be used: write a number from 0 to "
            f"{MAX_GRADE:g}."
        )
    return max(grade, 0.0)
