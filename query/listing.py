"""What passes the filters, where nothing is said to rank it by: a shop's category page."""

from collections.abc import Sequence

from diptych.client import Json
from diptych.query.criteria import Filter
from diptych.query.filters import filter_clauses
from diptych.query.ranking.boosts import Boost, DecayBoost, ValueBoost
from diptych.query.ranking.readings import duration_s
from diptych.query.values import boosted_field


def listing_query(passing: Json | None, boosts: Sequence[Boost], properties: Json) -> Json:
    """All that passes; where there are boosts, those come first that they will raise most.

    The engine only has to find the first window: `diptych.query.ranking` then adds the boosts up.
    Values and decays are the engine's own, a saturation is taken by its logarithm, and boosts that
    take away are left to the window.

    Raises:
        UsageError: a field or a value that cannot be boosted by.
    """
    everything: Json = {"bool": {"filter": [passing or {"match_all": {}}]}}
    functions = [_function(each, properties) for each in boosts if each.weight > 0]
    if not functions:
        return everything
    return {
        "function_score": {
            "query": everything,
            "functions": functions,
            "score_mode": "sum",
            "boost_mode": "replace",
        }
    }


def _function(boost: Boost, properties: Json) -> Json:
    """What the engine adds; a product without a value gets nothing, as with us."""
    name = boosted_field(boost, properties).name
    if isinstance(boost, ValueBoost):
        clauses = filter_clauses([Filter(boost.field, boost.value)], properties)
        return {"filter": clauses[0], "weight": boost.weight}
    if isinstance(boost, DecayBoost):
        has_value = {"exists": {"field": name}}
        return {boost.shape: {name: _decay(boost)}, "filter": has_value, "weight": boost.weight}
    factor = {"field": name, "factor": 1 / boost.pivot, "modifier": "log1p"}
    # The engine refuses to take the logarithm of what is below 0.
    can_add = {"range": {name: {"gte": 0}}}
    return {"field_value_factor": factor, "filter": can_add, "weight": boost.weight}


def _decay(boost: DecayBoost) -> Json:
    decay: Json = {
        "origin": boost.origin,
        "scale": _length(boost.scale),
        "decay": boost.decay,
    }
    return {**decay, "offset": _length(boost.offset)} if boost.offset else decay


def _length(length: float | str) -> float | str:
    """The engine reads no broken units of time."""
    return f"{round(1_000 * duration_s(length))}ms" if isinstance(length, str) else length
