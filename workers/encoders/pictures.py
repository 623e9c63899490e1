"""Pictures to unit rows: decoded and resized in threads while the device works."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from diptych.encoding import EncodedImages
from diptych.errors import EncodingError, ImageError
from diptych.images import decode_image
from diptych.vectors import Floats, unit_rows
from diptych.workers.encoders.device import Device
from diptych.workers.encoders.texts import projected

#: Pictures of one forward.
CPU_PICTURES = 32
GPU_PICTURES = 256

#: Pictures with more than this many times the pixels that are kept are resized in part.
_LONG = 4

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PictureInput:
    """What a model's own image processor does to a picture, as data.

    Sizes are (height, width) in pixels. `shortest_edge_px` keeps the proportions, `size_px` does
    not; `crop_px` then cuts the centre. `mean` and `std` count in units of `scale` * pixel.
    """

    shortest_edge_px: int | None
    size_px: tuple[int, int] | None
    crop_px: tuple[int, int] | None
    resample: Image.Resampling
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def from_processor(cls, settings: Mapping[str, Any]) -> Self:
        """From the settings of a transformers image processor (its `to_dict()`)."""
        size = settings.get("size") or {}
        crop = settings.get("crop_size") or {}
        return cls(
            shortest_edge_px=size.get("shortest_edge"),
            size_px=(size["height"], size["width"]) if "height" in size else None,
            crop_px=(crop["height"], crop["width"]) if settings.get("do_center_crop") else None,
            resample=Image.Resampling(settings.get("resample", Image.Resampling.BICUBIC)),
            scale=settings["rescale_factor"] if settings.get("do_rescale") else 1.0,
            mean=tuple(settings["image_mean"]) if settings.get("do_normalize") else (0.0,) * 3,
            std=tuple(settings["image_std"]) if settings.get("do_normalize") else (1.0,) * 3,
        )

    @property
    def side_px(self) -> int:
        """The longest side that a picture is resized to, before it is cut."""
        return self.shortest_edge_px or max(self.size_px or (1,))

    def pixels(self, image: Image.Image) -> Pixels:
        """(height, width, 3) uint8: the picture resized and cut for the model."""
        height, width = self._resized(image)
        crop_height, crop_width = self.crop_px or (height, width)
        top, left = max(0, height - crop_height) // 2, max(0, width - crop_width) // 2
        box = (left, top, min(width, left + crop_width), min(height, top + crop_height))
        part = np.asarray(self._part(image, (width, height), box))
        pixels = np.zeros((crop_height, crop_width, 3), np.uint8)
        y, x = (crop_height - part.shape[0]) // 2, (crop_width - part.shape[1]) // 2
        pixels[y : y + part.shape[0], x : x + part.shape[1]] = part
        return pixels

    def _part(
        self, image: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int]
    ) -> Image.Image:
        """The box (left, top, right, bottom) of the picture resized to (width, height).

        Of very long pictures only the box is resized, so that one of 1 x 1,000,000 pixels costs
        no more than any other; it can differ from the whole by a level of 255.
        """
        width, height = box[2] - box[0], box[3] - box[1]
        if size[0] * size[1] <= _LONG * width * height:
            return image.resize(size, self.resample).crop(box)
        scale_x, scale_y = image.width / size[0], image.height / size[1]
        source = (
            box[0] * scale_x,
            box[1] * scale_y,
            min(image.width, box[2] * scale_x),
            min(image.height, box[3] * scale_y),
        )
        return image.resize((width, height), self.resample, box=source)

    def _resized(self, image: Image.Image) -> tuple[int, int]:
        if self.size_px is not None:
            return self.size_px
        short = self.shortest_edge_px or 1
        if image.width <= image.height:
            return int(short * image.height / image.width), short
        return short, int(short * image.width / image.height)


class PictureModel:
    """The picture side of one dual encoder; safe to call from several threads."""

    def __init__(
        self, model: torch.nn.Module, picture_input: PictureInput, *, device: Device, threads: int
    ) -> None:
        """A loaded model that decodes in so many threads; encodes one picture to try it."""
        self._model = model
        self._input = picture_input
        self._device = device
        self._batch_size = GPU_PICTURES if device.is_cuda else CPU_PICTURES
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="diptych-decode")
        self._mean = torch.tensor(picture_input.mean, device=device.name)
        self._std = torch.tensor(picture_input.std, device=device.name)
        self.dimension = self._forward([self._input.pixels(Image.new("RGB", (64, 64)))]).shape[1]

    def encode(self, images: Sequence[bytes]) -> EncodedImages:
        """(n, dimension) float32 unit rows; zeros and an error for one that cannot be decoded.

        Equal pictures run once.
        """
        place = {data: i for i, data in enumerate(dict.fromkeys(images))}
        vectors, errors = self._encode_distinct(list(place))
        where = [place[data] for data in images]
        return EncodedImages(
            vectors[where], {i: errors[at] for i, at in enumerate(where) if at in errors}
        )

    def _encode_distinct(self, images: list[bytes]) -> tuple[Floats, dict[int, ImageError]]:
        rows = np.zeros((len(images), self.dimension), np.float32)
        errors: dict[int, ImageError] = {}
        start = 0
        for chunk in self._decoded(images):
            pixels: list[Pixels] = []
            good: list[int] = []
            for i, future in enumerate(chunk, start):
                try:
                    pixels.append(future.result())
                    good.append(i)
                except ImageError as err:
                    errors[i] = err
            if good:
                rows[good] = self._forward(pixels)
            start += len(chunk)
        return unit_rows(rows), errors

    def _decoded(self, images: list[bytes]) -> Iterator[list[Future[Pixels]]]:
        """Chunks of pictures; while one is used, the next one is being decoded, and no more."""
        waiting: deque[list[Future[Pixels]]] = deque()
        for start in range(0, len(images), self._batch_size):
            chunk = images[start : start + self._batch_size]
            waiting.append([self._pool.submit(self._pixels, data) for data in chunk])
            if len(waiting) > 1:
                yield waiting.popleft()
        yield from waiting

    def _pixels(self, data: bytes) -> Pixels:
        return self._input.pixels(decode_image(data, side_px=self._input.side_px))

    def _forward(self, pixels: list[Pixels]) -> Floats:
        batch = torch.from_numpy(np.stack(pixels))
        return self._device.run(lambda rows: self._vectors(batch[rows]), len(pixels))

    def _vectors(self, batch: torch.Tensor) -> torch.Tensor:
        floats = batch.to(self._device.name).float() * self._input.scale
        # Seen as (n, 3, height, width) with the channels last in memory, as the weights are:
        # convolutions take a third less time than on one plane per channel.
        values = ((floats - self._mean) / self._std).permute(0, 3, 1, 2)
        return projected(
            self._model.get_image_features(pixel_values=values.to(self._device.dtype))  # type: ignore[operator]
        )


def checked_input(name: str, settings: Mapping[str, Any]) -> PictureInput:
    """The picture input of the model `name`.

    Raises:
        EncodingError: its image processor does what Diptych does not do.
    """
    size = settings.get("size") or {}
    if not settings.get("do_resize") or not ("shortest_edge" in size or "height" in size):
        raise EncodingError(
            f"The model {name!r} does not resize pictures to one size (size {dict(size)}): "
            f"name a CLIP-family model that does."
        )
    if settings.get("do_pad"):
        raise EncodingError(
            f"The model {name!r} pads its pictures, which Diptych does not do: "
            f"name a CLIP-family model that does not."
        )
    return PictureInput.from_processor(settings)
