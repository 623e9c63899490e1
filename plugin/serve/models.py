"""The JSON of the simple call: what a request may say, checked strictly.

Nothing in it is a query language, a script or an address: a shopper's browser may send it.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from diptych.images import MAX_IMAGE_BYTES
from diptych.query.page import MAX_RANK, WINDOW
from diptych.query.request_checks import MAX_FACET_VALUES, MAX_IDS, MAX_TEXT_CHARACTERS

#: Characters of the longest picture in base64.
MAX_IMAGE_CHARACTERS = 4 * ((MAX_IMAGE_BYTES + 2) // 3)
#: Titles that one call suggests, unless it asks for another number; and at most.
N_SUGGESTIONS = 8
MAX_SUGGESTIONS = 20
#: Fields, filters and the like that one request may name.
_MAX_CLAUSES = 100

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS)]
Picture = Annotated[
    str,
    Field(
        max_length=MAX_IMAGE_CHARACTERS,
        description="a JPEG, PNG, WebP or GIF file in base64",
        json_schema_extra={"format": "byte"},
    ),
]
Id = Annotated[str, Field(min_length=1, max_length=512)]
Ids = Annotated[list[Id], Field(max_length=MAX_IDS)]
FieldName = Annotated[str, Field(min_length=1, max_length=256)]
Value = Annotated[str, Field(max_length=1_024)] | bool | int | float
Name = Annotated[str, Field(min_length=1, max_length=100)]
Share = Annotated[float, Field(ge=0, le=1)]


def _say_nullable(schema: dict[str, Any]) -> None:
    """Write into a form's description that each optional field may be null."""
    for name in schema["properties"].keys() - schema.get("required", []):
        said = schema["properties"][name]
        words = {key: said.pop(key) for key in ("title", "description", "default") if key in said}
        forms = said.pop("anyOf", None) or [dict(said)]
        null = {"type": "null"}
        schema["properties"][name] = {"anyOf": [*(f for f in forms if f != null), null], **words}


class _Strict(BaseModel):
    """Exactly its fields and their types; an optional field that is null is left out."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, json_schema_extra=_say_nullable
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_nulls_out(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        optional = {
            field.alias or name
            for name, field in cls.model_fields.items()
            if not field.is_required()
        }
        return {
            name: value for name, value in said.items() if value is not None or name not in optional
        }


class Unwanted(_Strict):
    """What the hits should not be or look like."""

    text: Text | None = None
    image: Picture | None = None
    like: Id | Ids | None = Field(default=None, description="ids of products")


class Bounds(_Strict):
    """A range of values: numbers, or dates as the field writes them."""

    gte: Value | None = Field(default=None, description="at least")
    gt: Value | None = Field(default=None, description="more than")
    lte: Value | None = Field(default=None, description="at most")
    lt: Value | None = Field(default=None, description="less than")


class Counted(_Strict):
    """A field whose values are counted."""

    field: FieldName
    size: int = Field(
        default=10, ge=1, le=MAX_FACET_VALUES, description="how many, the most frequent"
    )


class WeightsBody(_Strict):
    """How much each source of evidence counts; only their ratios matter."""

    keywords: float | None = Field(default=None, ge=0, le=1_000)
    text: float | None = Field(default=None, ge=0, le=1_000)
    image: float | None = Field(default=None, ge=0, le=1_000)
    agreement: float | None = Field(default=None, ge=0, le=1_000)


class BlendingBody(_Strict):
    """How the two rankings become one."""

    method: Literal["min_max", "z_score", "rrf", "bounds"]
    rank_constant: int | None = Field(default=None, ge=1, le=10_000, description="of rrf")
    bounds: list[list[float]] | None = Field(
        default=None,
        description="of bounds: lowest and highest score of the keywords and of the vectors",
    )


class Decay(_Strict):
    """A value falls from 1 at the origin to `decay` at a distance of `scale`."""

    origin: Annotated[str, Field(max_length=64)] | int | float
    scale: Annotated[str, Field(max_length=64)] | int | float = Field(
        description='a number, or a time such as "30d"'
    )
    decay: float = Field(default=0.5, gt=0, lt=1)
    shape: Literal["gauss", "exp", "linear"] = "gauss"


class BoostBody(_Strict):
    """Raises scores by a field: its `value`, its `decay` from an origin, or up to a `pivot`."""

    field: FieldName
    weight: float = Field(description="what a perfect match adds to the score")
    value: Value | None = None
    decay: Decay | None = None
    pivot: float | None = Field(default=None, gt=0, description="the number that is worth half")


class Page(_Strict):
    """What hits are narrowed and ordered by, and how they are shown."""

    filters: dict[str, Value | list[Value] | Bounds] = Field(
        default={}, max_length=_MAX_CLAUSES, description="field -> value, alternatives, or a range"
    )
    facets: list[FieldName | Counted] = Field(default=[], max_length=_MAX_CLAUSES)
    sort: list[FieldName] = Field(
        default=[], max_length=_MAX_CLAUSES, description='fields; "-price" begins with the highest'
    )
    size: int = Field(default=10, ge=1, le=WINDOW)
    from_: int = Field(default=0, ge=0, lt=MAX_RANK, alias="from")
    weights: WeightsBody = WeightsBody()
    profile: FieldName | None = Field(
        default=None, description="of the index's tuned weights; none for the built-in ones"
    )
    blending: Literal["min_max", "z_score", "rrf"] | BlendingBody | None = Field(
        default=None, description="min_max, unless a tuned profile says otherwise"
    )
    collapse: FieldName | None = Field(default=None, description="one hit for each of its values")
    diversity: Share = 0.0
    boosts: list[BoostBody] = Field(default=[], max_length=_MAX_CLAUSES)
    rerank: int = Field(
        default=0,
        ge=0,
        le=WINDOW,
        description="so many first hits, ordered anew by a cross-encoder",
    )
    pinned: Ids = Field(default=[], description="ids shown first")
    buried: Ids = Field(default=[], description="ids moved below the others")
    min_score: float | None = None
    highlight: bool = False
    explain: bool = False
    fields: list[FieldName] = Field(
        default=[], max_length=_MAX_CLAUSES, description="fields to show"
    )


class SimilarBody(Page):
    """A search for what resembles one product."""

    not_: Unwanted = Field(default=Unwanted(), alias="not")
    prefer: Ids = []
    avoid: Ids = []
    client: Name | None = Field(
        default=None,
        description="an opaque name of one shopper's browser, never a person's; "
        "recorded where the server records feedback",
    )


class EventBody(_Strict):
    """What somebody did with a hit of an answer."""

    query_id: Name = Field(description="of the answer")
    action: Literal[
        "click", "click_through", "add_to_cart", "purchase", "view", "watch", "impression"
    ] = "click"
    id: Id = Field(description="of the hit")
    position: int = Field(ge=1, le=MAX_RANK, description="its place on the page, from 1")
    session: Name | None = Field(default=None, description="an opaque name, never a person's")


class SearchBody(SimilarBody):
    """A search by words, picture, products, or several of them."""

    text: Text | None = Field(default=None, description="the shopper's words")
    image: Picture | None = None
    like: Id | Ids | None = Field(
        default=None, description="ids of products whose neighbours are wanted"
    )
    prefer: Ids = Field(default=[], description="ids of products that this shopper liked")
    avoid: Ids = Field(default=[], description="ids of products that this shopper disliked")


class SuggestBody(_Strict):
    """The beginning of a shopper's words."""

    text: Text
    size: int = Field(default=N_SUGGESTIONS, ge=1, le=MAX_SUGGESTIONS)
