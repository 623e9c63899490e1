"""What a caller wants to find."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diptych.query.blend import MIN_MAX, Blending
from diptych.query.criteria import Facet, Filter, Range, Sort
from diptych.query.kinds import kinds_of
from diptych.query.ranking.boosts import Boost
from diptych.query.request_checks import check_request
from diptych.query.weights import (
    FOR_BOTH,
    FOR_IMAGE,
    FOR_LIKE,
    FOR_TEXT,
    Weights,
    resolve_weights,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search: words, a picture, products, or several of them; or everything within filters.

    Args:
        text: the shopper's words.
        image: the bytes of a picture file.
        like: ids of products whose neighbours are wanted; they are not among the hits.
        not_text: what the hits should not be or show.
        not_image: the bytes of a picture of what the hits should not look like.
        not_like: ids of products whose neighbours are not wanted; they are not among the hits.
        prefer: ids of products that this shopper liked: hits like them move up.
        avoid: ids of products that this shopper disliked: hits like them move down.
        filters: all must hold; filters on one field are alternatives.
        facets: fields whose values are counted among the documents that `total` counts.
        sort: orders the hits by fields in place of the score.
        size: hits on the page, 1 to 200.
        from_: hits before the page; the page must end by the 10,000th.
        weights: names of `Weights` to numbers; one left out keeps its default.
        profile: of the index, whose weights are the defaults then; `none` for the built-in ones.
        blending: how the rankings by words and by vector become one; min-max unless said, here
            or by the profile.
        collapse: a field of which each value is shown once, by its best hit.
        diversity: 0 orders by score alone, 1 shows what differs most first.
        boosts: what raises the blended score.
        rerank: a search by words has its first so many hits, up to 200, ordered anew by a
            cross-encoder; 0 leaves the order.
        pinned: ids shown first, in this order, wherever they pass the filters.
        buried: ids moved below all others of the window.
        min_score: hits with a lower score are left out.
        highlight: show where the words stand, as HTML with the matches in `<em>`.
        explain: split each score into its parts.
        source_fields: fields to show, `*` allowed; none named shows all that may be shown.
        timeout_s: time budget; models too slow for it are done without.

    Raises:
        UsageError: nothing to search for, or a value out of its range.
    """

    text: str | None = None
    image: bytes | None = None
    like: tuple[str, ...] = ()
    not_text: str | None = None
    not_image: bytes | None = None
    not_like: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    filters: tuple[Filter | Range, ...] = ()
    facets: tuple[Facet, ...] = ()
    sort: tuple[Sort, ...] = ()
    size: int = 10
    from_: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    profile: str | None = None
    blending: Blending | None = None
    collapse: str | None = None
    diversity: float = 0.0
    boosts: tuple[Boost, ...] = ()
    rerank: int = 0
    pinned: tuple[str, ...] = ()
    buried: tuple[str, ...] = ()
    min_score: float | None = None
    highlight: bool = False
    explain: bool = False
    source_fields: tuple[str, ...] = ()
    timeout_s: float | None = None

    def __post_init__(self) -> None:
        check_request(self)

    @property
    def words(self) -> str | None:
        """The text without blanks around it; None where it is blank."""
        return _stripped(self.text)

    @property
    def unwanted_words(self) -> str | None:
        """`not_text` without blanks around it; None where it is blank."""
        return _stripped(self.not_text)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to rank by: words, pictures or products."""
        return self.needs_encoder or bool(self.product_ids)

    @property
    def browses(self) -> bool:
        """Whether, where nothing is said, what passes the filters is to be shown."""
        return bool(self.filters or self.facets or self.sort or self.boosts or self.pinned)

    @property
    def product_ids(self) -> tuple[str, ...]:
        """The products whose stored vectors take part."""
        return (*self.like, *self.not_like, *self.prefer, *self.avoid)

    @property
    def needs_encoder(self) -> bool:
        """Whether anything has to become a vector."""
        return bool(self.words or self.image or self.unwanted_words or self.not_image)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is asked by, the narrowest kind first; see `diptych.query.kinds`."""
        return kinds_of(text=self.words, has_image=bool(self.image), like=self.like)

    @property
    def resolved_weights(self) -> Weights:
        """The weights that hold: those chosen, and the defaults of this kind of search."""
        return resolve_weights(self.weights, self._default_weights)

    @property
    def resolved_blending(self) -> Blending:
        """The blending that holds: the chosen one, or min-max."""
        return self.blending or MIN_MAX

    @property
    def _default_weights(self) -> Weights:
        if self.like:
            return FOR_LIKE
        if self.image:
            return FOR_BOTH if self.words else FOR_IMAGE
        return FOR_TEXT if self.words else FOR_LIKE


def _stripped(text: str | None) -> str | None:
    return (text or "").strip() or None
