"""A judged question: what is asked of an index, and how good each document answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from diptych.query.blend import Blending
from diptych.query.criteria import Filter, Range
from diptych.query.kinds import kinds_of
from diptych.query.request import SearchRequest

#: Document id -> grade, 0 and above; a document that is not named was not judged.
Grades = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Question:
    """One query of a query set.

    Attributes:
        id: how judgments name it.
        image: the file of a photo.
        like: ids of products whose neighbours are wanted.
        not_text: what the hits should not be or show.
        grades: of the documents that were judged for it.
    """

    id: str
    text: str | None = None
    image: Path | None = None
    like: tuple[str, ...] = ()
    not_text: str | None = None
    filters: tuple[Filter | Range, ...] = ()
    grades: Grades = field(default_factory=lambda: MappingProxyType({}))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is asked by, the narrowest kind first; see `diptych.query.kinds`."""
        return kinds_of(text=self.text, has_image=self.image is not None, like=self.like)

    @property
    def kind(self) -> str:
        """The widest kind."""
        return self.kinds[-1]

    @property
    def needs_encoder(self) -> bool:
        """Whether anything of it has to become a vector."""
        return bool(self.text or self.image or self.not_text)

    @property
    def title(self) -> str:
        """What is asked, in one line for people."""
        parts = [
            self.text,
            self.image and f"photo {self.image.name}",
            self.like and f"like {', '.join(self.like)}",
            self.not_text and f"not {self.not_text}",
        ]
        return ", ".join(part for part in parts if part)

    def request(
        self,
        *,
        size: int,
        weights: Mapping[str, float],
        blending: Blending | None = None,
        profile: str | None = None,
    ) -> SearchRequest:
        """The search for it.

        Raises:
            OSError: the photo's file cannot be read.
            UsageError: nothing is asked, or a value is out of its range.
        """
        return SearchRequest(
            text=self.text,
            image=self.image.read_bytes() if self.image else None,
            like=self.like,
            not_text=self.not_text,
            filters=self.filters,
            size=size,
            weights=weights,
            profile=profile,
            blending=blending,
        )
