"""A shop's own index, before Diptych knows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.encoding import ModelRef
from diptych.mappings.engine import OpenSearch
from diptych.plugin.install import InstallReport, InstallRequest, install

MODEL = ModelRef("demo", "1" * 16, 6)
ENGINE = OpenSearch()


def make_request(index: str, *text_fields: str, model: ModelRef = MODEL) -> InstallRequest:
    """Title and picture unless other text fields are named."""
    return InstallRequest(index, text_fields or ("title",), "image", model, MODEL)


def run_install(cluster: Cluster, index: str, *text_fields: str) -> InstallReport:
    """Install on the index."""
    return install(cluster, ENGINE, make_request(index, *text_fields))


def create_shop(
    cluster: Cluster, index: str, *, settings: Json | None = None, mappings: Json | None = None
) -> None:
    """An index of a shop that can hold vectors."""
    own = {"title": {"type": "text"}, "image": {"type": "keyword"}}
    body = {
        "settings": {"index.knn": True, "number_of_replicas": 0} | (settings or {}),
        "mappings": {"properties": own} | (mappings or {}),
    }
    cluster.call("PUT", path(index), body=body)


def create_stamping_pipeline(cluster: Cluster, name: str) -> None:
    """A shop's pipeline that counts how often a document passed it, and refuses `bad` ones."""
    count = "ctx.passes = ctx.passes == null ? 1 : ctx.passes + 1"
    refuse = {"if": "ctx.bad != null", "message": "no 'bad' products"}
    processors = [{"script": {"source": count}}, {"fail": refuse}]
    cluster.call("PUT", path("_ingest", "pipeline", name), body={"processors": processors})


def put(cluster: Cluster, index: str, id_: str, document: Json) -> Json:
    """The document as it is stored after it was indexed."""
    where = path(index, "_doc", id_)
    cluster.call("PUT", where, params={"refresh": "true"}, body=document)
    return source(cluster, index, id_)


def source(cluster: Cluster, index: str, id_: str) -> Json:
    """The stored document."""
    found: Json = cluster.call("GET", path(index, "_source", id_))
    return found


def bulk(cluster: Cluster, index: str, *lines: Json) -> None:
    """One bulk request, searchable afterwards; fails where an action fails."""
    answer = cluster.call(
        "POST", path(index, "_bulk"), params={"refresh": "true"}, body=to_ndjson(lines)
    )
    assert not answer["errors"], answer


def embed(cluster: Cluster, index: str, *ids: str) -> None:
    """Vectors as a worker writes them: by bulk update."""
    update = {"diptych": {"state": "ready"}, "diptych_vector": [0.5] * 16}
    for id_ in ids:
        bulk(cluster, index, {"update": {"_id": id_}}, {"doc": update})


@dataclass
class Bars:
    """A progress bar that remembers what it was told."""

    seen: list[tuple[str, int, int]] = field(default_factory=list)

    @contextmanager
    def __call__(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """As `count_bar`."""
        yield lambda done: self.seen.append((label, total, done))
