"""What the scenes show: six subjects, and for each what may be true of one."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from diptych.plugin.demo.looks import Dice, pick

#: Share of the combinations that are kept out of training, to be recognised unseen.
_HELD_OUT_PERCENT = 12


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture's subject and what it shows of it, from attribute to value."""

    subject: str
    facts: Mapping[str, str]


_BIG_DOINGS = ("standing", "running", "sleeping", "eating")
_PET_DOINGS = ("playing", "sleeping", "running", "sitting")
_OUTDOORS = ("grass", "beach", "snow", "forest")
_FURS = ("white", "black", "brown", "grey")

#: Every kind of animal: its colours, its places and what it does.
ANIMALS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "cat": ((*_FURS, "orange"), (*_OUTDOORS, "sofa"), _PET_DOINGS),
        "dog": ((*_FURS, "golden"), (*_OUTDOORS, "sofa"), _PET_DOINGS),
        "rabbit": (_FURS, (*_OUTDOORS, "sofa"), _PET_DOINGS),
        "horse": (_FURS, _OUTDOORS, _BIG_DOINGS),
        "cow": (("white", "black", "brown"), _OUTDOORS, _BIG_DOINGS),
        "sheep": (("white", "black", "grey"), _OUTDOORS, _BIG_DOINGS),
        "elephant": (("grey", "brown"), _OUTDOORS, _BIG_DOINGS),
        "bird": (
            ("white", "black", "red", "blue", "yellow", "green"),
            _OUTDOORS,
            ("standing", "flying", "eating"),
        ),
    }
)
_COLOURS = ("red", "blue", "yellow", "green", "white")

#: For the other subjects any value of an attribute goes with any of another.
CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "beach": {
            "time": ("sunrise", "noon", "sunset", "night"),
            "feature": ("palms", "boats", "waves", "couple", "empty"),
            "sky": ("clear", "cloudy"),
        },
        "holiday": {
            "activity": ("hotel", "pool", "parasols", "surfing", "sailing", "diving", "jetski"),
            "colour": _COLOURS,
            "time": ("noon", "sunset"),
        },
        "stadium": {
            "sport": ("football", "basketball", "tennis", "athletics"),
            "time": ("day", "night"),
            "event": ("match", "final"),
            "colour": _COLOURS,
        },
        "cells": {
            "kind": ("animal cell", "plant cell", "bacterium", "neuron", "blood cells"),
            "style": ("diagram", "microscope"),
            "colour": ("pink", "green", "blue", "purple", "yellow"),
        },
        "medicine": {
            "kind": (
                "chest x-ray",
                "hand x-ray",
                "heart",
                "lungs",
                "brain",
                "tooth",
                "skeleton",
                "stethoscope",
                "syringe",
                "pills",
            ),
            "background": ("white", "blue", "green", "black"),
        },
    }
)
SUBJECTS = ("animals", *CHOICES)


def random_scene(dice: Dice, *, subject: str | None = None, **fixed: str) -> Scene:
    """Any scene, or one with the given subject and facts.

    Raises:
        KeyError: no such subject or kind of animal.
    """
    subject = subject or pick(dice, SUBJECTS)
    choices = _animal_choices(dice, fixed) if subject == "animals" else CHOICES[subject]
    picked = {name: pick(dice, values) for name, values in choices.items()}
    return Scene(subject, {**picked, **fixed})


def is_held_out(scene: Scene) -> bool:
    """Whether no model may be trained on this combination: about 12 % of them."""
    named = "|".join(f"{name}={value}" for name, value in sorted(scene.facts.items()))
    return zlib.crc32(f"{scene.subject}|{named}".encode()) % 100 < _HELD_OUT_PERCENT


def _animal_choices(dice: Dice, fixed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What the kind allows; a kind that is not given is one that has all that is given."""
    able = [
        kind
        for kind, tables in ANIMALS.items()
        if all(
            fixed[name] in table
            for name, table in zip(("colour", "place", "action"), tables, strict=True)
            if name in fixed
        )
    ]
    kind = fixed.get("kind") or pick(dice, tuple(able))
    colours, places, actions = ANIMALS[kind]
    return {"kind": (kind,), "colour": colours, "place": places, "action": actions}
