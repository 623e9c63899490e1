"""The scores of one search before anything is moved, and where each comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from diptych.query.blend import Leg, blend
from diptych.query.explain import BlendExplainer, explain_keywords, explain_vector
from diptych.query.legs import Legs
from diptych.query.plan import Plan
from diptych.query.ranking.candidates import Candidate
from diptych.query.request import SearchRequest
from diptych.query.response import Explanation


@dataclass(frozen=True, slots=True)
class Scoring:
    """Ids and scores, best first.

    Two legs are blended, and so is one that boosts are to be added to: then a boost weighs the
    same in every search. One leg alone keeps its own scores.
    """

    scores: Mapping[str, float]
    explainer: BlendExplainer | None
    is_by_vector: bool

    @property
    def is_own(self) -> bool:
        """Whether the scores are the leg's own."""
        return self.explainer is None

    def explain(self, one: Candidate, parts: Mapping[str, float]) -> Explanation:
        """Where a document's score comes from.

        Args:
            parts: its blocks' shares of the inner product; empty where it has no vector.
        """
        if self.explainer is not None:
            return self.explainer(one.id, parts or None, boosts=one.parts)
        return explain_own(one.score, parts, is_by_vector=self.is_by_vector)


def explain_own(score: float, parts: Mapping[str, float], *, is_by_vector: bool) -> Explanation:
    """Where the score of a leg alone comes from."""
    return explain_vector(score, parts) if is_by_vector else explain_keywords(score)


def score_legs(legs: Legs, plan: Plan, request: SearchRequest) -> Scoring:
    """The scores that the plan's legs make."""
    is_by_vector = plan.keywords is None
    if not (plan.is_hybrid or request.boosts):
        return Scoring(legs.nearest if is_by_vector else legs.keywords, None, is_by_vector)
    shares = plan.shares if plan.is_hybrid else (float(not is_by_vector), float(is_by_vector))
    # A listing has no scores of its own: it is the boosts that rank it.
    keywords = {} if plan.is_listing else legs.keywords
    blending = request.resolved_blending
    blended = blend([Leg(keywords, shares[0]), Leg(legs.nearest, shares[1])], blending=blending)
    scores = dict.fromkeys(legs.keywords, 0.0) if plan.is_listing else dict(blended)
    explainer = BlendExplainer(keywords, legs.nearest, shares=shares, blending=blending)
    return Scoring(scores, explainer, is_by_vector)
