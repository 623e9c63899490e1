"""The read path in one call: understand, plan, ask, explain; it degrades before it fails."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from diptych.client import Cluster
from diptych.encoding import Encoder
from diptych.errors import SearchError
from diptych.mappings.engine import Engine
from diptych.query.asking import NO_ENCODER, Asked, Asker
from diptych.query.budget import Budget
from diptych.query.conversation import Conversation, Sent
from diptych.query.plan import Plan, make_plan
from diptych.query.profiles import with_profile
from diptych.query.request import SearchRequest
from diptych.query.reranking import read_words, reranked
from diptych.query.response import SearchResponse
from diptych.query.run import Runner
from diptych.query.view import IndexView, Views
from diptych.query.why import Why, tell_why
from diptych.reranking import Reranker


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request made ready for one index.

    `request` has the weights of the index's profile; `problems` say what could not be used.
    """

    view: IndexView
    request: SearchRequest
    plan: Plan
    problems: tuple[str, ...]
    encode_ms: float


class Searcher:
    """Searches the indexes of one cluster; safe to call from several threads.

    Args of the constructor:
        encoder: None answers with keywords alone.
        encoder_problem: why there is none, for the answer's `degraded_reason`.
        source_fields: fields that callers may see, `*` allowed; none means all.
        reranker: orders first hits anew where a request asks for it.
    """

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        encoder: Encoder | None,
        *,
        encoder_problem: str = NO_ENCODER,
        source_fields: Sequence[str] = (),
        reranker: Reranker | None = None,
    ) -> None:
        """See the class; nothing is sent yet."""
        self._reranker = reranker
        self._cluster = cluster
        self._engine = engine
        self._asker = Asker(cluster, engine, encoder, encoder_problem=encoder_problem)
        self._source_fields = tuple(source_fields)
        self._views = Views(cluster)

    def search(self, index: str, request: SearchRequest) -> SearchResponse:
        """The page of hits that the request asks for.

        What cannot be used is left out, and the answer says so: without an encoder, when it fails
        or is too slow, where no product has a vector or the cluster cannot compare them, words are
        searched by keyword alone; where only the keywords fail, by vector alone; the order stays
        where it cannot be reranked.

        Raises:
            UsageError: a filter, field or weight that this index cannot take.
            SearchError: there is nothing to search by, or no product to resemble.
            ContractError: the encoder's models are not the index's.
            ImageError: the photo cannot be decoded.
            DiptychError: whatever the cluster refuses or cannot answer.
        """
        if request.rerank and request.words:
            words = read_words(self._cluster, self._views.of(index).target)
            return reranked(partial(self._search, index), request, self._reranker, words)
        return self._search(index, request)

    def _search(self, index: str, request: SearchRequest) -> SearchResponse:
        started = time.perf_counter()
        prepared, runner = self._runner(index, request)
        found = runner.run()
        return SearchResponse(
            hits=found.hits,
            total=found.total,
            took_ms=1_000 * (time.perf_counter() - started),
            encode_ms=prepared.encode_ms,
            degraded_reason=" ".join((*prepared.problems, *found.problems)) or None,
            facets=found.facets,
        )

    def requests(self, index: str, request: SearchRequest) -> list[Sent]:
        """What `search` sends to find the hits, in order; raises what `search` raises.

        The search is made, because what a later request asks for depends on the answers before it.
        """
        runner = self._runner(index, request)[1]
        runner.run()
        return runner.talk.sent

    def why(self, index: str, product: str, request: SearchRequest) -> Why:
        """Why a product is where it is among the hits of a request, or is not among them.

        Raises:
            SearchError: there is no such product.
            DiptychError: whatever `search` raises.
        """
        return tell_why(self._runner(index, request)[1], product)

    def prepare(
        self, index: str, request: SearchRequest, *, budget: Budget | None = None
    ) -> Prepared:
        """The plan of a request to an index, by its profile; raises what `search` raises."""
        view = self._views.of(index)
        request = with_profile(request, view.target.profiles)
        asked = self._ask(view, request, budget)
        plan = make_plan(
            request,
            asked.vector,
            target=view.target,
            engine=self._engine,
            allowed_fields=self._source_fields,
        )
        return Prepared(
            view, request, plan, () if asked.problem is None else (asked.problem,), asked.encode_ms
        )

    def _ask(self, view: IndexView, request: SearchRequest, budget: Budget | None) -> Asked:
        """The query vector; none is made where no product has one to compare it with."""
        if view.has_vectors or not request.says_something:
            return self._asker.ask(view.target, request, budget=budget)
        name = view.target.name
        sentence = f"No product of {name!r} has a vector yet: run `diptych embed {name} --wait`."
        if request.words is None:
            raise SearchError(sentence)
        return Asked(None, sentence, 0.0)

    def _runner(self, index: str, request: SearchRequest) -> tuple[Prepared, Runner]:
        budget = Budget(request.timeout_s)
        prepared = self.prepare(index, request, budget=budget)
        view = prepared.view
        talk = Conversation(self._cluster, view.target.name, budget=budget)
        runner = Runner(
            talk, self._engine, view.target, prepared.request, prepared.plan, view.blends_natively
        )
        return prepared, runner
