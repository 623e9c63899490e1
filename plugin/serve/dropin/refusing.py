"""Refusals in the form of the engines' own errors, so that their clients understand them."""

from collections.abc import Mapping

from starlette.responses import Response

from diptych.client import Json, to_json

#: `type` of our errors, which no engine uses.
KIND = "diptych_exception"


class RefusalError(Exception):
    """A request that this address does not answer; the text is one sentence for its sender."""

    def __init__(
        self, status: int, reason: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keeps the parts of the answer."""
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})

    def to_response(self) -> Response:
        """The answer."""
        return Response(
            to_json(error_body(self.status, self.reason)),
            self.status,
            self.headers,
            "application/json",
        )


def error_body(status: int, reason: str) -> Json:
    """What both engines answer in place of hits."""
    cause = {"type": KIND, "reason": reason}
    return {"error": {"root_cause": [cause], **cause}, "status": status}
