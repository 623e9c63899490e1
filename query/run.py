"""Sends a plan to the cluster and reads the hits, by the way that fits plan and cluster."""

from collections.abc import Mapping
from dataclasses import dataclass

from diptych.client import Cluster, Json, error_of, path, to_ndjson
from diptych.errors import RefusedError
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.query.blend import Leg, Scores, blend
from diptych.query.explain import BlendExplainer, explain_keywords, explain_vector, vector_parts
from diptych.query.page import WINDOW
from diptych.query.plan import Plan, leg_bodies, native_body, page_bodies, single_body
from diptych.query.response import Explanation, Hit
from diptych.query.vector import QueryVector


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits and the number of documents behind it."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs plans against one index. `vector` is the query vector of the plan's vector leg."""

    cluster: Cluster
    engine: Engine
    target: Target
    plan: Plan
    vector: QueryVector | None
    explain: bool

    def single(self) -> Found:
        """A plan with one leg: the score is the leg's own, a BM25 score or an inner product."""
        answer = self._search(single_body(self.plan))
        rows: list[Json] = answer["hits"]["hits"]
        parts = self._parts(rows)
        hits = []
        for row in rows:
            score = row["_score"]
            if self.vector is not None and self.plan.nearest is not None:
                score = self.engine.inner_product(score) - self.vector.bias
                why = explain_vector(score, parts.get(row["_id"], {}))
            else:
                why = explain_keywords(score)
            hits.append(self._hit(row, score, why))
        return Found(tuple(hits), answer["hits"]["total"]["value"])

    def native(self) -> Found:
        """The engine blends; it cannot say what a score is made of."""
        answer = self._search(native_body(self.plan))
        hits = tuple(self._hit(row, row["_score"], None) for row in answer["hits"]["hits"])
        return Found(hits, answer["hits"]["total"]["value"])

    def blended(self) -> Found:
        """We blend the first `WINDOW` hits of each leg, and fetch the page's sources after."""
        keywords, candidates = (_scores(leg) for leg in self._msearch(*leg_bodies(self.plan)))
        nearest = dict(list(candidates.items())[:WINDOW])
        shares = self.plan.shares
        ranked = blend([Leg(keywords, shares[0]), Leg(nearest, shares[1])])
        page = ranked[self.plan.from_ : self.plan.from_ + self.plan.size]
        sources, count = self._msearch(
            *page_bodies(self.plan, [name for name, _ in page], list(candidates))
        )
        rows = {row["_id"]: row for row in sources["hits"]["hits"]}
        parts = self._parts(list(rows.values()))
        why = BlendExplainer(keywords, nearest, shares=shares)
        hits = tuple(
            self._hit(rows[name], score, why(name, parts.get(name)))
            for name, score in page
            if name in rows
        )
        return Found(hits, count["hits"]["total"]["value"])

    def _parts(self, rows: list[Json]) -> dict[str, Mapping[str, float]]:
        if self.vector is None or not self.explain:
            return {}
        return vector_parts(rows, self.vector, field=self.target.contract.vector_field)

    def _hit(self, row: Json, score: float, why: Explanation | None) -> Hit:
        source = dict(row.get("_source", {}))
        source.pop(self.target.contract.vector_field, None)
        return Hit(row["_id"], score, source, explain=why if self.explain else None)

    def _search(self, body: Json) -> Json:
        answer: Json = self.cluster.call("POST", path(self.target.name, "_search"), body=body)
        return answer

    def _msearch(self, *bodies: Json) -> list[Json]:
        lines = [line for body in bodies for line in ({}, body)]
        answer = self.cluster.call(
            "POST", path(self.target.name, "_msearch"), body=to_ndjson(lines)
        )
        responses: list[Json] = answer["responses"]
        for response in responses:
            if "error" in response:
                kind, reason = error_of(response)
                raise RefusedError(f"The cluster refuses a leg of the search ({kind}): {reason}.")
        return responses


def _scores(answer: Json) -> Scores:
    return {row["_id"]: row["_score"] for row in answer["hits"]["hits"]}
