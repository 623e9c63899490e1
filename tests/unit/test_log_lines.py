"""Lines of the log as JSON: what they say, and what they never say."""

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from diptych.ingest.dead_letters import DeadLetter, LoggedDeadLetters, Stage
from diptych.plugin.watch.logs import JsonFormatter, TextFormatter, log_to_stderr
from diptych.tracing import trace_of, traced


def line_of(message: str, *arguments: object, is_error: bool = False) -> dict[str, Any]:
    """What the formatter makes of a record."""
    record = logging.LogRecord(
        "diptych.workers",
        logging.WARNING,
        "handling.py",
        1,
        message,
        arguments,
        sys.exc_info() if is_error else None,
    )
    record.created = 1_769_860_800.25
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return found


@pytest.fixture
def restored() -> Iterator[None]:
    """The loggers as they were."""
    names = (None, "opensearch", "urllib3")
    before = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    yield
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_line_has_time_level_logger_and_message() -> None:
    """1,769,860,800 seconds after the epoch are noon of 31 January 2026 in UTC."""
    assert {
        "time": "2026-01-31T12:00:00.250+00:00",
        "level": "WARNING",
        "logger": "diptych.workers",
        "message": "2 written",
    } == line_of("%d written", 2)


def test_line_about_a_message_names_it_and_ten_of_its_ids() -> None:
    """Twelve documents: ten are named, and all are counted."""
    ids = [str(number) for number in range(12)]
    with trace_of("5f0c"), traced(index="products", ids=ids, lane="live"):
        line = line_of("busy")

    assert ("5f0c", "products", "live") == (line["trace"], line["index"], line["lane"])
    assert (ids[:10], 12) == (line["ids"], line["n_ids"])


def test_line_of_an_error_has_its_class_and_place_and_not_what_it_says() -> None:
    """An error of a library can repeat the text that it was given."""
    try:
        raise ValueError("red dress")
    except ValueError:
        line = line_of("A message failed", is_error=True)

    assert "ValueError" == line["error"]
    assert line["frames"][-1].endswith(
        " test_line_of_an_error_has_its_class_and_place_and_not_what_it_says"
    )
    assert "red dress" not in str(line)


def test_text_of_an_error_has_its_class_and_place_and_not_what_it_says() -> None:
    """The same for people."""
    try:
        raise ValueError("red dress")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Failed", (), sys.exc_info())
    text = TextFormatter().format(record)

    assert text.splitlines()[0].endswith("ERROR x: Failed")
    assert "in test_text_of_an_error_has_its_class_and_place_and_not_what_it_says" in text
    assert "ValueError" == text.splitlines()[-1]


def test_dead_letter_of_a_failed_encoding_is_logged_without_its_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The reason of the cluster stands there, that of a library may repeat a title."""
    letter = DeadLetter("products", "7", Stage.ENRICH, "ValueError", "red dress", "now", "now")
    LoggedDeadLetters().record(letter)
    refused = replace(letter, stage=Stage.WRITE, reason="mapper_parsing_exception: [price]")
    LoggedDeadLetters().record(refused)

    assert "red dress" not in caplog.text
    assert "products 7, enrich, ValueError" in caplog.text
    assert "mapper_parsing_exception: [price]" in caplog.text


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(("level", "is_told"), [("INFO", False), ("DEBUG", True)])
def test_requests_of_the_client_are_told_at_debug_alone(level: str, *, is_told: bool) -> None:
    """The client writes a line for each request at INFO."""
    logging.getLogger().setLevel(level)
    logging.getLogger("opensearch").setLevel(logging.NOTSET)

    log_to_stderr(level)

    assert is_told == logging.getLogger("opensearch").isEnabledFor(logging.INFO)
