"""Query sets as files: NDJSON, tab-separated as TREC has them, or of OpenSearch's workbench."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from diptych.errors import CatalogError, UsageError
from diptych.plugin.relevance.questions import Question
from diptych.plugin.serve.models import Bounds, Value
from diptych.plugin.serve.reading import read_filters

#: Highest grade that can be told from the next lower one in a measure.
MAX_GRADE = 1_000.0

Grade = Annotated[float, Field(ge=0, le=MAX_GRADE)]


class QueryRow(BaseModel):
    """One line of a query set; fields that are not named here are left alone."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, extra="ignore")

    id: str = Field(min_length=1)
    text: str | None = None
    image: str | None = Field(default=None, description="path, relative to the file's folder")
    like: str | list[str] | None = None
    not_: str | None = Field(default=None, alias="not")
    filters: dict[str, Value | list[Value] | Bounds] = {}
    relevant: dict[str, Grade] = Field(default={}, description="document id -> grade")

    def question(self, folder: Path) -> Question:
        """What it asks.

        Raises:
            UsageError: nothing is asked, or a filter cannot be used.
        """
        like = (self.like,) if isinstance(self.like, str) else tuple(self.like or ())
        if not (self.text or self.image or like):
            raise UsageError("it asks for nothing: give text, image or like")
        return Question(
            id=self.id,
            text=self.text,
            image=folder / self.image if self.image else None,
            like=like,
            not_text=self.not_,
            filters=tuple(read_filters(self.filters)),
            grades=self.relevant,
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """A query as an object, and where it stands."""

    where: str
    said: Any


def read_questions(file: Path) -> list[Question]:
    """The questions of a file, in its order.

    `.tsv` and `.txt` hold `ID<tab>TEXT` lines as TREC's topics, `.json` the query set of OpenSearch's
    Search Relevance Workbench (whose queries have their text as id), all else NDJSON.

    Raises:
        CatalogError: the file cannot be read, or a line is no query, or two have one id.
    """
    rows = _rows(file)
    questions = [_question(row, file) for row in rows]
    if not questions:
        raise CatalogError(f"{file} holds no queries: write one to a line.")
    seen: dict[str, str] = {}
    for row, question in zip(rows, questions, strict=True):
        if question.id in seen:
            raise CatalogError(
                f"{file}, {row.where}: the id {question.id!r} stands in {seen[question.id]} too; "
                "give each query an id of its own."
            )
        seen[question.id] = row.where
    return questions


def workbench_query_set(questions: Sequence[Question], *, name: str) -> dict[str, Any]:
    """The body of `PUT _plugins/_search_relevance/query_sets`: the words of those that have any."""
    texts = dict.fromkeys(question.text for question in questions if question.text)
    return {
        "name": name,
        "description": "Written by Diptych.",
        "sampling": "manual",
        "querySetQueries": [{"queryText": text} for text in texts],
    }


def read_text(file: Path) -> str:
    """The text of a file.

    Raises:
        CatalogError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        reason = getattr(err, "strerror", None) or err
        raise CatalogError(f"{file} cannot be read ({reason}): name a file in UTF-8.") from err


def lines_of(file: Path) -> list[str]:
    """The lines of a text file; other separators of Unicode are text, as JSON has them.

    Raises:
        CatalogError: it cannot be read, or is not UTF-8.
    """
    return [line.removesuffix("\r") for line in read_text(file).split("\n")]


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object of a file.

    Raises:
        CatalogError: it cannot be read, or is no JSON object.
    """
    try:
        found = orjson.loads(read_text(file))
    except orjson.JSONDecodeError as err:
        raise CatalogError(f"{file} is not JSON ({err}): correct it, or name it .ndjson.") from err
    if not isinstance(found, dict):
        raise CatalogError(f"{file} is a JSON {type(found).__name__}, not an object: see the docs.")
    return found


def _rows(file: Path) -> list[_Row]:
    if file.suffix == ".json":
        return list(_workbench_rows(file))
    lines = enumerate(lines_of(file), start=1)
    filled = [(f"line {number}", line) for number, line in lines if line.strip()]
    if file.suffix in {".tsv", ".txt"}:
        return [_Row(where, _tabbed(line)) for where, line in filled]
    return [_Row(where, _parsed(file, where, line)) for where, line in filled]


def _workbench_rows(file: Path) -> Iterator[_Row]:
    queries = read_object(file).get("querySetQueries")
    if not isinstance(queries, list):
        raise CatalogError(f"{file} has no list querySetQueries: name a query set, or use NDJSON.")
    for number, query in enumerate(queries, start=1):
        text = query.get("queryText") if isinstance(query, Mapping) else query
        yield _Row(f"query {number}", {"id": text, "text": text})


def _tabbed(line: str) -> dict[str, str]:
    name, _, text = line.partition("\t")
    return {"id": name.strip(), "text": text.strip()}


def _parsed(file: Path, where: str, line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as err:
        raise CatalogError(f"{file}, {where} is not JSON ({err}): correct the line.") from err


def _question(row: _Row, file: Path) -> Question:
    try:
        return QueryRow.model_validate(row.said).question(file.parent)
    except ValidationError as err:
        first = err.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the line"
        reason = f"{name} ({first['input']!r}): {first['msg']}"
    except UsageError as err:
        reason = str(err)
    raise CatalogError(f"{file}, {row.where} is no query. {reason}.")
