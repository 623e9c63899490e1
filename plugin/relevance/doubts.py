"""What casts doubt on an evaluation before anybody believes its figures."""

from collections.abc import Iterator, Sequence

from diptych.client import Cluster, path
from diptych.errors import CatalogError
from diptych.mappings.target import Target
from diptych.plugin.relevance.comparing import p_value
from diptych.plugin.relevance.evaluation import SIGNIFICANT, Evaluation, swapped
from diptych.plugin.relevance.measures import measure
from diptych.plugin.relevance.questions import Question
from diptych.query.clauses import with_ids

#: Ids asked for at once; an index refuses a page of more than 10,000.
_MAX_IDS = 5_000
#: Fewer questions decide nothing about judgments as a whole.
_FEW = 10


def answerable(questions: Sequence[Question], *, relevant_from: float) -> list[Question]:
    """The questions that some document is judged relevant for.

    Raises:
        CatalogError: there is none.
    """
    found = [q for q in questions if any(grade >= relevant_from for grade in q.grades.values())]
    if not found:
        raise CatalogError(
            f"None of the {len(questions)} queries has a document with a grade of "
            f"{relevant_from:g} or more: see that the judgments name the queries by the same ids, "
            "or lower --relevant-from."
        )
    return found


def about_index(cluster: Cluster, target: Target, questions: Sequence[Question]) -> Iterator[str]:
    """Sentences about judged documents that are not there, and about missing vectors.

    Raises:
        CatalogError: none of the judged documents is there.
    """
    judged = sorted({document for question in questions for document in question.grades})
    unknown = sorted(set(judged) - _present(cluster, target, judged))
    if len(unknown) == len(judged):
        raise CatalogError(
            f"None of the {len(judged):,} judged documents is in {target.name!r} (the first is "
            f"{judged[0]!r}): these judgments are of another index."
        )
    if unknown:
        yield (
            f"{len(unknown):,} of {len(judged):,} judged documents are not in {target.name!r} "
            f"(the first is {unknown[0]!r}): they count as not found."
        )
    n_all, n_embedded = _counts(cluster, target)
    if n_embedded < n_all:
        yield (
            f"{n_all - n_embedded:,} of {n_all:,} documents have no vector and cannot be found by "
            f"meaning: run `diptych embed {target.name} --wait` and measure again."
        )


def about_questions(asked: Sequence[Question], left: Sequence[Question]) -> Iterator[str]:
    """A sentence about the questions that were left out because nothing is relevant for them."""
    if len(left) < len(asked):
        yield (
            f"{len(asked) - len(left):,} of {len(asked):,} queries have no relevant document and "
            "are left out."
        )


def about_answers(evaluation: Evaluation) -> Iterator[str]:
    """Sentences about questions that could not be answered, and judgments that fit nothing."""
    for answers in evaluation.answers:
        for problem, n in answers.problems.most_common():
            yield f"{answers.run.name}: {n:,} of {len(evaluation.questions):,} queries: {problem}"
    if len(evaluation.questions) >= _FEW and not _fits_better_than_chance(evaluation):
        yield (
            f"The answers of {evaluation.run_names[0]!r} fit the judgments no better than those of "
            "other queries: see that ids of queries and documents are not mixed up."
        )


def _fits_better_than_chance(evaluation: Evaluation) -> bool:
    first, name = evaluation.answers[0], evaluation.measures[0]
    others = measure(
        [name],
        swapped(evaluation.questions),
        first.rankings,
        relevant_from=evaluation.relevant_from,
    )
    differences = evaluation.of(first.run.name, name) - others[name]
    return bool(differences.mean() > 0 and p_value(differences) < SIGNIFICANT)


def _present(cluster: Cluster, target: Target, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), _MAX_IDS):
        body = {
            "size": _MAX_IDS,
            "_source": False,
            "query": with_ids(ids[start : start + _MAX_IDS]),
        }
        answer = cluster.call("POST", path(target.name, "_search"), body=body)
        found.update(hit["_id"] for hit in answer["hits"]["hits"])
    return found


def _counts(cluster: Cluster, target: Target) -> tuple[int, int]:
    """All documents, and those with a vector."""
    body = {
        "size": 0,
        "track_total_hits": True,
        "aggs": {"embedded": {"filter": {"exists": {"field": target.contract.vector_field}}}},
    }
    answer = cluster.call("POST", path(target.name, "_search"), body=body)
    embedded = answer["aggregations"]["embedded"]["doc_count"]
    return answer["hits"]["total"]["value"], embedded
