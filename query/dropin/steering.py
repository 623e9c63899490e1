"""`ext.diptych` of a body: what a caller may say to Diptych alone."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diptych.client import Json
from diptych.errors import UsageError
from diptych.query.blend import Blending
from diptych.query.weights import check_weights

#: Key below `ext`.
KEY = "diptych"
_NOT = ("text", "image", "like")
_NAMES = (
    *("text", "image", "like", "not", "prefer", "avoid"),
    *("weights", "profile", "blending", "off"),
)


@dataclass(frozen=True, slots=True)
class Steering:
    """What `ext.diptych` says; the same names as in the simple call.

    `text` names or replaces the shopper's text; `is_off` forwards the body.
    """

    text: str | None = None
    image: bytes | None = None
    like: tuple[str, ...] = ()
    not_text: str | None = None
    not_image: bytes | None = None
    not_like: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    profile: str | None = None
    blending: Blending | None = None
    is_off: bool = False

    @property
    def says_something(self) -> bool:
        """Whether it gives anything to search by, apart from words."""
        return bool(self.image or self.like or self.prefer or self.not_image or self.not_like)


def take_steering(body: Json) -> tuple[Json, Steering | None]:
    """The body without `ext.diptych`, and what that said; None where it is not there.

    Raises:
        UsageError: it has an unknown key, or a value that cannot be used.
    """
    ext = body.get("ext")
    if not isinstance(ext, dict) or KEY not in ext:
        return body, None
    others = {name: value for name, value in ext.items() if name != KEY}
    rest = {name: value for name, value in body.items() if name != "ext"}
    return rest | ({"ext": others} if others else {}), _parse(ext[KEY])


def _parse(said: object) -> Steering:
    found = _object(said, "ext.diptych", _NAMES)
    unwanted = _object(found.get("not", {}), "ext.diptych.not", _NOT)
    weights = found.get("weights", {})
    if not isinstance(weights, dict) or not all(_is_number(it) for it in weights.values()):
        raise UsageError("ext.diptych.weights cannot be read: give an object of numbers.")
    check_weights(weights)
    if not isinstance(found.get("off", False), bool):
        raise UsageError("ext.diptych.off cannot be read: give true or false.")
    return Steering(
        text=_text(found, "text"),
        image=_image(found, "image"),
        like=_ids(found, "like"),
        not_text=_text(unwanted, "text"),
        not_image=_image(unwanted, "image"),
        not_like=_ids(unwanted, "like"),
        prefer=_ids(found, "prefer"),
        avoid=_ids(found, "avoid"),
        weights=weights,
        profile=_text(found, "profile"),
        blending=_blending(found.get("blending")),
        is_off=found.get("off", False),
    )


def _object(said: object, where: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise UsageError(f"{where} is not an object: give some of {', '.join(names)}.")
    for name in said:
        if name not in names:
            raise UsageError(f"{where} has no {name!r}: use {', '.join(names)}.")
    return said


def _text(found: Json, name: str) -> str | None:
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"ext.diptych: {name} is not a text: give a string.")
    return (value or "").strip() or None


def _image(found: Json, name: str) -> bytes | None:
    value = found.get(name)
    if value is None:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError) as err:
        raise UsageError(
            f"ext.diptych: {name} is not base64: encode the bytes of the picture file."
        ) from err


def _ids(found: Json, name: str) -> tuple[str, ...]:
    value = found.get(name, [])
    ids = [value] if isinstance(value, str) else value
    if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
        raise UsageError(f"ext.diptych: {name} is not a list of ids: give strings.")
    return tuple(ids)


def _blending(said: object) -> Blending | None:
    """A method's name, or an object with `method` and its parameters; None where nothing is said."""
    if said is None:
        return None
    if isinstance(said, str):
        return Blending(said)  # type: ignore[arg-type]
    found = _object(said, "ext.diptych.blending", ("method", "rank_constant", "bounds"))
    try:
        (low, high), (near, far) = found.get("bounds", ((0, 0), (0, 0)))
        bounds = ((float(low), float(high)), (float(near), float(far)))
        return Blending(
            found.get("method", "min_max"),
            rank_constant=int(found.get("rank_constant", 60)),
            bounds=bounds if "bounds" in found else None,
        )
    except (OverflowError, TypeError, ValueError) as err:
        raise UsageError(
            "ext.diptych.blending cannot be read: give a method, or an object of method, "
            "rank_constant and bounds [[lowest, highest], [lowest, highest]]."
        ) from err


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
