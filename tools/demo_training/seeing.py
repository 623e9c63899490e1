"""Pictures and words through the package's own encoder, the way a catalogue's go."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from demo_training.facts import Caption
from demo_training.pixels import Drawable, Pixels, kept_pixels
from demo_training.rendered import drawing_version
from diptych.encoding import Encoder
from diptych.errors import ImageError
from diptych.vectors import Floats

#: Side and quality of a catalogue's pictures.
DRAWN_PX: Final = 224
_JPEG_QUALITY: Final = 90


class Eye:
    """Encodes with one model; drawn pictures are kept in a folder."""

    def __init__(
        self, encoder: Encoder, *, cache: Path, processes: int, side_px: int = DRAWN_PX
    ) -> None:
        """Draws nothing yet; what is drawn later has `side_px`."""
        self._side_px = side_px
        self._encoder = encoder
        self._cache = cache
        self._processes = processes

    def drawn(self, name: str, drawables: Sequence[Drawable]) -> Floats:
        """(n, d) unit rows of drawn pictures."""
        return self.files([jpeg(picture) for picture in self.pictures(name, drawables)])

    def pictures(self, name: str, drawables: Sequence[Drawable]) -> Pixels:
        """(n, side_px, side_px, 3) uint8."""
        return kept_pixels(
            name,
            drawables,
            folder=self._cache,
            version=drawing_version(),
            processes=self._processes,
            side_px=self._side_px,
        )

    def photos(self, paths: Sequence[Path]) -> Floats:
        """(n, d) unit rows of photos in files."""
        return self.files([path.read_bytes() for path in paths])

    def files(self, files: Sequence[bytes]) -> Floats:
        """(n, d) unit rows.

        Raises:
            ImageError: one cannot be decoded.
        """
        encoded = self._encoder.encode_images(files)
        if encoded.errors:
            raise ImageError(f"a picture of the evaluation is broken: {encoded.errors}")
        return encoded.vectors

    def words(self, texts: Sequence[str]) -> Floats:
        """(n, d) unit rows in the space of the pictures."""
        return self._encoder.encode_words(texts)

    def captions(self, captions: Sequence[Caption]) -> Floats:
        """(n, d) unit rows of what captions say."""
        return self.words([caption.text for caption in captions])


def jpeg(pixels: Pixels) -> bytes:
    """The file of a picture (height, width, 3)."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels)).save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()
