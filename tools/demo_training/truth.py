"""Which captions of a batch are true of which of its pictures."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from demo_training.concepts import Concept
from demo_training.facts import THING, UNKNOWN, Axis, Caption, Ints

#: Entries of a truth matrix.
TRUE: Final = 1
FALSE: Final = 0
UNSURE: Final = -1


class Truth:
    """Judges captions against pictures, both as rows of numbers."""

    def __init__(self, axes: Sequence[Axis], concepts: Sequence[Concept]) -> None:
        """The axes of the pictures, things first, and the words for things."""
        if axes[0].name != THING:
            raise ValueError(f"the first axis is {axes[0].name!r}: things have to come first")
        self._axes = tuple(axes)
        self._concept_numbers = {concept.key: i for i, concept in enumerate(concepts)}
        self._things = torch.from_numpy(_relation(axes[0], concepts))

    def says_rows(self, captions: Sequence[Caption]) -> Ints:
        """(n, axes): what each caption says, by the places of concepts and values."""
        rows = [[self._said(axis, caption.says) for axis in self._axes] for caption in captions]
        return np.array(rows, np.int64).reshape(len(captions), len(self._axes))

    def matrix(self, says: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        """(captions, pictures) of TRUE, FALSE and UNSURE.

        A caption is false of a picture if any of what it says is, else unsure if any is.

        Args:
            says: (captions, axes) int64 of `says_rows`.
            facts: (pictures, axes) int64 of `facts.fact_rows`.
        """
        things = self._things.to(says.device)
        # The last row stands for a caption that names no thing.
        result = things[says[:, 0]][:, facts[:, 0]]
        for axis in range(1, len(self._axes)):
            judged = _judged(says[:, axis, None], facts[None, :, axis])
            is_false = (result == FALSE) | (judged == FALSE)
            is_unsure = (result == UNSURE) | (judged == UNSURE)
            result = torch.where(is_unsure, UNSURE, TRUE).masked_fill(is_false, FALSE)
        return result

    def _said(self, axis: Axis, says: Mapping[str, str]) -> int:
        if axis.name not in says:
            return UNKNOWN
        if axis.name == THING:
            return self._concept_numbers[says[THING]]
        return axis.values.index(says[axis.name])


def _relation(things: Axis, concepts: Sequence[Concept]) -> NDArray[np.int64]:
    """(concepts + 1, things) of TRUE, FALSE and UNSURE; the last row is true of everything."""
    relation = np.full((len(concepts) + 1, len(things.values)), FALSE, np.int64)
    relation[-1] = TRUE
    for row, concept in zip(relation, concepts, strict=False):
        for i, leaf in enumerate(things.values):
            if leaf in concept.meant:
                row[i] = TRUE
            elif leaf in concept.unsure:
                row[i] = UNSURE
    return relation


def _judged(said: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    is_right = torch.where(said == seen, TRUE, FALSE)
    is_known = torch.where(seen == UNKNOWN, UNSURE, is_right)
    return torch.where(said == UNKNOWN, TRUE, is_known)
