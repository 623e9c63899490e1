"""The drop-in address over an index of a test."""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from serving import Server
from shelf import Shelf

from diptych.client import Json, path
from diptych.encoding import Encoder
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.dropin.forwarding import Forwarder
from diptych.plugin.serve.dropin.router import dropin_router
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.keys import KeyRing
from diptych.plugin.serve.service import Limits, Service


def dropin_app(
    shelf: Shelf,
    *,
    encoder: Encoder | None = None,
    keys: KeyRing | None = None,
    proxy_writes: bool = False,
    timeout_s: float = 5.0,
) -> FastAPI:
    """The application over the shelf's index, with the drop-in address."""
    service = Service(
        shelf.cluster,
        shelf.engine,
        [shelf.index],
        lambda _: encoder or shelf.encoder,
        limits=Limits(timeout_s=timeout_s),
    )
    gate = Gate([shelf.index], keys=keys)
    forwarder = Forwarder(shelf.cluster.url, ca_file=None, timeout_s=20)
    router = dropin_router(service, gate, forwarder, proxy_writes=proxy_writes)
    return make_app(service, gate, routers=[router])


@dataclass(frozen=True, slots=True, repr=False)
class Both:
    """The same index behind its cluster and behind Diptych."""

    shelf: Shelf
    server: Server

    def __repr__(self) -> str:
        return f"Both({self.shelf.index!r})"

    def direct(self, body: Json, name: str = "_search") -> Json:
        """What the cluster answers."""
        answer: Json = self.shelf.cluster.call(
            "POST", path(self.shelf.index, name), body=body, accept=(400, 404)
        )
        return answer

    def ask(self, body: Json, query: str = "") -> tuple[Json, str]:
        """What Diptych answers to a search, and what it says that it did."""
        _, answer, headers = self.server.ask(f"/{self.shelf.index}/_search{query}", body)
        return answer, headers.get("x-diptych", "")

    def hybrid(self, body: Json, query: str = "") -> Json:
        """What Diptych answers to a search that becomes hybrid."""
        answer, verdict = self.ask(body, query)
        assert "hybrid" == verdict, answer
        return answer

    def forwarded(self, body: Json, query: str = "") -> tuple[Json, str]:
        """What Diptych answers to a search that goes on as it came, and why it does."""
        answer, verdict = self.ask(body, query)
        assert verdict.startswith('forwarded; reason="'), verdict
        return answer, verdict.removeprefix('forwarded; reason="').removesuffix('"')


def ids(answer: Json) -> list[str]:
    """Ids of the hits, in order."""
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def by_id(answer: Json) -> dict[str, Json]:
    """The hits by id."""
    return {hit["_id"]: hit for hit in answer["hits"]["hits"]}


def timeless(answer: Any) -> Any:
    """An answer without the times that it took."""
    if isinstance(answer, dict):
        return {name: timeless(below) for name, below in answer.items() if name != "took"}
    return [timeless(below) for below in answer] if isinstance(answer, list) else answer
