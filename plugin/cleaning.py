"""Diptych's values taken out of the documents of a live index; other fields are never touched."""

from typing import Final

from diptych.client import Cluster, Json, path, to_json, to_ndjson
from diptych.errors import RefusedError
from diptych.ingest.bulk import BulkItem, send_bulk
from diptych.mappings.engine import Engine
from diptych.plugin.existing import ExistingIndex
from diptych.plugin.rebuild import Bar

_PAGE: Final = 2000
_REMOVE: Final = "for (field in params.fields) { ctx._source.remove(field) }"
#: What a cluster without the painless module says to a script.
_NO_SCRIPTS: Final = "script_lang not supported"


def remove_values(cluster: Cluster, engine: Engine, found: ExistingIndex, *, bar: Bar) -> int:
    """The number of documents whose values were removed, by bulk updates.

    Not by `_update_by_query`, which runs the index's final pipeline over every document
    (seen on OpenSearch 2.19, with `pipeline=_none` too); a bulk update runs none. A cluster
    without scripts gets the documents back as a whole, each if nobody wrote it meanwhile, and
    runs a final pipeline over them that the shop may have without any script.

    Raises:
        RefusedError: nothing more can be removed; a second run goes on where this ended.
    """
    if not found.own_fields:
        return 0
    query = {"bool": {"should": [{"exists": {"field": field}} for field in found.own_fields]}}
    cleaner = _Cleaner(cluster, engine, found, query)
    n_cleaned = 0
    with bar("Removing values", cleaner.count()) as done:
        while items := cleaner.clean_page():
            n_cleaned += sum(item.is_done or item.status == 404 for item in items)
            done(n_cleaned)
    return n_cleaned


class _Cleaner:
    """Finds documents that still have values; each page holds only what earlier ones left."""

    def __init__(self, cluster: Cluster, engine: Engine, found: ExistingIndex, query: Json) -> None:
        self._cluster = cluster
        self._engine = engine
        self._found = found
        self._query = query
        self._has_scripts = True

    def count(self) -> int:
        self._refresh()
        body = {"query": self._query}
        return int(
            self._cluster.call("POST", path(self._found.index, "_count"), body=body)["count"]
        )

    def clean_page(self) -> list[BulkItem]:
        """What became of the next documents, at least one of which is settled; empty at the end."""
        hits = self._page()
        write = self._script if self._has_scripts else self._whole
        items = send_bulk(self._cluster, self._found.index, [write(hit) for hit in hits])
        if not hits or any(_is_settled(item) for item in items):
            return items
        if self._has_scripts and _NO_SCRIPTS in items[0].reason:
            self._has_scripts = False
            return self.clean_page()
        raise RefusedError(
            f"The values of {self._found.index!r} cannot be removed ({items[0].reason}): remove "
            "the cause and run this again."
        )

    def _page(self) -> list[Json]:
        self._refresh()
        rest = self._engine.vector_source({"excludes": list(self._found.own_fields)})
        body = {
            "query": self._query,
            "size": _PAGE,
            "_source": False if self._has_scripts else rest,
            "seq_no_primary_term": True,
            "sort": ["_doc"],
        }
        answer: Json = self._cluster.call("POST", path(self._found.index, "_search"), body=body)
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    def _script(self, hit: Json) -> bytes:
        head = {"_id": hit["_id"], "retry_on_conflict": 3, **_routing(hit)}
        script = {"source": _REMOVE, "params": {"fields": self._found.own_fields}}
        return to_ndjson([{"update": head}, {"script": script}])

    def _whole(self, hit: Json) -> bytes:
        head = {
            "_id": hit["_id"],
            "pipeline": "_none",
            "if_seq_no": hit["_seq_no"],
            "if_primary_term": hit["_primary_term"],
            **_routing(hit),
        }
        return to_json({"index": head}) + b"\n" + to_json(hit["_source"]) + b"\n"

    def _refresh(self) -> None:
        self._cluster.call("POST", path(self._found.index, "_refresh"))


def _is_settled(item: BulkItem) -> bool:
    """Whether the next page will not hold the same again: done, deleted, or another version."""
    return item.is_done or item.status == 404 or item.is_conflict


def _routing(hit: Json) -> Json:
    return {"routing": hit["_routing"]} if "_routing" in hit else {}
