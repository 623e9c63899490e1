"""What a document's vector is worth, by hand."""

from dataclasses import replace

import pytest

from diptych.ingest.inputs import Inputs
from diptych.ingest.store import Document
from diptych.ingest.verifying import Report, Verdict, judge

NOW = "2026-01-01T00:00:00.000+00:00"
INPUTS = Inputs(text="red dress", images=("red.jpg",), text_hash="t", image_hash="i")
READY = Document("1", 0, 1, INPUTS, state="ready", text_hash="t", image_hash="i")
NOTHING = Inputs(text="", images=(), text_hash="t", image_hash="i")

CASES: dict[str, tuple[Document, bool, Verdict]] = {
    "agrees": (READY, True, Verdict.READY),
    "one part only": (replace(READY, state="partial"), True, Verdict.PARTIAL),
    "cannot have one": (replace(READY, state="failed"), False, Verdict.FAILED),
    "title changed": (replace(READY, text_hash="old"), True, Verdict.STALE),
    "picture changed": (replace(READY, image_hash="old"), True, Verdict.STALE),
    "marked": (replace(READY, state="pending"), True, Verdict.STALE),
    "picture is to be asked for again": (replace(READY, retry_at=NOW), True, Verdict.STALE),
    "failed with other inputs": (
        replace(READY, state="failed", text_hash="old"),
        False,
        Verdict.STALE,
    ),
    "nobody tried": (
        replace(READY, state=None, text_hash=None, image_hash=None),
        False,
        Verdict.MISSING,
    ),
    "dropped by an application": (READY, False, Verdict.MISSING),
    "nothing to make it from": (replace(READY, inputs=NOTHING), True, Verdict.ORPHANED),
    "failed and kept one": (replace(READY, state="failed"), True, Verdict.ORPHANED),
}


@pytest.mark.parametrize(("document", "has_vector", "verdict"), CASES.values(), ids=CASES)
def test_verdict(document: Document, has_vector: bool, verdict: Verdict) -> None:
    """From state, hashes computed anew, and whether there is a vector."""
    assert verdict is judge(document, has_vector=has_vector, now=NOW)


def test_report_keeps_a_few_ids_of_what_is_not_ready() -> None:
    """Memory stays flat, however much is wrong."""
    report = Report()
    for number in range(1000):
        report.add(str(number), Verdict.STALE)
    report.add("fine", Verdict.READY)

    assert {Verdict.STALE: [str(number) for number in range(10)]} == report.examples
    assert (1001, 1000) == (report.documents, report.n_wrong)
