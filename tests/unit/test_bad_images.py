"""Pictures that must be refused with a sentence, and odd ones that must not."""

import io
import resource
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from diptych.errors import ImageError
from diptych.images import MAX_IMAGE_BYTES, decode_image


def _file(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _noise(width_px: int = 300, height_px: int = 200) -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def _huge_png(side_px: int) -> bytes:
    """A PNG of one grey level, side x side pixels, a few KB long."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", side_px, side_px, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side_px // 8 + 1) * side_px), 9)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty file"),
        (b"<html>not found</html>", "not a picture that can be read"),
        (b"II*\x00\x08\x00\x00\x00", "not a picture that can be read"),  # TIFF is not allowed
        (b"\xff\xd8\xff", "header cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "header cannot be read"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "header cannot be read"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    """The error says what the file is and what to store in its place."""
    with pytest.raises(ImageError, match=sentence):
        decode_image(data, side_px=96)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_truncated_picture_is_refused(kind: str) -> None:
    """Half a file is an error, never half a picture."""
    whole = _file(_noise(), kind)

    with pytest.raises(ImageError, match=r"truncated or damaged|cannot be read"):
        decode_image(whole[: len(whole) // 2], side_px=96)


def test_small_file_that_declares_169_megapixels_is_refused_in_flat_memory() -> None:
    """The header is checked before a pixel is decoded."""
    bomb = _huge_png(13_000)

    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    with pytest.raises(ImageError, match=r"13000 x 13000 pixels.*50 megapixels"):
        decode_image(bomb, side_px=96)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(bomb) < 25_000
    assert peak_bytes < 1_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 10_000


def test_file_that_is_too_long_is_refused_unread() -> None:
    """Length is checked before the content."""
    with pytest.raises(ImageError, match=r"15,728,641 bytes long"):
        decode_image(bytes(MAX_IMAGE_BYTES + 1), side_px=96)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_is_turned_upright_by_its_exif_orientation(orientation: int) -> None:
    """The red corner of the upright picture is top left, however the camera was held."""
    upright = Image.new("RGB", (64, 32), "blue")
    upright.paste("red", (0, 0, 16, 16))
    #: The inverse of what each orientation asks for.
    stored_by = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright if orientation == 1 else upright.transpose(stored_by[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation

    decoded = decode_image(_file(stored, "JPEG", exif=exif, quality=95), side_px=96)

    assert (64, 32) == decoded.size
    red, _, blue = decoded.getpixel((4, 4))  # type: ignore[misc]
    assert red > 200 and blue < 60


def test_broken_exif_does_not_cost_the_picture() -> None:
    """EXIF data that cannot be read means "as stored"."""
    decoded = decode_image(_file(_noise(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff"), side_px=96)

    assert (300, 200) == decoded.size


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("P", "GIF"), ("CMYK", "JPEG"), ("LA", "PNG")],
)
def test_every_mode_becomes_rgb(mode: str, kind: str) -> None:
    """Grey, palette, CMYK and bilevel pictures are three channels in the end."""
    white = Image.new("RGB", (32, 32), "white").convert(mode)

    decoded = decode_image(_file(white, kind), side_px=96)

    assert "RGB" == decoded.mode
    assert (255, 255, 255) == decoded.getpixel((16, 16))


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    """Half of 65,535 is half of 255, not white."""
    grey = Image.fromarray(np.full((32, 32), 32_896, np.uint16))

    decoded = decode_image(_file(grey, "PNG"), side_px=96)

    assert (128, 128, 128) == decoded.getpixel((16, 16))


def test_transparent_parts_are_white() -> None:
    """Not black, which is what the hidden pixels usually hold."""
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))

    decoded = decode_image(_file(clear, "PNG"), side_px=96)

    assert (255, 255, 255) == decoded.getpixel((16, 16))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animated_picture_is_its_first_frame(kind: str) -> None:
    """What comes later in the film is not looked at."""
    first, second = Image.new("RGB", (32, 32), "red"), Image.new("RGB", (32, 32), "blue")
    film = _file(first, kind, save_all=True, append_images=[second], duration=100, lossless=True)

    decoded = decode_image(film, side_px=96)

    assert (255, 0, 0) == decoded.getpixel((16, 16))


def test_large_jpeg_is_decoded_at_a_fraction_with_a_margin_of_two() -> None:
    """Of 2,000 pixels, an eighth is 250: enough for 2 x 96, and too little for 2 x 224."""
    photo = _file(Image.new("RGB", (2000, 2000), "red"), "JPEG")

    small = decode_image(photo, side_px=96)
    larger = decode_image(photo, side_px=224)

    assert (250, 250) == small.size
    assert (500, 500) == larger.size


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_large_picture_is_reduced_to_no_less_than_twice_the_target(mode: str) -> None:
    """Of 3,600 x 4,000 pixels a picture of 224 needs 450 x 500; strips leave no seams."""
    halves = Image.new("RGB", (3_600, 4_000), "red")
    halves.paste("blue", (1_800, 0, 3_600, 4_000))

    decoded = decode_image(_file(halves.convert(mode), "PNG", compress_level=1), side_px=224)

    pixels = np.asarray(decoded)
    assert (450, 500) == decoded.size
    assert (pixels[:, :225] == (255, 0, 0)).all()
    assert (pixels[:, 225:] == (0, 0, 255)).all()


def test_long_thin_picture_keeps_its_short_side() -> None:
    """It is not reduced to nothing."""
    line = Image.new("RGB", (13_000_000, 1), "red")

    assert (13_000_000, 1) == decode_image(_file(line, "PNG"), side_px=96).size


def test_broken_colour_profile_does_not_cost_the_picture() -> None:
    """A profile that cannot be read is ignored."""
    decoded = decode_image(_file(_noise(), "PNG", icc_profile=b"no profile"), side_px=96)

    assert (300, 200) == decoded.size


def test_colours_are_converted_from_the_files_own_profile() -> None:
    """In a file whose profile says that its first channel is blue, red pixels are blue."""
    red = Image.new("RGB", (32, 32), (255, 0, 0))

    decoded = decode_image(_file(red, "PNG", icc_profile=_swapped_profile()), side_px=96)

    assert (0, 0, 255) == decoded.getpixel((16, 16))


def _swapped_profile() -> bytes:
    """Pillow's sRGB profile under another name, with its red and blue primaries swapped."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
