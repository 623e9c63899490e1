"""The demonstration's six searches, and what the catalogue says is right for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from diptych.errors import CatalogError
from diptych.plugin.demo.collection import Facts
from diptych.plugin.demo.looks import Look
from diptych.plugin.demo.shots import Shot, jpeg

#: Every search shows this many answers.
N_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Photo:
    """A snapshot of something that the catalogue does not have in this form."""

    name: str
    look: Look
    seed: int

    def jpeg(self) -> bytes:
        """The file's bytes, drawn anew with the same pixels each time."""
        buffer = BytesIO()
        jpeg(Shot(self.name, self.look, self.seed, is_studio=False), buffer)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class DemoSearch:
    """One search, and the attribute values that make an answer `right` or `wrong`.

    `needs_meaning` marks the search whose words occur in no record: keywords find nothing.
    """

    title: str
    right: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    photo: Photo | None = None
    like: str | None = None
    negative_text: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    needs_meaning: bool = False
    n_required: int = 4

    def is_right(self, facts: Facts) -> bool:
        """Whether a document with these facts is what was meant."""
        return all(facts.get(name) == value for name, value in self.right.items()) and not any(
            facts.get(name) == value for name, value in self.wrong.items()
        )


@dataclass(frozen=True, slots=True)
class JudgedSearch:
    """`marks` tells for each answer shown, in order, whether it is right."""

    marks: tuple[bool, ...]
    n_required: int

    @property
    def n_right(self) -> int:
        """Right answers among those shown."""
        return sum(self.marks)

    @property
    def is_passed(self) -> bool:
        """Whether enough of them are right."""
        return self.n_required <= self.n_right


_GREEN_BACKPACK = Photo("green-backpack", Look("backpack", "green", "dots"), seed=884)
_YELLOW_HANDBAG = Photo("yellow-handbag", Look("handbag", "yellow", "plain"), seed=887)
_LIKED = MappingProxyType({"kind": "cushion", "colour": "blue", "pattern": "stripes"})


def demo_searches(truth: Mapping[str, Facts]) -> tuple[DemoSearch, ...]:
    """The six searches for a catalogue of 100 products or more.

    Raises:
        CatalogError: the catalogue is too small to have the product that the fifth starts from.
    """
    return (
        DemoSearch(
            "In English: yellow dress",
            text="yellow dress",
            right={"kind": "dress", "colour": "yellow"},
        ),
        DemoSearch(
            "In Chinese: a long red coat",
            text="红色长款外套",
            right={"kind": "coat", "colour": "red", "length": "long"},
        ),
        DemoSearch(
            "By photo: a green backpack, seen in the street",
            photo=_GREEN_BACKPACK,
            right={"kind": "backpack", "colour": "green"},
        ),
        DemoSearch(
            "By photo and text: a bag like this yellow one, in blue",
            photo=_YELLOW_HANDBAG,
            text="blue",
            filters={"category": "bags"},
            right={"kind": "handbag", "colour": "blue"},
        ),
        DemoSearch(
            "Like this blue cushion, but not its stripes, which no word of it mentions",
            like=_find_liked(truth),
            negative_text="striped",
            right={"kind": "cushion", "colour": "blue"},
            wrong={"pattern": "stripes"},
        ),
        DemoSearch(
            "In words that the shop never uses: scarlet couch",
            text="scarlet couch",
            right={"kind": "sofa", "colour": "red"},
            needs_meaning=True,
        ),
    )


def judge(search: DemoSearch, ids: Iterable[str], truth: Mapping[str, Facts]) -> JudgedSearch:
    """How many of the first answers are right; the product that was searched from counts not."""
    answers = [product_id for product_id in ids if product_id != search.like][:N_SHOWN]
    marks = tuple(
        product_id in truth and search.is_right(truth[product_id]) for product_id in answers
    )
    return JudgedSearch(marks, search.n_required)


def write_photos(folder: Path, searches: Iterable[DemoSearch]) -> dict[str, Path]:
    """The searches' photos as files `folder/NAME.jpg`, by name.

    Raises:
        CatalogError: the folder cannot be written.
    """
    paths = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for photo in (search.photo for search in searches if search.photo):
            paths[photo.name] = folder / f"{photo.name}.jpg"
            paths[photo.name].write_bytes(photo.jpeg())
    except OSError as err:
        raise CatalogError(
            f"The demonstration's photos cannot be written to {folder}: {err.strerror or err}. "
            "Name a folder that you may write to."
        ) from err
    return paths


def _find_liked(truth: Mapping[str, Facts]) -> str:
    """The first product of that look whose colour is said and whose pattern is not."""
    for product_id, facts in truth.items():
        unsaid = facts["only_in_picture"] or ()
        if _LIKED.items() <= facts.items() and "pattern" in unsaid and "colour" not in unsaid:
            return product_id
    raise CatalogError(
        f"None of the catalogue's {len(truth)} products is a blue striped cushion to search from. "
        "Write a catalogue of 100 products or more."
    )
