"""One search from its plan to the page: legs, blend, order, page, hits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diptych.client import Json
from diptych.errors import RefusedError
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.query.bodies import direct_body, native_body
from diptych.query.conversation import Conversation
from diptych.query.facets import Facets, read_facets
from diptych.query.hits import Presenter
from diptych.query.legs import KEYWORDS, LegError, Legs, ask_legs, gaps, own_score
from diptych.query.native import blends_alike, goes_direct
from diptych.query.pages import lay_page, read_page
from diptych.query.plan import Plan
from diptych.query.ranking.candidates import Candidate
from diptych.query.request import SearchRequest
from diptych.query.response import Hit
from diptych.query.scoring import Scoring, explain_own, score_legs
from diptych.query.standing import Standing, stand
from diptych.query.stored import vectors_body, vectors_in
from diptych.vectors import Floats


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, the number of documents behind it, and their facets.

    `problems` say what of the plan could not be used.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Facets
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs one plan against one index.

    `may_blend` says whether the cluster's own blending equals ours on this index.
    """

    talk: Conversation
    engine: Engine
    target: Target
    request: SearchRequest
    plan: Plan
    may_blend: bool

    def run(self) -> Found:
        """The page, by the shortest way that gives it.

        Where the cluster cannot search by vector, words answer even if they were to count nothing.
        """
        try:
            return self._by_shortest_way()
        except RefusedError as err:
            if self.plan.keywords is not None or self.plan.spare is None:
                raise
            plan = replace(self.plan, keywords=self.plan.spare, nearest=None, vector=None)
            return self._instead(plan, "vector", err)

    def _by_shortest_way(self) -> Found:
        if goes_direct(self.plan, self.request):
            return self.direct()
        if self.may_blend and blends_alike(self.plan, self.request):
            return self.native() or self.ranked()
        return self.ranked()

    def direct(self) -> Found:
        """A plan with one leg and nothing to move: its scores are the leg's own."""
        answer = self.talk.search(direct_body(self.plan, self.request))
        is_by_vector = self.plan.keywords is None
        rows: list[Json] = answer["hits"]["hits"]
        present = self._presenter(rows)
        hits = []
        for row in rows:
            score = row["_score"] or 0.0
            score = own_score(row, self.plan, self.engine) if is_by_vector else score
            why = None
            if self.request.explain:
                why = explain_own(score, present.parts(row["_id"]), is_by_vector=is_by_vector)
            hits.append(present.hit(row, score, why))
        return self._found(hits, answer, gaps(answer))

    def native(self) -> Found | None:
        """The engine blends; it cannot say what a score is made of.

        None where it does not: it refuses, and the legs one by one will show which of them it is;
        or the index was made anew with several shards, each of which has a window of its own.
        """
        try:
            answer = self.talk.search(native_body(self.plan, self.request))
        except RefusedError:
            return None
        if answer["_shards"]["total"] != 1:
            return None
        rows: list[Json] = answer["hits"]["hits"]
        present = self._presenter(rows)
        hits = [present.hit(row, row["_score"], None) for row in rows]
        return self._found(hits, answer, gaps(answer))

    def ranked(self) -> Found:
        """We blend the windows of the legs, order them, and fetch the page after.

        Where one leg of two fails, the other answers alone.
        """
        try:
            legs = ask_legs(self.talk, self.plan, self.request, engine=self.engine)
        except LegError as err:
            return self._without(err)
        scoring = score_legs(legs, self.plan, self.request)
        standing = self.stand(legs, scoring)
        page = lay_page(self.talk, legs, scoring, standing, self.plan, self.request)
        shown = read_page(self.talk, page, legs, standing, self.plan, self.request)
        present = self._presenter(shown.rows)
        known = {one.id: one for one in page.known}
        hits = []
        for row in shown.rows:
            name = row["_id"]
            one = known.get(name) or Candidate(name, self._rest_score(row, scoring))
            explains = self.request.explain
            why = scoring.explain(one, present.parts(name)) if explains else None
            hits.append(present.hit(row, one.score, why))
        return self._found(hits, shown.counted, [*legs.problems, *shown.problems], shown.total)

    def stand(self, legs: Legs, scoring: Scoring) -> Standing:
        """The window in the order that the request asks for."""
        return stand(
            legs,
            scoring,
            self.request,
            layout=self.target.contract.layout,
            read_vectors=self._read_vectors,
        )

    def _rest_score(self, row: Json, scoring: Scoring) -> float:
        """The score of a hit past the window: the leg's own where that is what is shown."""
        if not scoring.is_own or self.request.sort:
            return scoring.scores.get(row["_id"], 0.0)
        if scoring.is_by_vector:
            return own_score(row, self.plan, self.engine)
        return row["_score"] or 0.0

    def _without(self, err: LegError) -> Found:
        if err.leg == KEYWORDS:
            plan, left_out = replace(self.plan, keywords=None), "keyword"
        else:
            plan, left_out = replace(self.plan, nearest=None, vector=None), "vector"
        return self._instead(plan, left_out, err)

    def _instead(self, plan: Plan, left_out: str, err: Exception) -> Found:
        found = replace(self, plan=plan).run()
        problem = f"The search by {left_out} was left out. {err}"
        return replace(found, problems=(problem, *found.problems))

    def _read_vectors(self, products: Sequence[str]) -> dict[str, Floats]:
        field = self.target.contract.vector_field
        if not products:
            return {}
        answer = self.talk.search(vectors_body(self.engine, field, products))
        return vectors_in(answer["hits"]["hits"], field).vectors

    def _presenter(self, rows: Sequence[Json]) -> Presenter:
        return Presenter(rows, self.target.contract, self.request, self.plan.vector)

    def _found(
        self, hits: Sequence[Hit], answer: Json, problems: Sequence[str], total: int | None = None
    ) -> Found:
        facets = read_facets(self.request.facets, answer, self.target.properties)
        if total is None:
            total = answer["hits"]["total"]["value"]
        return Found(tuple(hits), total, facets, tuple(problems))
