"""A hit's `_explanation`: the parts of its blended score in the engine's form."""

from collections.abc import Mapping, Sequence
from typing import Any

from diptych.client import Json
from diptych.query.dropin.order import Ranking
from diptych.query.dropin.plan import Hybrid
from diptych.query.explain import KEYWORDS, OFFSET, BlendExplainer, vector_parts

_SAID = {
    KEYWORDS: "the body's own query: its share of the weights times its normalised score",
    "text": "the vector of the product's words",
    "image": "the vector of the product's picture",
    "agreement": "how well the product's picture fits its words",
    OFFSET: "the offset of the normalisation",
}


class Explain:
    """Explains the hits of one page."""

    def __init__(self, plan: Hybrid, ranking: Ranking, rows: Sequence[Json]) -> None:
        """Takes hits whose `_source` holds the vectors."""
        field = plan.target.contract.vector_field
        self._parts = vector_parts(
            [row for row in rows if row.get("_source", {}).get(field)], plan.vector, field=field
        )
        self._explain = BlendExplainer(
            ranking.own, ranking.near, shares=plan.shares, blending=plan.blending
        )

    def __call__(self, name: str, score: float, own: Any) -> Json:
        """The explanation of a hit.

        Args:
            own: the engine's explanation of the body's own query.
        """
        explanation = self._explain(name, self._parts.get(name))
        details = [
            _detail(part, value, explanation.raw, own) for part, value in explanation.parts.items()
        ]
        said = "blended by Diptych, sum of:"
        if explanation.note is not None:
            said = f"{said} ({explanation.note})"
        return {"value": score, "description": said, "details": details}


def _detail(part: str, value: float, raw: Mapping[str, float | None], own: Any) -> Json:
    said = f"{part}: {_SAID.get(part, part)}"
    if raw.get(part) is not None:
        said = f"{said} (before it: {raw[part]:g})"
    details = [own] if part == KEYWORDS and own is not None else []
    return {"value": value, "description": said, "details": details}


def explain_tail(score: float, own: Json) -> Json:
    """The explanation of a hit that lies behind the window."""
    said = "behind the blended hits, in the order of the body's own query:"
    return {"value": score, "description": said, "details": [own]}
