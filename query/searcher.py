"""The read path in one call: understand, plan, ask, explain; it degrades before it fails."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diptych.client import Cluster, path
from diptych.encoding import Encoder
from diptych.errors import DiptychError, EncodingError, SearchError, UnavailableError
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.query.meaning import Wish, understand, wishes_like
from diptych.query.plan import Plan, make_plan, product_body
from diptych.query.request import SearchRequest
from diptych.query.response import SearchResponse
from diptych.query.run import Found, Runner
from diptych.query.vector import QueryVector, build_query_vector
from diptych.query.view import IndexView, Views
from diptych.vectors import Floats


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
        encoder_problem: str = "No encoder is set: name one with --encoder-url.",
        source_fields: Sequence[str] = (),
    ) -> None:
        """See the class; nothing is sent yet."""
        self._cluster = cluster
        self._engine = engine
        self._encoder = encoder
        self._encoder_problem = encoder_problem
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
        started = time.perf_counter()
        wishes, trouble = self._understand(target, request)
        encode_ms = 1_000 * (time.perf_counter() - started)
        for product in request.like:
            stored = self._stored_vector(target, product)
            wishes += wishes_like(stored, contract=target.contract)
        vector = build_query_vector(
            wishes, layout=target.contract.layout, weights=request.resolved_weights
        )
        if vector is None and trouble is not None and request.words is None:
            kind = UnavailableError if isinstance(trouble, UnavailableError) else SearchError
            raise kind(f"This search needs the models, which are not there. {trouble}")
        plan = make_plan(
            request,
            vector,
            contract=target.contract,
            properties=target.properties,
            engine=self._engine,
            allowed_fields=self._source_fields,
        )
        problem = None if trouble is None else str(trouble)
        return Prepared(view, plan, vector, problem, encode_ms)

    def _understand(
        self, target: Target, request: SearchRequest
    ) -> tuple[list[Wish], DiptychError | None]:
        weights = request.resolved_weights
        if not request.needs_encoder or not (weights.text or weights.image):
            return [], None
        if self._encoder is None:
            return [], EncodingError(self._encoder_problem)
        try:
            wishes = understand(
                request, contract=target.contract, encoder=self._encoder, weights=weights
            )
        except (EncodingError, UnavailableError) as err:
            return [], err
        return wishes, None

    def _stored_vector(self, target: Target, product: str) -> Floats:
        field = target.contract.vector_field
        answer = self._cluster.call(
            "POST", path(target.name, "_search"), body=product_body(product, field)
        )
        rows = answer["hits"]["hits"]
        if not rows:
            raise SearchError(
                f"There is no product {product!r} in {target.name!r}: check the id; a product "
                "written a moment ago is found after the index's next refresh."
            )
        if field not in rows[0]["_source"]:
            raise SearchError(
                f"The product {product!r} has no vector yet: run `diptych embed {target.name} "
                "--wait`, or see what stops it in its field diptych.error."
            )
        return np.asarray(rows[0]["_source"][field], dtype=np.float32)

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
