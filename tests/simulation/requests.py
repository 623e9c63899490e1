"""The requests that Diptych sends, answered as a node answers them."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
from simulation.shards import Doc, Index, Operation, Shard

from diptych.client import Json

#: Status and body.
Answer = tuple[int, Json]
#: Status and error type of an item that is refused.
Refusal = tuple[int, str]


class Cluster(Protocol):
    """What a request needs of its node."""

    indexes: dict[str, Index]
    now_s: Callable[[], float]

    def find(self, name: str) -> Index | None:
        """The index of this name or alias."""
        ...

    def create(self, name: str, body: Json | None) -> Index:
        """A new index."""
        ...

    def write(
        self,
        index: Index,
        id_: str,
        source: Json | None,
        routing: str | None,
        who: str,
        operations: list[Operation],
    ) -> Operation:
        """One operation on a document."""
        ...

    def refuse(self, who: str, id_: str, source: Json) -> Refusal | None:
        """What the mapping says to a document."""
        ...


class Request:
    """One request under way; `run` it once."""

    def __init__(
        self,
        node: Cluster,
        who: str,
        params: Mapping[str, str],
        operations: list[Operation],
        item_faults: Callable[[int], Refusal | None],
    ) -> None:
        """Made by `Node.answer`."""
        self._node = node
        self._who = who
        self._params = params
        self._operations = operations
        self._item_faults = item_faults

    def run(self, method: str, parts: list[str], action: str, body: Any) -> Answer:
        """Status and body."""
        name = parts[0]
        if action == "_bulk":
            return self._bulk(name, body)
        if action == "_doc" and method == "PUT":
            return self._put(name, parts[2], body)
        if method == "PUT" and not action:
            return self._create(name, body)
        index = self._node.find(name)
        if index is None and action == "_mget":
            missing = error_body("index_not_found_exception", f"no such index [{name}]")
            asked = _asked(body)
            return 200, {"docs": [{"_id": id_, "error": missing["error"]} for id_, _ in asked]}
        if index is None:
            return 404, error_body("index_not_found_exception", f"no such index [{name}]")
        if method == "DELETE" and not action:
            del self._node.indexes[index.name]
            return 200, {"acknowledged": True}
        answers: dict[str, Callable[[], Answer]] = {
            "_mapping": lambda: self._mapping(index, method, body),
            "_mget": lambda: self._mget(index, body),
            "_settings": lambda: self._settings(index),
            "_stats": lambda: self._stats(index, parts[2]),
            "_refresh": lambda: self._refresh(index),
            "_search": lambda: self._search(index, body),
            "_doc": lambda: self._doc(index, method, parts[2]),
        }
        return answers[action]()

    def _create(self, name: str, body: Any) -> Answer:
        if self._node.find(name) is not None:
            return 400, error_body("resource_already_exists_exception", f"index [{name}] exists")
        self._node.create(name, body)
        return 200, {"acknowledged": True}

    def _mapping(self, index: Index, method: str, body: Any) -> Answer:
        if method == "PUT":
            index.mappings = {**index.mappings, **body}
            return 200, {"acknowledged": True}
        return 200, {index.name: {"mappings": index.mappings}}

    def _mget(self, index: Index, body: Any) -> Answer:
        includes = self._params.get("_source_includes")
        wanted = None if includes is None else includes.split(",")
        docs: list[Json] = []
        for id_, routing in _asked(body):
            doc = index.shard_of(id_, routing).docs.get(id_)
            found = {"_index": index.name, "_id": id_, "found": doc is not None}
            docs.append(found if doc is None else found | _hit(doc, wanted))
        return 200, {"docs": docs}

    def _settings(self, index: Index) -> Answer:
        settings = {"index.number_of_shards": str(len(index.shards)), **index.settings}
        return 200, {index.name: {"settings": settings}}

    def _stats(self, index: Index, kind: str) -> Answer:
        shards = {str(s.number): [self._copy(s, kind)] for s in index.shards}
        return 200, {"indices": {index.name: {"uuid": index.uuid, "shards": shards}}}

    def _copy(self, shard: Shard, kind: str) -> Json:
        routing = {"primary": True, "state": "STARTED", "node": f"node-{shard.term}"}
        if kind == "refresh":
            return {"routing": routing, "refresh": {"external_total": shard.n_refreshes}}
        seq_no = {
            "max_seq_no": shard.last,
            "global_checkpoint": shard.checkpoint(self._node.now_s()),
        }
        commit = {"user_data": {"history_uuid": shard.history}}
        return {"routing": routing, "commit": commit, "seq_no": seq_no}

    def _refresh(self, index: Index) -> Answer:
        for shard in index.shards:
            shard.refresh(self._node.now_s())
        n = len(index.shards)
        return 200, {"_shards": {"total": n, "successful": n, "failed": 0}}

    def _search(self, index: Index, body: Json) -> Answer:
        query = body.get("query", {"range": {"_seq_no": {"gt": -1, "lte": -1}}})
        has_clauses = "bool" in query
        span = (query["bool"]["filter"][0] if has_clauses else query)["range"]
        preference = self._params.get("preference", "")
        shards = index.shards
        if preference:
            number = int(preference.split("|")[0].removeprefix("_shards:"))
            shards = shards[number : number + 1]
        docs = [d for shard in shards for d in shard.searchable.values() if _is_in(d, span)]
        docs.sort(key=lambda doc: doc.seq_no)
        hits = [self._search_hit(doc, body, has_clauses) for doc in docs[: body["size"]]]
        return 200, {"hits": {"total": {"value": len(docs), "relation": "eq"}, "hits": hits}}

    def _search_hit(self, doc: Doc, body: Json, has_clauses: bool) -> Json:
        wanted = body.get("_source")
        hit: Json = {"_id": doc.id, **_hit(doc, wanted if isinstance(wanted, list) else None)}
        if wanted is False:
            del hit["_source"]
        if has_clauses:
            clause = query_field(body)
            if doc.source.get(clause["field"]) is not None:
                hit["matched_queries"] = [clause["_name"]]
        return hit

    def _doc(self, index: Index, method: str, id_: str) -> Answer:
        doc = index.shard_of(id_, None).docs.get(id_)
        if method == "GET":
            found = {"_index": index.name, "_id": id_, "found": doc is not None}
            return (404, found) if doc is None else (200, found | _hit(doc, None))
        conflict = self._conflict(doc, self._params)
        if conflict is not None:
            return 409, error_body(*conflict)
        if doc is not None:
            self._node.write(index, id_, None, None, self._who, self._operations)
        return (404 if doc is None else 200), {"result": "deleted" if doc else "not_found"}

    def _put(self, name: str, id_: str, body: Json) -> Answer:
        index = self._node.find(name) or self._node.create(name, None)
        doc = index.shard_of(id_, None).docs.get(id_)
        conflict = self._conflict(doc, self._params)
        if self._params.get("op_type") == "create" and doc is not None:
            conflict = "version_conflict_engine_exception", "document already exists"
        if conflict is not None:
            return 409, error_body(*conflict)
        done = self._node.write(index, id_, body, None, self._who, self._operations)
        assert done.after is not None
        return 200, {"_seq_no": done.seq_no, "_primary_term": done.after.term}

    def _bulk(self, name: str, body: bytes) -> Answer:
        lines = [orjson.loads(line) for line in body.splitlines() if line]
        items = []
        position = at = 0
        while at < len(lines):
            ((kind, head),) = lines[at].items()
            source = None if kind == "delete" else lines[at + 1]
            at += 1 if kind == "delete" else 2
            items.append({kind: self._item(name, kind, head, source, position)})
            position += 1
        return 200, {"errors": any("error" in i for d in items for i in d.values()), "items": items}

    def _item(self, name: str, kind: str, head: Json, source: Any, position: int) -> Json:
        id_ = head["_id"]
        fault = self._item_faults(position)
        if fault is not None:
            return _refused(id_, fault[0], fault[1], "told so")
        # A bulk request creates its index where there is none, even for updates.
        index = self._node.find(head.get("_index", name)) or self._node.create(name, None)
        if index.block is not None:
            reason = f"index [{index.name}] blocked by: [FORBIDDEN/8/index write (api)];"
            return _refused(id_, index.block, "cluster_block_exception", reason)
        routing = head.get("routing")
        doc = index.shard_of(id_, routing).docs.get(id_)
        if kind == "update" and doc is None and not source.get("doc_as_upsert"):
            return _refused(id_, 404, "document_missing_exception", f"[{id_}]: document missing")
        conflict = self._conflict(doc, head)
        if kind == "create" and doc is not None:
            conflict = "version_conflict_engine_exception", "document already exists"
        if conflict is not None:
            return _refused(id_, 409, *conflict)
        if source is None:
            self._node.write(index, id_, None, routing, self._who, self._operations)
            return {"_id": id_, "status": 404 if doc is None else 200}
        if kind == "update":
            old: Json = doc.source if doc is not None else {}
            source = merged(old, source["doc"])
        refusal = self._node.refuse(self._who, id_, source)
        if refusal is not None:
            return _refused(id_, *refusal, "the mapping does not take it")
        if kind == "update" and doc is not None and source == doc.source:
            return {"_id": id_, "status": 200, "result": "noop"}
        self._node.write(index, id_, source, routing, self._who, self._operations)
        return {"_id": id_, "status": 200 if doc else 201}

    def _conflict(self, doc: Doc | None, wanted: Mapping[str, Any]) -> tuple[str, str] | None:
        if "if_seq_no" not in wanted:
            return None
        expected = int(wanted["if_seq_no"]), int(wanted["if_primary_term"])
        actual = (-1, 0) if doc is None else (doc.seq_no, doc.term)
        if expected == actual:
            return None
        reason = f"required seqNo [{expected[0]}], primary term [{expected[1]}]"
        return "version_conflict_engine_exception", reason


def query_field(body: Json) -> Json:
    """The `exists` clause of a scan."""
    clause: Json = body["query"]["bool"]["should"][0]["exists"]
    return clause


def error_body(kind: str, reason: str) -> Json:
    """An error as a node words it."""
    cause = {"type": kind, "reason": reason}
    return {"error": {"root_cause": [cause], **cause}}


def merged(old: Json, new: Json) -> Json:
    """A partial document merged into a whole one, objects field by field."""
    result = dict(old)
    for name, value in new.items():
        known = result.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            value = merged(known, value)
        result[name] = value
    return result


def _asked(body: Json) -> list[tuple[str, str | None]]:
    if "ids" in body:
        return [(id_, None) for id_ in body["ids"]]
    return [(doc["_id"], doc.get("routing")) for doc in body["docs"]]


def _hit(doc: Doc, wanted: list[str] | None) -> Json:
    source = doc.source
    if wanted is not None:
        source = {name: value for name, value in source.items() if name in wanted}
    hit: Json = {"_seq_no": doc.seq_no, "_primary_term": doc.term, "_source": source}
    return hit if doc.routing is None else hit | {"_routing": doc.routing}


def _is_in(doc: Doc, span: Json) -> bool:
    ((name, limits),) = span.items()
    if name == "_seq_no":
        return bool(limits["gt"] < doc.seq_no <= limits["lte"])
    outer, inner = name.split(".")
    value = (doc.source.get(outer) or {}).get(inner)
    return value is not None and bool(value <= limits["lte"])


def _refused(id_: str, status: int, kind: str, reason: str) -> Json:
    return {"_id": id_, "status": status, "error": {"type": kind, "reason": reason}}
