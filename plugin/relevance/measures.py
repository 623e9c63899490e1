"""How good rankings are, by the measures of ir-measures; F1 and the usual names beside them."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.errors import UsageError
from diptych.plugin.relevance.questions import Question

#: Question id -> document ids, best first.
Rankings: TypeAlias = Mapping[str, Sequence[str]]
#: Measure -> its value for each question, (n,) float64 in [0, 1], in the questions' order.
Values: TypeAlias = Mapping[str, NDArray[np.float64]]

DEFAULT_MEASURES: Final = ("nDCG@10", "P@10", "R@10", "F1@10", "MRR@10", "MAP@10")
#: What a grade must reach to count as relevant where only relevant or not is asked.
RELEVANT_FROM: Final = 1.0

_FORM: Final = re.compile(r"(?P<name>[A-Za-z0-9]+?)(?:@(?P<k>[1-9]\d*))?")
#: Ours -> ir-measures'. The mean is taken over the questions, so that "mean" is in no name there.
_NAMES: Final = {"MRR": "RR", "MAP": "AP"}
#: Grades are whole numbers there: fractions are told apart to this part of one.
_FRACTION: Final = 1_000
#: What float arithmetic may add to a product that is a whole number.
_ROUNDING: Final = 1e-9
#: Computed for any ids and grades; others call a program that takes whole numbers alone.
_COMPUTED: Final = frozenset(
    {"nDCG", "P", "R", "RR", "AP", "Success", "Rprec", "Bpref", "SetP", "SetR", "SetF", "Judged"}
)


def check_measures(names: Sequence[str]) -> None:
    """Pass if each can be computed.

    Raises:
        UsageError: names one that cannot.
    """
    for name in names:
        _parts(name)


def measure(
    names: Sequence[str],
    questions: Sequence[Question],
    rankings: Rankings,
    *,
    relevant_from: float = RELEVANT_FROM,
) -> Values:
    """Each measure of each question; a question without a ranking has 0.

    nDCG takes grades as they are (linear gain, log2 discount); all others ask whether a grade
    reaches `relevant_from`. A document that was not judged counts as not relevant.

    Raises:
        UsageError: a measure that is not known.
    """
    scale = _scale(questions)
    least = max(1, math.ceil(relevant_from * scale - _ROUNDING))
    parts = {name: [_parse(part, least) for part in _parts(name)] for name in names}
    needed = {measure for of_name in parts.values() for measure in of_name}
    found = _compute(list(needed), questions, rankings, scale)
    return {
        name: np.array([_value(of_name, found, question.id) for question in questions])
        for name, of_name in parts.items()
    }


def _compute(
    measures: Sequence[Any], questions: Sequence[Question], rankings: Rankings, scale: int
) -> dict[tuple[str, Any], float]:
    """(question id, measure) -> value."""
    import ir_measures

    qrels = {
        q.id: {document: round(grade * scale) for document, grade in q.grades.items()}
        for q in questions
    }
    run = {
        q.id: {document: float(-rank) for rank, document in enumerate(rankings.get(q.id, ()))}
        for q in questions
    }
    return {
        (metric.query_id, metric.measure): metric.value
        for metric in ir_measures.iter_calc(measures, qrels, run)
    }


def _value(parts: Sequence[Any], found: Mapping[tuple[str, Any], float], question: str) -> float:
    values = [found.get((question, part), 0.0) for part in parts]
    if len(values) == 1:
        return values[0]
    precision, recall = values
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _parts(name: str) -> tuple[str, ...]:
    """The measures of ir-measures that make this one: two for F1, else one."""
    import ir_measures

    found = _FORM.fullmatch(name)
    base = _NAMES.get(found["name"], found["name"]) if found else ""
    cutoff = f"@{found['k']}" if found and found["k"] else ""
    if base == "F1" and cutoff:
        return f"P{cutoff}", f"R{cutoff}"
    try:
        ir_measures.parse_measure(f"{base}{cutoff}").validate_params()  # type: ignore[no-untyped-call]
        if base not in _COMPUTED:
            raise ValueError(base)
    except (NameError, ValueError, AssertionError) as err:
        raise UsageError(
            f"The measure {name!r} is not known: use nDCG@10, P@10, R@10, F1@10, MRR, MAP, "
            "Success@10, Rprec or Bpref, with a number after @ where it needs one."
        ) from err
    return (f"{base}{cutoff}",)


def _parse(part: str, least: int) -> Any:
    import ir_measures

    parsed = ir_measures.parse_measure(part)
    return parsed(rel=least) if "rel" in parsed.SUPPORTED_PARAMS else parsed


def _scale(questions: Sequence[Question]) -> int:
    grades = (grade for question in questions for grade in question.grades.values())
    return 1 if all(grade == int(grade) for grade in grades) else _FRACTION
