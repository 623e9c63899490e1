"""The rough colour of what stands in the middle of a photo, so that captions can name it."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from diptych.plugin.demo.looks import COLOURS, Rgb

#: Worn cloth in photos is duller than drawn cloth.
_DULL: Mapping[str, tuple[Rgb, ...]] = MappingProxyType(
    {
        "blue": ((40, 60, 110), (25, 30, 60), (130, 160, 200), (85, 105, 140)),
        "grey": ((95, 97, 100), (75, 76, 80)),
        "white": ((215, 215, 215),),
        "black": ((20, 20, 25), (55, 55, 58)),
        "green": ((85, 95, 60), (60, 75, 55), (50, 65, 40)),
        "red": ((110, 20, 30),),
        "brown": ((75, 50, 40),),
    }
)
_ANCHORS = [(name, rgb) for name in COLOURS for rgb in (*COLOURS[name], *_DULL.get(name, ()))]
#: From this share of the pixels on a colour is named; beige is a usual floor and skin, so more.
_SHARE, _BEIGE_SHARE = 0.5, 0.8
#: CIE76 distance from the border's colour that makes a pixel part of the thing.
_APART = 18
_LEAST_APART_SHARE = 0.35
#: Lightness counts less than hue: photos are lit unevenly.
_LAB_WEIGHTS = np.array((0.7, 1.0, 1.0))
_BORDER_PX = 8
#: sRGB to XYZ (IEC 61966-2-1) over the white of D65.
_TO_XYZ = np.array(
    ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
) / np.array(((0.9505,), (1.0,), (1.089,)))


def colour_name(pixels: NDArray[np.uint8]) -> str | None:
    """The name of the colour that most pixels of the thing have; None where none has a majority.

    Args:
        pixels: (size, size, 3) sRGB with the thing in the middle.
    """
    labs = _lab(pixels)
    thing = _thing(labs)
    anchors = _lab(np.array([rgb for _, rgb in _ANCHORS], np.uint8))
    nearest = (((thing[:, None] - anchors) * _LAB_WEIGHTS) ** 2).sum(2).argmin(1)
    votes: dict[str, int] = {}
    for anchor, count in enumerate(np.bincount(nearest, minlength=len(_ANCHORS)).tolist()):
        votes[_ANCHORS[anchor][0]] = votes.get(_ANCHORS[anchor][0], 0) + count
    name = max(votes, key=votes.__getitem__)
    needed = _BEIGE_SHARE if name == "beige" else _SHARE
    return name if votes[name] > needed * len(thing) else None


def _thing(labs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middle's pixels that are unlike the border, or all of them where few are."""
    size = len(labs)
    sides = (labs[:_BORDER_PX], labs[:, :_BORDER_PX], labs[:, -_BORDER_PX:])
    border = np.median(np.concatenate([side.reshape(-1, 3) for side in sides]), axis=0)
    middle = labs[size // 4 : 3 * size // 4, size * 3 // 10 : size * 7 // 10].reshape(-1, 3)
    is_apart = np.linalg.norm(middle - border, axis=1) > _APART
    return middle[is_apart] if is_apart.mean() > _LEAST_APART_SHARE else middle


def _lab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """CIE 1976 L*a*b* of sRGB colours, whatever the leading axes."""
    share = rgb / 255
    linear = np.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    xyz = linear @ _TO_XYZ.T
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)
