"""Everything that a search finds, page by page, as it was when the first page was asked for."""

from collections.abc import Iterator
from typing import Final

from diptych.client import Cluster, Json, path

_KEEP_ALIVE: Final = "2m"


def scrolled(cluster: Cluster, index: str, body: Json) -> Iterator[list[Json]]:
    """The pages of hits; `size` of the body is that of a page.

    Raises:
        MissingIndexError: there is no such index.
        DiptychError: the cluster refuses or does not answer.
    """
    answer: Json = cluster.call(
        "POST", path(index, "_search"), body=body, params={"scroll": _KEEP_ALIVE}
    )
    try:
        while answer["hits"]["hits"]:
            yield answer["hits"]["hits"]
            more = {"scroll": _KEEP_ALIVE, "scroll_id": answer["_scroll_id"]}
            answer = cluster.call("POST", "/_search/scroll", body=more)
    finally:
        done = {"scroll_id": answer["_scroll_id"]}
        cluster.call("DELETE", "/_search/scroll", body=done, accept=(404,))
