"""The read path in one call: understand, plan, ask, explain; it degrades before it fails."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from diptych.client import Cluster
from diptych.encoding import Encoder
from diptych.mappings.engine import Engine
from diptych.query.asking import NO_ENCODER, Asker
from diptych.query.plan import Plan, make_plan
from diptych.query.request import SearchRequest
from diptych.query.response import SearchResponse
from diptych.query.run import Found, Runner
from diptych.query.vector import QueryVector
from diptych.query.view import IndexView, Views


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request made ready for one index; `problem` says what of it could not be used."""

    view: IndexView
    plan: Plan
    vector: QueryVector | None
    problem: str | None
    encode_ms: float


class Searcher:
    """Searches the indexes of one cluster; safe to call from several threads.

    Args of the constructor:
        encoder: None answers with keywords alone.
        encoder_problem: why there is none, for the answer's `degraded_reason`.
        source_fields: fields that callers may see, `*` allowed; none means all.
    """

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        encoder: Encoder | None,
        *,
        encoder_problem: str = NO_ENCODER,
        source_fields: Sequence[str] = (),
    ) -> None:
        """See the class; nothing is sent yet."""
        self._cluster = cluster
        self._engine = engine
        self._asker = Asker(cluster, engine, encoder, encoder_problem=encoder_problem)
        self._source_fields = tuple(source_fields)
        self._views = Views(cluster)

    def search(self, index: str, request: SearchRequest) -> SearchResponse:
        """The page of hits that the request asks for.

        Without an encoder, or when it fails, words are searched by keyword alone, and the answer
        says so.

        Raises:
            UsageError: a filter, field or weight that this index cannot take.
            SearchError: there is nothing to search by, or no product to resemble.
            ContractError: the encoder's models are not the index's.
            ImageError: the photo cannot be decoded.
            DiptychError: whatever the cluster refuses or cannot answer.
        """
        started = time.perf_counter()
        prepared = self.prepare(index, request)
        found = self._run(prepared, explain=request.explain)
        return SearchResponse(
            hits=found.hits,
            total=found.total,
            took_ms=1_000 * (time.perf_counter() - started),
            encode_ms=prepared.encode_ms,
            degraded_reason=prepared.problem,
        )

    def prepare(self, index: str, request: SearchRequest) -> Prepared:
        """What `search` would send, and where to; raises what `search` raises."""
        view = self._views.of(index)
        target = view.target
        asked = self._asker.ask(target, request)
        plan = make_plan(
            request,
            asked.vector,
            contract=target.contract,
            properties=target.properties,
            engine=self._engine,
            allowed_fields=self._source_fields,
        )
        return Prepared(view, plan, asked.vector, asked.problem, asked.encode_ms)

    def _run(self, prepared: Prepared, *, explain: bool) -> Found:
        runner = Runner(
            self._cluster,
            self._engine,
            prepared.view.target,
            prepared.plan,
            prepared.vector,
            explain,
        )
        if not prepared.plan.is_hybrid:
            return runner.single()
        if prepared.view.blends_natively and not explain:
            return runner.native()
        return runner.blended()
