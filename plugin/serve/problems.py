"""Errors as problem+json (RFC 9457), each with a `fix`; nothing of the inside gets out."""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from diptych.client import to_json
from diptych.errors import (
    ContractError,
    DiptychError,
    ImageError,
    MissingIndexError,
    NotInstalledError,
    RefusedError,
    SearchError,
    UnavailableError,
    UsageError,
)
from diptych.plugin.serve.unreadable import say_unreadable

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_S = 2
_ADDRESS = re.compile(r"https?://[^\s)]+")
_FORM = "Correct the request; /openapi.json has its form."

#: Errors whose sentence is for the caller, and the status of each.
_SPOKEN: tuple[tuple[type[DiptychError], int], ...] = (
    (UsageError, 400),
    (ImageError, 400),
    (SearchError, 422),
    (RefusedError, 400),
)


class ProblemError(Exception):
    """A refusal of this layer: status, what happened, what to do."""

    def __init__(
        self, status: int, detail: str, fix: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keeps the parts of the answer."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.fix = fix
        self.headers = dict(headers or {})


def problem(
    status: int, detail: str, fix: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that says what went wrong."""
    title = HTTPStatus(status).phrase
    name = title.lower().replace(" ", "-")
    body = {
        "type": f"urn:diptych:problem:{name}",
        "title": title,
        "status": status,
        "detail": detail,
        "fix": fix,
    }
    return Response(to_json(body), status, headers, MEDIA_TYPE)


def busy_problem() -> Response:
    """The answer to a request more than can be worked on."""
    headers = {"retry-after": str(_RETRY_AFTER_S)}
    return problem(503, "Too many requests are being answered.", "Try again.", headers=headers)


def sentence_problem(status: int, sentence: str) -> Response:
    """A problem from one sentence of the form `what happened: what to do.`"""
    return problem(status, sentence, _fix(sentence, _FORM))


def add_handlers(app: FastAPI) -> None:
    """Every error of the application becomes a problem."""
    app.add_exception_handler(ProblemError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(DiptychError, _foreseen)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(Exception, _unforeseen)


def _refused(request: Request, err: Exception) -> Response:
    assert isinstance(err, ProblemError)
    return problem(err.status, err.detail, err.fix, headers=err.headers)


def _unreadable(request: Request, err: Exception) -> Response:
    problems: Sequence[Any] = err.errors() if isinstance(err, RequestValidationError) else []
    content_type = request.headers.get("content-type", "")
    return problem(400, *say_unreadable(problems, content_type=content_type))


def _foreseen(request: Request, err: Exception) -> Response:
    assert isinstance(err, DiptychError)
    if isinstance(err, MissingIndexError | NotInstalledError):
        _log.error("%s", err)
        return _refused(request, missing_index_error())
    for kind, status in _SPOKEN:
        if isinstance(err, kind):
            return sentence_problem(status, without_addresses(str(err)))
    _log.error("%s", err)
    if isinstance(err, UnavailableError):
        headers = {"retry-after": str(_RETRY_AFTER_S)}
        return problem(503, "The search cannot be answered now.", "Try again.", headers=headers)
    status = 503 if isinstance(err, ContractError) else 500
    return problem(status, "The search is not set up as it should be.", "Tell the operator.")


def _unrouted(request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    fix = "See /openapi.json for the addresses and their methods."
    if err.status_code == HTTPStatus.BAD_REQUEST:
        # The framework's word for a body that is no JSON, or nested too deeply.
        return problem(400, "The body cannot be read as JSON.", _FORM)
    return problem(err.status_code, f"{err.detail}.", fix, headers=err.headers)


def _unforeseen(request: Request, err: Exception) -> Response:
    """The server itself logs the traceback, for this is an error of ours."""
    return problem(500, "An error of Diptych's own stopped the request.", "Tell the operator.")


def without_addresses(sentence: str) -> str:
    """The sentence without the addresses of servers behind this one, for eyes outside."""
    return _ADDRESS.sub("(its address)", sentence)


def missing_index_error() -> ProblemError:
    """One answer for what is not there, not served, and not the caller's to see."""
    return ProblemError(404, "There is no such index here.", "Ask GET /indexes which there are.")


def _fix(sentence: str, default: str) -> str:
    """What our sentences say after their last colon."""
    _, colon, remedy = sentence.rpartition(": ")
    return f"{remedy[:1].upper()}{remedy[1:]}" if colon else default
