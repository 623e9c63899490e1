"""The engine's own answer, with blended hits in the place of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diptych.client import Json, error_of
from diptych.mappings.engine import Engine
from diptych.query.dropin.explanations import Explain, explain_tail
from diptych.query.dropin.hiding import hide_fields
from diptych.query.dropin.legs import Page, own_leg, page_leg, page_of, tail_leg, vector_leg
from diptych.query.dropin.order import Ranking, near_hits, own_hits, rank
from diptych.query.dropin.plan import Hybrid
from diptych.query.page import WINDOW
from diptych.query.stored import vectors_body

NO_VECTORS = "No product that this query finds has a vector yet."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one body; `reason` says why it was forwarded, None where it is hybrid."""

    reason: str | None = None
    degraded: str | None = None


def leg_bodies(plan: Hybrid, engine: Engine) -> list[Json]:
    """The two searches whose hits are blended."""
    field = plan.target.contract.vector_field
    near = vector_leg(plan.body, plan.vector, field=field, where=plan.where, engine=engine)
    return [own_leg(plan.body), near]


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing more to do: the body was forwarded, or the cluster refuses its own query."""

    verdict: Verdict
    own: Json

    def bodies(self) -> list[Json]:
        """Nothing more to ask."""
        return []

    def answer(self, replies: Sequence[Json]) -> Json:
        """The engine's answer."""
        return self.own


@dataclass(frozen=True, slots=True)
class Alone:
    """The vectors' leg failed: the body goes on as it is."""

    verdict: Verdict
    body: Json

    def bodies(self) -> list[Json]:
        """The body itself."""
        return [self.body]

    def answer(self, replies: Sequence[Json]) -> Json:
        """What the engine says to it."""
        return replies[0]


@dataclass(frozen=True, slots=True)
class Blended:
    """Both legs answered: what is left is to fetch one page."""

    verdict: Verdict
    plan: Hybrid
    engine: Engine
    own: Json
    legs_took_ms: int
    ranking: Ranking

    def bodies(self) -> list[Json]:
        """The page's hits, what lies behind the window, and vectors to explain by.

        An empty page is asked for too: the cluster may refuse what it should have fetched.
        """
        body, field = self.plan.body, self.plan.target.contract.vector_field
        found = [page_leg(body, self._ids, vector_field=field)]
        if self._tail is not None:
            found.append(
                tail_leg(
                    body,
                    self._tail,
                    shown=[name for name, _ in self.ranking.hits],
                    groups=[self.ranking.groups.get(name) for name, _ in self.ranking.hits],
                    vector_field=field,
                )
            )
        if self._ids and body.get("explain") is True:
            found.append(vectors_body(self.engine, field, self._ids))
        return found

    def answer(self, replies: Sequence[Json]) -> Json:
        """The own leg's answer with the page's hits."""
        for reply in replies:
            if "error" in reply:
                return reply
        left = list(replies)
        hits = self._page_hits(left.pop(0), left)
        if self._tail is not None:
            hits += self._tail_hits(left[0])
        for hit in hits:
            hide_fields(hit, self.plan.body, vector_field=self.plan.target.contract.vector_field)
        return self._whole(hits, replies)

    @property
    def _page(self) -> Page:
        return page_of(self.plan.body)

    @property
    def _shown(self) -> list[tuple[str, float]]:
        page = self._page
        return self.ranking.hits[page.start : page.start + page.size]

    @property
    def _ids(self) -> list[str]:
        return [name for name, _ in self._shown]

    @property
    def _tail(self) -> Page | None:
        """The part of the page behind the blended hits; None where the own leg has no more."""
        start = max(self._page.start - len(self.ranking.hits), 0)
        size = self._page.size - len(self._shown)
        return Page(size, start) if size and len(self.ranking.own) >= WINDOW else None

    @property
    def _is_sorted(self) -> bool:
        return any(self.ranking.ties.values())

    def _page_hits(self, page: Json, others: Sequence[Json]) -> list[Json]:
        rows: Mapping[str, Json] = {row["_id"]: row for row in page["hits"]["hits"]}
        explain = None
        if self._ids and self.plan.body.get("explain") is True:
            explain = Explain(self.plan, self.ranking, others[-1]["hits"]["hits"])
        hits = []
        for name, score in self._shown:
            if name in rows:
                hit = self._scored(rows[name], score, self.ranking.ties[name])
                if explain is not None:
                    hit["_explanation"] = explain(name, score, hit.get("_explanation"))
                hits.append(hit)
        return hits

    def _tail_hits(self, tail: Json) -> list[Json]:
        """Scored below all blended hits, in proportion to the scores of the own query."""
        lowest = self.ranking.hits[-1][1] if self.ranking.hits else 0.0
        least = min(self.ranking.own.values())
        scale = lowest / least if least > 0 else 0.0
        hits = []
        for row in tail["hits"]["hits"]:
            score = min(scale * (row["_score"] or 0.0), lowest)
            hit = self._scored(row, score, row.get("sort", [])[1:])
            if "_explanation" in hit:
                hit["_explanation"] = explain_tail(score, hit["_explanation"])
            hits.append(hit)
        return hits

    def _scored(self, row: Json, score: float, ties: Sequence[Any]) -> Json:
        scored = {name: value for name, value in row.items() if name != "sort"}
        scored["_score"] = score
        return {**scored, "sort": [score, *ties]} if self._is_sorted else scored

    def _whole(self, hits: list[Json], replies: Sequence[Json]) -> Json:
        found = dict(self.own["hits"])
        top = self.ranking.hits[0][1] if self.ranking.hits else None
        has_none = found["hits"] and found.get("max_score") is None
        found["max_score"] = None if has_none else top
        found["hits"] = hits
        total = found.get("total")
        if isinstance(total, dict) and hits and self._page.start + len(hits) > total["value"]:
            found["total"] = {**total, "relation": "gte"}
        took = self.legs_took_ms + max((reply["took"] for reply in replies), default=0)
        is_late = any(reply.get("timed_out") for reply in (self.own, *replies))
        return {**self.own, "took": took, "timed_out": is_late, "hits": found}


Step = Settled | Alone | Blended


def after_legs(plan: Hybrid, engine: Engine, own: Json, near: Json) -> Step:
    """What follows from the legs' answers."""
    if "error" in own:
        return Settled(Verdict(), own)
    if "error" in near:
        kind, reason = error_of(near)
        degraded = f"The search by vector failed ({kind}): {reason}."
        return Alone(Verdict("the search by vector failed", degraded), plan.body)
    found = own_hits(own, plan.body)
    nearest = near_hits(near, plan.body, engine=engine, bias=plan.vector.bias)
    ranking = rank(
        found,
        nearest,
        shares=plan.shares,
        blending=plan.blending,
        sort=plan.body.get("sort"),
    )
    problems = [plan.problem, _missing(near, lacks_all=bool(found.scores and not nearest.scores))]
    verdict = Verdict(degraded=" ".join(problem for problem in problems if problem) or None)
    return Blended(verdict, plan, engine, own, max(own["took"], near["took"]), ranking)


def _missing(near: Json, *, lacks_all: bool) -> str | None:
    """Why the vectors' leg may lack hits. Whatever the own query finds meets its constraints."""
    if near.get("timed_out") or near.get("_shards", {}).get("failed"):
        return "A part of the index did not answer the search by vector."
    return NO_VECTORS if lacks_all else None
