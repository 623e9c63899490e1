"""Files made to exhaust whoever opens them, and a program that opens them and counts its memory.

`python hostile.py` prints one JSON object: for each file the reason it is refused for (null where
it is decoded) and by how many MB the memory of the process grew at most.
"""

import io
import json
import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from diptych.errors import ImageError
from diptych.images import decode_image

_ZEROS = 60_000_000


def _file(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _small(kind: str, **options: object) -> bytes:
    return _file(Image.new("RGB", (16, 16)), kind, **options)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _zeros(n_bytes: int = _ZEROS) -> bytes:
    """So many zeros, deflated a thousandfold."""
    packer = zlib.compressobj(9)
    whole, rest = divmod(n_bytes, 1_000_000)
    parts = [packer.compress(bytes(1_000_000)) for _ in range(whole)]
    return b"".join([*parts, packer.compress(bytes(rest)), packer.flush()])


def png(width_px: int, height_px: int, rows: bytes, *, extra: bytes = b"", kind: int = 0) -> bytes:
    """A PNG whose parts need not agree; kind 6 is RGBA with 8 bits, 0 is bilevel."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8 if kind else 1, kind, 0, 0, 0)
    parts = _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = data.index(mark) + offset
    return data[:at] + value + data[at + len(value) :]


def _webp(width_px: int, height_px: int) -> bytes:
    """A lossless WebP that declares another size (RFC 9649, 3.4)."""
    size = struct.pack("<I", (width_px - 1) | ((height_px - 1) << 14))
    return _patched(_small("WEBP", lossless=True), b"VP8L", 9, size)


def _animated_webp(side_px: int) -> bytes:
    """A canvas of this size around a small frame (RFC 9649, 2.7)."""
    frame = _small("WEBP", lossless=True)[12:]
    side = (side_px - 1).to_bytes(3, "little")
    anmf = bytes(6) + (15).to_bytes(3, "little") * 2 + bytes(4) + frame
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side * 2
    body += (
        b"ANIM" + struct.pack("<I", 6) + bytes(6) + b"ANMF" + struct.pack("<I", len(anmf)) + anmf
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _film() -> bytes:
    """500 frames of a megapixel, of which one is looked at."""
    frames = [Image.new("P", (1000, 1000), color) for color in (0, 1)] * 20
    return _file(frames[0], "GIF", save_all=True, append_images=frames[1:])


def _with_scans() -> bytes:
    """A progressive JPEG that goes over the whole picture again and again."""
    data = _file(Image.new("RGB", (2000, 2000), "red"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 500 + b"\xff\xd9"


#: How each file is made; those that are refused, then those that are decoded.
REFUSED: dict[str, Callable[[], bytes]] = {
    "png of 169 megapixels": lambda: png(13_000, 13_000, _zeros(21_138_000)),
    "png of 2^31 by 2^31": lambda: png(2**31 - 1, 2**31 - 1, b""),
    "png with a bomb for a profile": lambda: png(
        16, 16, b"", extra=_chunk(b"iCCP", b"k\0\0" + _zeros())
    ),
    "png with a bomb for a text": lambda: png(
        16, 16, b"", extra=_chunk(b"zTXt", b"k\0\0" + _zeros())
    ),
    "webp of 100 megapixels": lambda: _webp(10_000, 10_000),
    "webp of 268 megapixels": lambda: _webp(16_383, 16_383),
    "webp with a canvas of 268 megapixels": lambda: _animated_webp(16_383),
    "gif of 65535 by 65535": lambda: _patched(_small("GIF"), b"GIF", 6, b"\xff" * 4),
    "gif with a frame of 65535 by 65535": lambda: _patched(_small("GIF"), b"\x2c", 5, b"\xff" * 4),
    "jpeg of 65500 by 65500": lambda: _patched(
        _small("JPEG"), b"\xff\xc0", 5, struct.pack(">HH", 65_500, 65_500)
    ),
    "jpeg with 510 scans": _with_scans,
    "tiff": lambda: _small("TIFF"),
    "bmp": lambda: _small("BMP"),
    "ico": lambda: _small("ICO"),
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "pdf": lambda: b"%PDF-1.7\n",
    "html": lambda: b"<!doctype html><title>404</title>",
}
DECODED: dict[str, Callable[[], bytes]] = {
    "png with 60 MB of texts": lambda: png(
        16, 16, _zeros(1_000), extra=_chunk(b"zTXt", b"k\0\0" + _zeros(1_000_000)) * 60
    ),
    "png with more rows than it declares": lambda: png(16, 16, _zeros()),
    "gif with 40 frames": _film,
}
#: 14 megapixels of RGBA: 56 MB decoded.
_LARGE = (4_000, 3_500)


def main() -> None:
    """Open every file in a process that counts."""
    decode_image(_small("JPEG"), side_px=224)
    found = {name: _tried([make()]) for name, make in (REFUSED | DECODED).items()}
    large = png(*_LARGE, _zeros((4 * _LARGE[0] + 1) * _LARGE[1]), kind=6)
    found["four large pictures at once"] = _tried([large] * 4)
    json.dump(found, sys.stdout)


def _tried(files: Iterable[bytes]) -> tuple[str | None, float]:
    files = list(files)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): reset VmHWM
    before_kib = _memory_kib("VmRSS")
    with ThreadPoolExecutor(len(files)) as pool:
        reason = next(iter(pool.map(_reason, files)))
    return reason, (_memory_kib("VmHWM") - before_kib) / 1024


def _reason(data: bytes) -> str | None:
    try:
        decode_image(data, side_px=224)
    except ImageError as err:
        return str(err)
    return None


def _memory_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


if __name__ == "__main__":
    main()
