"""Pictures from untrusted bytes: refused by their header where they are too large to open.

Nothing here changes Pillow's or Python's global state, so any number of threads may decode.
"""

import io
import struct
from collections.abc import Callable
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
    carries another profile. A JPEG much larger than needed is decoded at a fraction of its size.

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
    try:
        image.draft(None, (side_px * _DRAFT_MARGIN,) * 2)
        image.load()
        return _upright(_to_rgb(image), _orientation(image))
    except _DAMAGE as err:
        raise ImageError(
            f"The picture is truncated or damaged ({_reason(err)}): store a complete file."
        ) from err


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
