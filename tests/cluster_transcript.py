"""Requests of every kind that the write path sends, and what is read of their answers."""

from collections.abc import Iterator
from typing import Any

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.errors import DiptychError


def transcript(cluster: Cluster, index: str) -> list[tuple[str, Any]]:
    """Each step's name and the part of its answer that Diptych reads.

    Args:
        index: an empty one, of one shard.
    """
    return list(_steps(cluster, index))


def _steps(cluster: Cluster, index: str) -> Iterator[tuple[str, Any]]:
    yield "empty", _position(cluster, index)
    yield "index", _bulk(cluster, index, *_pairs("index", "1", "2", "3"))
    yield "index again", _bulk(cluster, index, *_pairs("index", "1"))
    yield "create what is there", _bulk(cluster, index, *_pairs("create", "1"))
    yield "update", _bulk(cluster, index, _cas("2", 1), {"doc": {"a": {"b": 1}, "c": None}})
    yield "update, objects merge", _bulk(cluster, index, _cas("2", 4), {"doc": {"a": {"d": 2}}})
    yield "nothing new", _bulk(cluster, index, _cas("2", 5), {"doc": {"a": {"d": 2}}})
    yield "too late", _bulk(cluster, index, _cas("2", 1), {"doc": {"a": 1}})
    yield "wrong term", _bulk(cluster, index, _cas("2", 5, 9), {"doc": {"a": 1}})
    yield "missing", _bulk(cluster, index, _cas("9", 1), {"doc": {"a": 1}})
    yield "delete", _bulk(cluster, index, {"delete": {"_id": "3"}})
    yield "deleted", _bulk(cluster, index, _cas("3", 2), {"doc": {"a": 1}})
    yield "delete nothing", _bulk(cluster, index, {"delete": {"_id": "8"}})
    yield (
        "upsert",
        _bulk(
            cluster, index, {"update": {"_id": "7"}}, {"doc": {"title": "x"}, "doc_as_upsert": True}
        ),
    )
    yield "mget", _mget(cluster, index, {"ids": ["1", "2", "3", "none"]})
    yield "before a refresh", _scan(cluster, index, -1, 100)
    cluster.call("POST", path(index, "_refresh"))
    yield "position", _position(cluster, index)
    yield "all", _scan(cluster, index, -1, 100)
    yield "some", _scan(cluster, index, 3, 5)
    yield "routed", _bulk(cluster, index, {"index": {"_id": "r", "routing": "x"}}, {"title": "r"})
    yield "mget routed", _mget(cluster, index, {"docs": [{"_id": "r", "routing": "x"}]})
    yield "state, none", _try(cluster, "GET", path(index, "_doc", "none"), accept=(404,))
    where = path(index, "_doc", "lease:1")
    yield "state, first", _try(cluster, "PUT", where, {"n": 1}, params={"op_type": "create"})
    yield "state, twice", _try(cluster, "PUT", where, {"n": 1}, params={"op_type": "create"})
    version = {"if_seq_no": "10", "if_primary_term": "1"}
    yield "state, moved", _try(cluster, "PUT", where, {"n": 2}, params=version)
    yield "state, too late", _try(cluster, "PUT", where, {"n": 3}, params=version)
    yield "state, read", _try(cluster, "GET", where)
    yield "state, not ours", _try(cluster, "DELETE", where, params=version)
    yield "made twice", _try(cluster, "PUT", path(index), {})
    yield "no such index", _try(cluster, "POST", path(f"{index}-none", "_refresh"))
    yield "no such mapping", _try(cluster, "GET", path(f"{index}-none", "_mapping"))
    yield "no such documents", _mget(cluster, f"{index}-none", {"ids": ["1"]})
    yield "made by an update", _bulk(cluster, f"{index}-made", _cas("1", 1), {"doc": {"a": 1}})
    yield "is there", sorted(_mappings(cluster, f"{index}-made"))


def _pairs(kind: str, *ids: str) -> list[Json]:
    return [line for id_ in ids for line in ({kind: {"_id": id_}}, {"title": f"product {id_}"})]


def _cas(id_: str, seq_no: int, term: int = 1) -> Json:
    return {"update": {"_id": id_, "if_seq_no": seq_no, "if_primary_term": term}}


def _bulk(cluster: Cluster, index: str, *lines: Json) -> list[tuple[str, int, str]]:
    answer = cluster.call("POST", path(index, "_bulk"), body=to_ndjson(lines))
    items = [next(iter(item.values())) for item in answer["items"]]
    return [(i["_id"], i["status"], i.get("error", {}).get("type", "")) for i in items]


def _mget(cluster: Cluster, index: str, body: Json) -> list[Any]:
    answer = cluster.call("POST", path(index, "_mget"), body=body)
    return [
        doc["error"]["type"] if "error" in doc else _version(doc) if doc["found"] else doc["_id"]
        for doc in answer["docs"]
    ]


def _version(doc: Json) -> tuple[Any, ...]:
    return (
        doc["_id"],
        doc["_seq_no"],
        doc["_primary_term"],
        doc["_source"],
        doc.get("_routing"),
    )


def _scan(cluster: Cluster, index: str, after: int, upto: int) -> list[Any]:
    between = {"range": {"_seq_no": {"gt": after, "lte": upto}}}
    has_title = {"exists": {"field": "title", "_name": "title"}}
    body = {
        "size": 10,
        "query": {"bool": {"filter": [between], "should": [has_title]}},
        "sort": [{"_seq_no": "asc"}],
        "seq_no_primary_term": True,
        "_source": ["title"],
    }
    params = {"preference": "_shards:0|_primary"}
    hits = cluster.call("POST", path(index, "_search"), body=body, params=params)["hits"]["hits"]
    return [(*_version(hit), hit.get("matched_queries")) for hit in hits]


def _position(cluster: Cluster, index: str) -> Json:
    params = {"level": "shards"}
    answer = cluster.call("GET", path(index, "_stats", "docs"), params=params)
    (copy,) = (c for c in answer["indices"][index]["shards"]["0"] if c["routing"]["primary"])
    return {name: copy["seq_no"][name] for name in ("max_seq_no", "global_checkpoint")}


def _mappings(cluster: Cluster, index: str) -> list[str]:
    return [name.removeprefix(index) for name in cluster.call("GET", path(index, "_mapping"))]


def _try(
    cluster: Cluster,
    method: str,
    where: str,
    body: object = None,
    *,
    params: dict[str, str] | None = None,
    accept: tuple[int, ...] = (),
) -> Any:
    """What is read of an answer, or the class of the error."""
    try:
        answer = cluster.call(method, where, body=body, params=params, accept=accept)
    except DiptychError as err:
        return type(err).__name__
    keys = ("found", "_seq_no", "_primary_term", "_source")
    return {key: answer[key] for key in keys if key in answer}
