"""What a caller wants to find."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diptych.errors import UsageError
from diptych.query.weights import (
    FOR_BOTH,
    FOR_IMAGE,
    FOR_LIKE,
    FOR_TEXT,
    Weights,
    check_any,
    check_weights,
    resolve_weights,
)

#: Hits of each leg that take part in the blend, and so the last rank that can be asked for.
WINDOW = 200
#: A shopper's words are short; what is longer is a paste, and costs the cluster a clause a word.
MAX_TEXT_CHARACTERS = 512


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must have a value; filters on one field are alternatives."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search: words, a picture, a product, or several of them.

    Args:
        text: the shopper's words.
        image: the bytes of a picture file.
        like: id of a product whose neighbours are wanted; it is not among the hits.
        not_text: what the hits should not be or show.
        filters: all fields named here must match.
        weights: names of `Weights` to numbers; one left out keeps its default.
        size: hits on the page, 1 to 200.
        from_: hits before the page; the page must end by the 200th.
        explain: split each score into its parts.
        source_fields: fields to show, `*` allowed; none named shows all that may be shown.

    Raises:
        UsageError: nothing to search for, or a value out of its range.
    """

    text: str | None = None
    image: bytes | None = None
    like: str | None = None
    not_text: str | None = None
    filters: tuple[Filter, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    size: int = 10
    from_: int = 0
    explain: bool = False
    source_fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.words or self.image or self.like):
            raise UsageError("There is nothing to search for: give words, a picture or a product.")
        _check_text("text", self.text)
        _check_text("text to avoid", self.not_text)
        for name, value in (
            ("product id", self.like),
            *((f"value of the filter {f.field!r}", f.value) for f in self.filters),
            *(("field name", f.field) for f in self.filters),
            *(("field name", name) for name in self.source_fields),
        ):
            _check_unicode(name, value)
        check_weights(self.weights)
        check_any(self.resolved_weights)
        _check_page(self.size, self.from_)

    @property
    def words(self) -> str | None:
        """The text without blanks around it; None where it is blank."""
        return _stripped(self.text)

    @property
    def avoid(self) -> str | None:
        """`not_text` without blanks around it; None where it is blank."""
        return _stripped(self.not_text)

    @property
    def resolved_weights(self) -> Weights:
        """The weights that hold: those chosen, and the defaults of this kind of search."""
        return resolve_weights(self.weights, self._default_weights)

    @property
    def _default_weights(self) -> Weights:
        if self.like:
            return FOR_LIKE
        if self.image:
            return FOR_BOTH if self.words else FOR_IMAGE
        return FOR_TEXT

    @property
    def needs_encoder(self) -> bool:
        """Whether anything has to become a vector."""
        return bool(self.words or self.image or self.avoid)


def parse_filter(text: str) -> Filter:
    """The filter in `FIELD=VALUE`.

    Raises:
        UsageError: it has no `=`, or no field.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"The filter {text!r} cannot be read: write FIELD=VALUE.")
    return Filter(name.strip(), value.strip())


def _stripped(text: str | None) -> str | None:
    return (text or "").strip() or None


def _check_text(name: str, text: str | None) -> None:
    _check_unicode(name, text)
    if text is not None and len(text) > MAX_TEXT_CHARACTERS:
        raise UsageError(
            f"The {name} has {len(text)} characters: use at most {MAX_TEXT_CHARACTERS}."
        )


def _check_unicode(name: str, text: str | None) -> None:
    try:
        (text or "").encode("utf-8")
    except UnicodeEncodeError as err:
        raise UsageError(f"The {name} {text!r} is not valid UTF-8: type it again.") from err


def _check_page(size: int, from_: int) -> None:
    if not 1 <= size <= WINDOW:
        raise UsageError(f"A page of {size} hits cannot be made: use a size of 1 to {WINDOW}.")
    if from_ < 0:
        raise UsageError(f"A page cannot begin after {from_} hits: use 0 or more.")
    if from_ + size > WINDOW:
        raise UsageError(
            f"Hits {from_ + 1} to {from_ + size} are not ranked: a page must lie within the "
            f"first {WINDOW}; narrow the search by words or filters."
        )
