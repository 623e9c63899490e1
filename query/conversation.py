"""What one search says to the cluster, and what the cluster answers."""

from dataclasses import dataclass

from diptych.client import Cluster, Json, error_of, path, to_json, to_ndjson
from diptych.errors import BusyError, DiptychError, RefusedError, UnavailableError
from diptych.query.budget import Budget


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it went to the cluster; `body` is JSON, or NDJSON for `_msearch`."""

    method: str
    path: str
    body: bytes

    @property
    def content_type(self) -> str:
        """What the body is."""
        is_ndjson = self.path.endswith("/_msearch")
        return "application/x-ndjson" if is_ndjson else "application/json"


class Conversation:
    """The requests of one search to one index, within its time budget; for a single thread."""

    def __init__(self, cluster: Cluster, index: str, *, budget: Budget) -> None:
        """Sends nothing yet."""
        self._cluster = cluster
        self._index = index
        self._budget = budget
        self.sent: list[Sent] = []

    def search(self, body: Json) -> Json:
        """The answer to one search.

        Raises:
            DiptychError: whatever the cluster refuses or cannot answer.
        """
        answer: Json = self._send("_search", to_json(body))
        return answer

    def searches(self, *bodies: Json) -> list[Json | DiptychError]:
        """The answers to several searches, sent at once; an error in the place of one that failed.

        Raises:
            DiptychError: the cluster cannot answer at all.
        """
        lines = [line for body in bodies for line in ({}, body)]
        try:
            answer = self._send("_msearch", to_ndjson(lines))
        except RefusedError:
            # A body that the cluster cannot even read, such as `knn` where the plugin is missing,
            # is refused together with all others.
            return [self._alone(body) for body in bodies]
        return [_error_in(response) or response for response in answer["responses"]]

    def _alone(self, body: Json) -> Json | DiptychError:
        try:
            return self.search(body)
        except RefusedError as err:
            return err

    def _send(self, action: str, body: bytes) -> Json:
        request = Sent("POST", path(self._index, action), body)
        self.sent.append(request)
        answer: Json = self._cluster.call(
            request.method, request.path, body=body, timeout_s=self._budget.left_s
        )
        return answer


def _error_in(response: Json) -> DiptychError | None:
    if "error" not in response:
        return None
    kind, reason = error_of(response)
    sentence = f"The cluster does not answer a part of the search ({kind}): {reason}."
    status = response.get("status", 400)
    if status == 429:
        return BusyError(sentence)
    return UnavailableError(sentence) if status >= 500 else RefusedError(sentence)
