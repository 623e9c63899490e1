"""Small documents of Diptych's own, read by id and written by compare-and-set."""

from typing import Any

from diptych.client import Cluster, Json, path
from diptych.errors import ConflictError, MissingIndexError


class VersionedDocuments:
    """The documents of one index, which is made with the first of them."""

    def __init__(self, cluster: Cluster, index: str, body: Json) -> None:
        """Sends nothing yet.

        Args:
            body: settings and mappings of the index.
        """
        self._cluster = cluster
        self._index = index
        self._body = body

    def get(self, id_: str) -> tuple[Json, tuple[int, int]] | None:
        """A document and its version; None where there is none."""
        try:
            answer: Json = self._cluster.call("GET", path(self._index, "_doc", id_), accept=(404,))
        except MissingIndexError:
            return None
        if not answer.get("found"):
            return None
        return answer["_source"], (answer["_seq_no"], answer["_primary_term"])

    def put(self, id_: str, body: Json, version: tuple[int, int] | None) -> tuple[int, int]:
        """Write a document that is still at `version`, or is new where that is None.

        Raises:
            ConflictError: it is not.
        """
        params = (
            {"op_type": "create"}
            if version is None
            else {"if_seq_no": str(version[0]), "if_primary_term": str(version[1])}
        )
        if version is None:
            make_index(self._cluster, self._index, self._body)
        answer: Any = self._cluster.call(
            "PUT", path(self._index, "_doc", id_), params=params, body=body
        )
        return answer["_seq_no"], answer["_primary_term"]

    def delete(self, id_: str, version: tuple[int, int]) -> bool:
        """Delete a document that is still at `version`, and say so; another version stays."""
        try:
            answer: Json = self._cluster.call(
                "DELETE",
                path(self._index, "_doc", id_),
                params={"if_seq_no": str(version[0]), "if_primary_term": str(version[1])},
                accept=(404,),
            )
        except ConflictError:
            return False
        return answer.get("result") == "deleted"


def make_index(cluster: Cluster, index: str, body: Json) -> None:
    """Create an index of Diptych's own, unless it is there.

    Raises:
        ConflictError: the cluster does not take it.
    """
    answer: Json = cluster.call("PUT", path(index), body=body, accept=(400,))
    kind = answer.get("error", {}).get("type") if "error" in answer else None
    if kind not in {None, "resource_already_exists_exception"}:
        raise ConflictError(f"The index {index} cannot be created: {answer['error']}.")
