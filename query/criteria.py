"""What a shopper narrows and orders hits by: filters, ranges, facets, sorts."""

from dataclasses import dataclass

from diptych.errors import UsageError

#: A value that a field can be compared with.
Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must have a value; filters on one field are alternatives."""

    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Range:
    """A field that must lie between bounds: at least, more than, at most, less than.

    Numbers, dates and words can be compared; ranges on one field must all hold.

    Raises:
        UsageError: no bound, or two for the same side.
    """

    field: str
    gte: Value | None = None
    gt: Value | None = None
    lte: Value | None = None
    lt: Value | None = None

    def __post_init__(self) -> None:
        if not self.bounds:
            raise UsageError(f"The range of {self.field!r} has no bound: give gte, gt, lte or lt.")
        for at, beyond in (("gte", "gt"), ("lte", "lt")):
            if at in self.bounds and beyond in self.bounds:
                raise UsageError(
                    f"The range of {self.field!r} has both {at} and {beyond}: keep one of the two."
                )

    @property
    def bounds(self) -> dict[str, Value]:
        """The bounds that are given, by the engine's names."""
        bounds = {"gte": self.gte, "gt": self.gt, "lte": self.lte, "lt": self.lt}
        return {name: bound for name, bound in bounds.items() if bound is not None}


@dataclass(frozen=True, slots=True)
class Facet:
    """A field whose values are to be counted; `size` is how many values, the most frequent."""

    field: str
    size: int = 10


@dataclass(frozen=True, slots=True)
class Sort:
    """A field that orders the hits; a product without a value comes last."""

    field: str
    descending: bool = False


#: In this order, so that `>=` is not read as `>`.
_BOUNDS = ((">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt"))


def parse_filter(text: str) -> Filter | Range:
    """The filter in `FIELD=VALUE`, or the range in `FIELD>=VALUE` (also `>`, `<`, `<=`).

    Raises:
        UsageError: it has no sign, or no field.
    """
    at, sign = min(
        ((text.find(sign), sign) for sign in (">", "<", "=") if sign in text), default=(0, "")
    )
    name, value = text[:at].strip(), text[at + 1 :]
    if not name:
        raise UsageError(
            f"The filter {text!r} cannot be read: write FIELD=VALUE, or FIELD>=NUMBER."
        )
    if sign == "=":
        return Filter(name, value.strip())
    sign += "=" if value.startswith("=") else ""
    return Range(name, **{dict(_BOUNDS)[sign]: value.removeprefix("=").strip()})


def parse_facet(text: str) -> Facet:
    """The facet in `FIELD` or `FIELD:SIZE`.

    Raises:
        UsageError: the size is no number.
    """
    name, colon, size = text.partition(":")
    if not colon:
        return Facet(name.strip())
    try:
        return Facet(name.strip(), int(size))
    except ValueError as err:
        raise UsageError(
            f"The facet {text!r} cannot be read: write FIELD or FIELD:NUMBER."
        ) from err


def parse_sort(text: str) -> Sort:
    """The order in `FIELD`, or `-FIELD` for the highest first."""
    return Sort(text.strip().removeprefix("-"), text.strip().startswith("-"))
