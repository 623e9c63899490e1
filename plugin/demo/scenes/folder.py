"""The scenes in a folder."""

from functools import partial
from pathlib import Path

from diptych.plugin.demo.collection import Contents, OnProgress, Stamp, write_collection
from diptych.plugin.demo.scenes.collection import make_scenes
from diptych.plugin.demo.scenes.pictures import IMAGES, VERSION
from diptych.plugin.demo.scenes.queries import QUERY_IMAGES, make_scene_queries


def write_scenes(
    folder: Path, *, n: int = 400, seed: int = 7, on_progress: OnProgress | None = None
) -> Path:
    """The path of the records of `n` scenes in `folder`, drawn unless they are already there.

    Beside them lie the truth, the judged queries of each half, and the pictures of both.

    Raises:
        CatalogError: the folder cannot be written.
    """
    stamp = Stamp("scenes", VERSION, n, seed)
    return write_collection(folder, stamp, partial(_contents, n, seed), on_progress)


def _contents(n: int, seed: int) -> Contents:
    records = make_scenes(n=n, seed=seed)
    queries = make_scene_queries(records, seed=seed)
    return Contents(
        records=[record.record for record in records],
        truth=[
            {"id": record.id, **record.facts, "only_in_picture": sorted(record.unsaid)}
            for record in records
        ],
        judged=queries.judged,
        drawings=[record.picture.save for record in records],
        photos=[photo.save for photo in queries.photos],
        image_folders=(IMAGES, QUERY_IMAGES),
    )
