"""What the demonstration shows: each exhibit is a collection, its index and its searches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from diptych.plugin.demo.catalogue_folder import write_catalogue
from diptych.plugin.demo.collection import Facts, OnProgress
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
        write: draws the collection into a folder unless it is there, and names its records.
        searches: those that a collection with this truth is asked.
    """

    index: str
    headline: str
    folder_name: str
    n: int
    write: Callable[[Path, OnProgress], Path]
    searches: Callable[[Mapping[str, Facts]], tuple[DemoSearch, ...]]


def exhibits(n_products: int) -> tuple[Exhibit, ...]:
    """The shop, then the scenes beyond it."""
    return (
        Exhibit(
            index="diptych-demo",
            headline=f"A catalogue of {n_products} products, drawn for the occasion",
            folder_name=f"catalogue-{n_products}",
            n=n_products,
            write=partial(_write_products, n_products),
            searches=demo_searches,
        ),
        Exhibit(
            index="diptych-demo-scenes",
            headline=f"A second collection, beyond the shop: {_N_SCENES} scenes",
            folder_name=f"scenes-{_N_SCENES}",
            n=_N_SCENES,
            write=_write_scenes,
            searches=scene_searches,
        ),
    )


def _write_products(n: int, folder: Path, on_progress: OnProgress) -> Path:
    return write_catalogue(folder, n=n, on_progress=on_progress)


def _write_scenes(folder: Path, on_progress: OnProgress) -> Path:
    return write_scenes(folder, n=_N_SCENES, on_progress=on_progress)
