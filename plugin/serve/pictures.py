"""Products' pictures as thumbnails, from the image roots of this host alone."""

import io
import threading
import time
from collections import OrderedDict

from PIL import Image

from diptych.client import Cluster, path
from diptych.images import decode_image
from diptych.ingest.pictures import PictureSource
from diptych.mappings.target import Target
from diptych.query.source import value_at

#: Sides that are made, in pixels: a card's, and a sheet's or a card's on a dense screen.
SIDES_PX = (160, 320, 640, 1280)
#: Memory of the thumbnails that are kept, and how long one is believed.
_CACHE_BYTES = 64 * 1024 * 1024
LIFE_S = 300
_QUALITY = 85
#: Pictures decoded at once: one of the largest takes 150 MB.
_DECODED_AT_ONCE = 4


class Thumbnails:
    """Small pictures of products by id; safe to use from several threads.

    Args of the constructor:
        source: opens files below the image roots, and nothing else.
    """

    def __init__(self, cluster: Cluster, source: PictureSource) -> None:
        """See the class."""
        self._cluster = cluster
        self._source = source
        self._kept = _RecentBytes(_CACHE_BYTES)
        self._decoding = threading.BoundedSemaphore(_DECODED_AT_ONCE)

    def of(self, target: Target, product: str, *, side_px: int) -> bytes | None:
        """A JPEG file, no side longer than the next of `SIDES_PX`; None where there is none.

        Raises:
            ImageError: the picture cannot be opened or decoded.
            UnavailableError: the disk or the cluster does not answer now.
        """
        reference = self._reference(target, product)
        if reference is None or "://" in reference:
            return None
        side = next((side for side in SIDES_PX if side >= side_px), SIDES_PX[-1])
        return self._kept.get(f"{side} {reference}") or self._make(reference, side)

    def _make(self, reference: str, side_px: int) -> bytes:
        with self._decoding:
            image = decode_image(self._source.read(reference), side_px=side_px)
            image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
        data = buffer.getvalue()
        self._kept.keep(f"{side_px} {reference}", data)
        return data

    def _reference(self, target: Target, product: str) -> str | None:
        """The first picture that the product names."""
        field = target.contract.image_field
        if field is None:
            return None
        body = {"size": 1, "_source": [field], "query": {"ids": {"values": [product]}}}
        rows = self._cluster.call("POST", path(target.name, "_search"), body=body)["hits"]["hits"]
        found = value_at(rows[0].get("_source", {}), field) if rows else None
        if isinstance(found, list):
            found = found[0] if found else None
        return found if isinstance(found, str) else None


class _RecentBytes:
    """The bytes used last, up to so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, name: str) -> bytes | None:
        """What is kept under the name, unless it is old."""
        with self._lock:
            found = self._kept.get(name)
            if found is None or time.monotonic() - found[0] > LIFE_S:
                return None
            self._kept.move_to_end(name)
            return found[1]

    def keep(self, name: str, data: bytes) -> None:
        """Keep it, and drop what was used least lately."""
        with self._lock:
            self._size += len(data) - len(self._kept.pop(name, (0.0, b""))[1])
            self._kept[name] = time.monotonic(), data
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1][1])
