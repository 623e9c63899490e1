"""What the demonstration shows: each exhibit is a collection, its index and its searches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from diptych.plugin.demo.catalogue_folder import write_catalogue
from diptych.plugin.demo.collection import Facts
from diptych.plugin.demo.scenes.folder import write_scenes
from diptych.plugin.demo.scenes.searches import scene_searches
from diptych.plugin.demo.searches import DemoSearch, demo_searches

_N_SCENES = 200


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One collection with its index.

    Attributes:
        headline: what it is, for people.
        folder_name: below the demonstration's folder.
        n: documents.
        write: draws the collection into a folder unless it is there, and names its records; it
            takes the folder and `on_progress`.
        searches: those that a collection with this truth is asked.
    """

    index: str
    headline: str
    folder_name: str
    n: int
    write: Callable[..., Path]
    searches: Callable[[Mapping[str, Facts]], tuple[DemoSearch, ...]]


def exhibits(n_products: int) -> tuple[Exhibit, ...]:
    """The shop, then the scenes beyond it."""
    return (
        Exhibit(
            index="diptych-demo",
            headline=f"A catalogue of {n_products} products, drawn for the occasion",
            folder_name=f"catalogue-{n_products}",
            n=n_products,
            write=partial(write_catalogue, n=n_products),
            searches=demo_searches,
        ),
        Exhibit(
            index="diptych-demo-scenes",
            headline=f"A second collection, beyond the shop: {_N_SCENES} scenes",
            folder_name=f"scenes-{_N_SCENES}",
            n=_N_SCENES,
            write=partial(write_scenes, n=_N_SCENES),
            searches=scene_searches,
        ),
    )
