"""What casts doubt on an evaluation before anybody believes its figures."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from diptych.client import Cluster, path
from diptych.errors import CatalogError
from diptych.mappings.target import Target
from diptych.plugin.counting import count_documents, count_without_vector
from diptych.plugin.relevance.answering import Answers
from diptych.plugin.relevance.comparing import SIGNIFICANT, p_value
from diptych.plugin.relevance.measures import RELEVANT_FROM, measure
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
    n_lacking = count_without_vector(cluster, target)
    if n_lacking:
        yield (
            f"{n_lacking:,} of {count_documents(cluster, target.name):,} documents have no vector "
            f"and cannot be found by meaning: run `diptych embed {target.name} --wait` and measure "
            "again."
        )


def about_questions(asked: Sequence[Question], left: Sequence[Question]) -> Iterator[str]:
    """A sentence about the questions that were left out because nothing is relevant for them."""
    if len(left) < len(asked):
        yield (
            f"{len(asked) - len(left):,} of {len(asked):,} queries have no relevant document and "
            "are left out."
        )


def about_answers(
    questions: Sequence[Question],
    of_runs: Sequence[Answers],
    name: str,
    *,
    relevant_from: float = RELEVANT_FROM,
) -> Iterator[str]:
    """Sentences about questions that could not be answered, and judgments that fit nothing.

    Args:
        of_runs: the answers of each run; the first one's are tried against the judgments.
        name: the measure by which they are tried.
    """
    for answers in of_runs:
        for problem, n in answers.problems.most_common():
            yield f"{answers.run.name}: {n:,} of {len(questions):,} queries: {problem}"
    first = of_runs[0]
    if len(questions) < _FEW:
        return
    own, others = (
        measure([name], judged, first.rankings, relevant_from=relevant_from)[name]
        for judged in (questions, swapped(questions))
    )
    differences = own - others
    if differences.mean() <= 0 or p_value(differences) >= SIGNIFICANT:
        yield (
            f"The answers of {first.run.name!r} fit the judgments no better than those of "
            "other queries: see that ids of queries and documents are not mixed up."
        )


def swapped(questions: Sequence[Question]) -> list[Question]:
    """Each question with the grades of another: what judgments that mean nothing look like."""
    dice = np.random.default_rng(0)
    order = dice.permutation(len(questions)).tolist()
    after = {order[i]: order[(i + 1) % len(order)] for i in range(len(order))}
    return [
        replace(question, grades=questions[after[i]].grades) for i, question in enumerate(questions)
    ]


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
