"""The engine's rows as the hits that a caller sees."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from diptych.client import Json
from diptych.contract import IndexContract
from diptych.query.explain import vector_parts
from diptych.query.highlight import matched_terms, passages
from diptych.query.request import SearchRequest
from diptych.query.response import Explanation, Hit
from diptych.query.vector import QueryVector


class Presenter:
    """Makes the hits of one page."""

    def __init__(
        self,
        rows: Sequence[Json],
        contract: IndexContract,
        request: SearchRequest,
        vector: QueryVector | None,
    ) -> None:
        """Takes the page's rows, whose `_source` holds the vector where scores are explained."""
        self._contract = contract
        self._request = request
        explains = vector is not None and request.explain
        self._parts = (
            vector_parts(rows, vector, field=contract.vector_field)
            if explains and vector is not None
            else {}
        )

    def parts(self, name: str) -> Mapping[str, float]:
        """A document's share of the inner product by block; empty where it has no vector."""
        return self._parts.get(name, {})

    def hit(self, row: Json, score: float, why: Explanation | None) -> Hit:
        """One hit, with what was asked for."""
        source = dict(row.get("_source", {}))
        source.pop(self._contract.vector_field, None)
        if why is not None:
            why = replace(why, terms=matched_terms(row)) if self._request.explain else None
        highlight = passages(row, self._contract) if self._request.highlight else None
        return Hit(row["_id"], score, source, highlight=highlight, explain=why)
