"""A cache in the cluster, which the workers of all machines share.

Entries are read by id and never searched, but for those that nobody has used for a month. Nothing
here is ever an error of a document: a cluster that cannot take part knows nothing for a while.
"""

import logging
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.errors import DiptychError, MissingIndexError
from diptych.ingest.bulk import send_bulk
from diptych.ingest.mget import read_documents
from diptych.ingest.versioned import make_index
from diptych.mappings.fields import CACHE_INDEX
from diptych.mappings.index import CACHE_INDEX_BODY

_log = logging.getLogger(__name__)

_DAY_S: Final = 86_400
#: Entries that nobody has used for so many days go.
_KEPT_DAYS: Final = 30
#: Entries that go with one request.
_PAGE: Final = 1000
#: How long a cache rests that the cluster refuses.
_REST_S: Final = 60.0


class CacheIndex:
    """A `Cache` in the index `diptych-cache`; safe to use from several threads."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        now_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Sends nothing yet; the index is made with the first entry."""
        self._cluster = cluster
        self._now_s = now_s
        self._monotonic_s = monotonic_s
        self._is_made = False
        self._pruned_on = -1
        self._rest_until_s = float("-inf")

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are there."""
        ids = {key.hex(): key for key in keys}
        found: dict[str, Json] = {}

        def read() -> None:
            found.update(self._read(list(ids)))

        self._guarded(read)
        return {ids[id_]: b64decode(hit["_source"]["value"]) for id_, hit in found.items()}

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these, and let go once a day what nobody uses."""
        if entries:
            self._guarded(lambda: self._write(entries))

    def _read(self, ids: list[str]) -> dict[str, Json]:
        try:
            found = read_documents(self._cluster, CACHE_INDEX, ids, params={})
        except MissingIndexError:
            return {}
        today = self._today()
        old = [id_ for id_, hit in found.items() if hit["_source"]["used"] < today]
        renewed = [to_ndjson([{"update": {"_id": id_}}, {"doc": {"used": today}}]) for id_ in old]
        send_bulk(self._cluster, CACHE_INDEX, renewed)
        return found

    def _write(self, entries: Mapping[bytes, bytes]) -> None:
        if not self._is_made:
            make_index(self._cluster, CACHE_INDEX, CACHE_INDEX_BODY)
            self._is_made = True
        today = self._today()
        actions = [
            to_ndjson(
                [
                    {"index": {"_id": key.hex()}},
                    {"value": b64encode(value).decode("ascii"), "used": today},
                ]
            )
            for key, value in entries.items()
        ]
        send_bulk(self._cluster, CACHE_INDEX, actions)
        if self._pruned_on != today:
            self._pruned_on = today
            self._prune(today - _KEPT_DAYS)

    def _prune(self, before: int) -> None:
        body = {
            "query": {"range": {"used": {"lt": before}}},
            "size": _PAGE,
            "_source": False,
            "sort": ["_doc"],
        }
        while True:
            answer: Json = self._cluster.call("POST", path(CACHE_INDEX, "_search"), body=body)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            gone = [to_ndjson([{"delete": {"_id": hit["_id"]}}]) for hit in hits]
            send_bulk(self._cluster, CACHE_INDEX, gone)
            self._cluster.call("POST", path(CACHE_INDEX, "_refresh"))

    def _today(self) -> int:
        return int(self._now_s()) // _DAY_S

    def _guarded(self, use: Callable[[], None]) -> None:
        if self._monotonic_s() < self._rest_until_s:
            return
        try:
            use()
        except DiptychError as err:
            self._rest_until_s = self._monotonic_s() + _REST_S
            _log.warning(
                "The cache %s cannot be used (%s) and rests for %.0f s. Vectors are made without "
                "it.",
                CACHE_INDEX,
                err,
                _REST_S,
            )
