"""Boosts and blendings as a person writes them on a command line."""

import re
from collections.abc import Callable, Sequence

from diptych.errors import UsageError
from diptych.query.blend import METHODS, Blending
from diptych.query.ranking.boosts import Boost, DecayBoost, SaturationBoost, ValueBoost
from diptych.query.ranking.readings import number_of

#: The field ends at the first sign, and the weight begins at the last colon.
_BOOST = re.compile(r"(?P<field>[^=/~]+)(?P<sign>[=/~])(?P<how>.+):(?P<weight>[^:]+)", re.DOTALL)


def parse_boost(text: str) -> Boost:
    """The boost in `FIELD=VALUE:WEIGHT`, `FIELD/PIVOT:WEIGHT` or `FIELD~ORIGIN,SCALE:WEIGHT`.

    Raises:
        UsageError: it has another form, or a value out of its range.
    """
    found = _BOOST.fullmatch(text.strip())
    weight = None if found is None else number_of(found["weight"])
    if found is None or weight is None:
        raise _unreadable(text)
    field, how = found["field"].strip(), found["how"].strip()
    if found["sign"] == "=":
        return ValueBoost(field, how, weight)
    if found["sign"] == "/":
        return SaturationBoost(field, _number(how, text), weight)
    origin, _, scale = (part.strip() for part in how.rpartition(","))
    if not origin:
        raise _unreadable(text)
    length = number_of(scale)
    if length is None:
        return DecayBoost(field, origin, scale, weight)
    return DecayBoost(field, _number(origin, text), length, weight)


def parse_blending(text: str) -> Blending:
    """The blending in `METHOD`, `rrf:RANK_CONSTANT` or `bounds:LOW,HIGH,LOW,HIGH`.

    Raises:
        UsageError: an unknown method, or a parameter that cannot be used.
    """
    method, _, parameters = text.strip().partition(":")
    numbers = [number_of(part) for part in parameters.split(",")] if parameters else []
    known = [number for number in numbers if number is not None]
    readers: dict[int, Callable[[Sequence[float]], Blending]] = {
        0: lambda _: _of_method(method),
        1: lambda rank: Blending("rrf", rank_constant=int(rank[0])),
        4: lambda b: Blending("bounds", bounds=((b[0], b[1]), (b[2], b[3]))),
    }
    n_expected = {"rrf": len(known) and 1, "bounds": 4}.get(method, 0)
    if len(known) != len(numbers) or len(known) != n_expected:
        raise UsageError(
            f"The blending {text!r} cannot be read: write one of {', '.join(METHODS)}, with its "
            "numbers where it has some: rrf:60, bounds:0,12,0,1."
        )
    return readers[len(known)](known)


def _of_method(method: str) -> Blending:
    return Blending(method)  # type: ignore[arg-type]


def _number(text: str, whole: str) -> float:
    number = number_of(text)
    if number is None:
        raise _unreadable(whole)
    return number


def _unreadable(text: str) -> UsageError:
    return UsageError(
        f"The boost {text!r} cannot be read: write FIELD=VALUE:WEIGHT, FIELD/PIVOT:WEIGHT or "
        "FIELD~ORIGIN,SCALE:WEIGHT, for example brand=Acme:0.2, sold/100:0.1 or "
        "released~now,30d:0.1."
    )
