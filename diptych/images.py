"""Pictures from untrusted bytes: refused by their header where they are too large to open.

Nothing here changes Pillow's or Python's global state, so any number of threads may decode.
"""

import io
import math
import struct
import threading
from collections.abc import Callable
from contextlib import closing, nullcontext
from typing import Final

from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from diptych.errors import ImageError

#: Longest file that is looked at.
MAX_IMAGE_BYTES: Final = 15 * 1024 * 1024
#: Largest picture that is decoded: a 50-megapixel camera's, 150 MB as RGB.
MAX_IMAGE_PIXELS: Final = 50_000_000

#: Pictures above this take turns: one of 50 megapixels takes 200 to 750 MB while it is decoded,
#: and a thread for each core would take that many times as much.
_LARGE_PIXELS: Final = 12_000_000
_large_lock = threading.Lock()
#: A large picture becomes RGB in strips of so many pixels, each reduced at once.
_STRIP_PIXELS: Final = 1_000_000
#: Scans of a progressive JPEG; usual are 10, and each costs a pass over the whole picture.
_MAX_SCANS: Final = 100
_START_OF_SCAN: Final = b"\xff\xda"

#: A JPEG is decoded at 1/2, 1/4 or 1/8 as long as both sides stay this many times the target.
_DRAFT_MARGIN = 2
_ORIENTATION_TAG = 0x0112
#: EXIF 2.3, section 4.6.4 A: how to turn the stored rows and columns upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: What Pillow's decoders raise on damaged files.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def decode_image(
    data: bytes,
    *,
    side_px: int,
    max_image_bytes: int = MAX_IMAGE_BYTES,
    max_image_pixels: int = MAX_IMAGE_PIXELS,
) -> Image.Image:
    """The upright RGB picture in a JPEG, PNG, WebP or GIF file, transparent parts white.

    Of an animated picture it is the first frame; colours are converted to sRGB where the file
    carries another profile. A JPEG much larger than needed is decoded at a fraction of its size,
    and pictures above 12 megapixels are made smaller while they are converted, one at a time.

    Args:
        data: the whole file.
        side_px: the side that the picture will be resized to, in pixels.
        max_image_bytes: longest file accepted.
        max_image_pixels: largest width x height accepted, checked before anything is decoded.

    Raises:
        ImageError: the file is empty, too long, none of the four kinds, declares too many
            pixels, is truncated or damaged.
    """
    check_length(data, max_image_bytes=max_image_bytes)
    image = _open(data)
    _check_size(image, max_image_pixels)
    # A baseline JPEG is decoded row by row, and at a fraction of its size.
    is_heavy = _is_large(image) and (image.format != "JPEG" or "progressive" in image.info)
    try:
        with _large_lock if is_heavy else nullcontext(), closing(image):
            return _decoded(image, side_px)
    except _DAMAGE as err:
        raise ImageError(
            f"The picture is truncated or damaged ({_reason(err)}): store a complete file."
        ) from err


def _decoded(image: ImageFile.ImageFile, side_px: int) -> Image.Image:
    image.draft(None, (side_px * _DRAFT_MARGIN,) * 2)
    image.load()
    rgb = _to_small_rgb(image, side_px) if _is_large(image) else _to_rgb(image)
    return _upright(rgb, _orientation(image))


def check_length(data: bytes, *, max_image_bytes: int = MAX_IMAGE_BYTES) -> None:
    """Refuse a file that is too long to be looked at, with ImageError."""
    if len(data) > max_image_bytes:
        raise ImageError(
            f"The picture is {len(data):,} bytes long, and {max_image_bytes:,} are allowed: "
            f"store a smaller copy of it."
        )


def _open(data: bytes) -> ImageFile.ImageFile:
    """The picture with its header read.

    The decoder is chosen here by the file's first bytes, because `Image.open` warns about
    large pictures through the process-wide warning filters.
    """
    opener = _opener(data)
    if opener is None:
        raise ImageError(_not_a_picture(data))
    if opener is JpegImagePlugin.jpeg_factory:
        _check_scans(data)
    try:
        return opener(io.BytesIO(data), "")
    except _DAMAGE as err:
        raise ImageError(
            f"The picture's header cannot be read ({_reason(err)}): store a complete file."
        ) from err


def _opener(data: bytes) -> Callable[[io.BytesIO, str], ImageFile.ImageFile] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImagePlugin.jpeg_factory
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GifImagePlugin.GifImageFile
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    return None


def _not_a_picture(data: bytes) -> str:
    if not data:
        return "The picture is an empty file: store a JPEG, PNG, WebP or GIF file."
    return (
        f"The file is not a picture that can be read (it starts with {data[:8]!r}): "
        f"store a JPEG, PNG, WebP or GIF file."
    )


def _check_size(image: Image.Image, max_image_pixels: int) -> None:
    width_px, height_px = image.size
    if width_px * height_px > max_image_pixels:
        raise ImageError(
            f"The picture declares {width_px} x {height_px} pixels, and "
            f"{max_image_pixels / 1e6:g} megapixels are allowed: store a smaller copy of it."
        )


def _is_large(image: Image.Image) -> bool:
    return image.width * image.height > _LARGE_PIXELS


def _check_scans(data: bytes) -> None:
    # Inside a scan no marker can occur (ITU T.81, B.1.1.5), so that counting finds them all.
    n_scans = data.count(_START_OF_SCAN)
    if n_scans > _MAX_SCANS:
        raise ImageError(
            f"The picture has {n_scans} scans, and {_MAX_SCANS} are allowed: store it again."
        )


def _to_small_rgb(image: Image.Image, side_px: int) -> Image.Image:
    """The picture in RGB, reduced as far as twice the target allows, without a second copy."""
    factor = max(1, min(image.size) // (side_px * _DRAFT_MARGIN))
    rows = factor * max(1, _STRIP_PIXELS // (image.width * factor))
    small = Image.new("RGB", (math.ceil(image.width / factor), math.ceil(image.height / factor)))
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(image.height, top + rows)))
        small.paste(_to_rgb(strip).reduce(factor), (0, top // factor))
    return small


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    if image.mode.startswith("I"):  # 16 bits of grey, of which convert() would cut the top
        return image.point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    return _to_srgb(image) if "icc_profile" in image.info else image.convert("RGB")


def _to_srgb(image: Image.Image) -> Image.Image:
    if image.mode not in {"RGB", "CMYK"}:
        return image.convert("RGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        if "sRGB" in ImageCms.getProfileDescription(profile):
            return image.convert("RGB")
        upright = ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, *_DAMAGE):  # a broken profile must not cost the picture
        return image.convert("RGB")
    return upright if upright is not None else image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except _DAMAGE:  # broken EXIF data must not cost the picture either
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    method = _UPRIGHT.get(orientation)
    return image if method is None else image.transpose(method)


def _reason(err: BaseException) -> str:
    return str(err).strip().rstrip(".") or type(err).__name__
