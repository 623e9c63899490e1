"""One answered query as a person saw it, and what they did with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Click:
    """A document that was chosen, and seconds after the answer; its action as UBI names it."""

    id: str
    delay_s: float
    action: str = "click"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer and its clicks.

    Attributes:
        query_id: of the answer.
        query: what was asked, equal for equal questions.
        ids: of the hits, best first, from `first_rank` on.
        first_rank: rank of the first hit, from 1.
        profile: what the weights were chosen by.
        client: who asked, as an opaque name; None where that is not known.
        teams: hit id -> profile, where two profiles were interleaved.
        is_plain: whether the words alone were asked by, without filters or anything that moves
            hits.
    """

    query_id: str
    query: str
    at: datetime
    ids: Sequence[str]
    first_rank: int = 1
    profile: str = "default"
    client: str | None = None
    clicks: Sequence[Click] = ()
    teams: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_plain: bool = True

    @property
    def clicked(self) -> frozenset[str]:
        """Ids of the hits that were chosen."""
        return frozenset(click.id for click in self.clicks)

    def rank(self, document: str) -> int | None:
        """The rank of a hit, from 1; None for what is not among them."""
        try:
            return self.first_rank + list(self.ids).index(document)
        except ValueError:
            return None
