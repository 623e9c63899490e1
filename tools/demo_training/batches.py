"""Batches: pictures of every set with captions, in part groups that one attribute tells apart."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from demo_training.augment import augmented
from demo_training.captions import LANGUAGES
from demo_training.facts import THING, Axis, Caption, Ints, axes_of, fact_rows
from demo_training.pictures import Collection, PictureSet
from demo_training.truth import Truth
from diptych.plugin.demo.looks import Dice, pick

#: Share of a set's pictures in a batch that come in groups, and pictures of a group.
_GROUPED_SHARE: Final = 0.6
_GROUP_SIZE: Final = 4
#: What tells the pictures of a group apart, and what they have in common.
_TELLING: Final = "pattern"
_COMMON: Final = (THING, "colour")
_WAITING: Final = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """`pixels` (n, 3, side, side) float32, `facts` and `says` (n, axes) int64, n captions."""

    pixels: torch.Tensor
    facts: torch.Tensor
    says: torch.Tensor
    texts: Sequence[str]


class Batches:
    """Makes the batch of any step; the same for the same seed and step."""

    def __init__(self, collection: Collection, *, size: int, seed: int) -> None:
        """Counts out which pictures can stand in a group."""
        self._collection = collection
        self._size = size
        self._seed = seed
        subjects = [subject for part in collection.sets for subject in part.subjects]
        self.axes: tuple[Axis, ...] = axes_of(subjects)
        self.truth = Truth(self.axes, collection.concepts)
        self._facts = [fact_rows(self.axes, part.subjects) for part in collection.sets]
        self._groups = [_groups(part) for part in collection.sets]

    def batch(self, step: int, *, side_px: int) -> Batch:
        """The batch of a step, its pictures varied at random."""
        dice = np.random.default_rng((self._seed, step))
        pixels, facts = [], []
        captions: list[Caption] = []
        is_real: list[bool] = []
        for number, n in enumerate(self._counts()):
            part = self._collection.sets[number]
            chosen, n_grouped = self._chosen(number, n, dice)
            pixels.append(part.pixels[chosen])
            facts.append(self._facts[number][chosen])
            captions.extend(self._captions(part, chosen, n_grouped, dice))
            is_real.extend([part.is_real] * n)
        return Batch(
            pixels=augmented(
                np.concatenate(pixels), torch.tensor(is_real), side_px=side_px, dice=dice
            ),
            facts=torch.from_numpy(np.concatenate(facts)),
            says=torch.from_numpy(self.truth.says_rows(captions)),
            texts=[caption.text for caption in captions],
        )

    def _counts(self) -> list[int]:
        """How many pictures of each set; the first takes what rounding leaves."""
        shares = np.array([part.share for part in self._collection.sets])
        counts: list[int] = (shares / shares.sum() * self._size).astype(int).tolist()
        counts[0] += self._size - sum(counts)
        return counts

    def _chosen(self, number: int, n: int, dice: Dice) -> tuple[Ints, int]:
        """Places in a set, and how many of them, at the front, stand in groups."""
        groups = self._groups[number]
        grouped: list[int] = []
        while groups and len(grouped) < n * _GROUPED_SHARE:
            grouped.extend(_group(pick(dice, groups), dice))
        grouped = grouped[:n]
        n_others = n - len(grouped)
        others = dice.integers(len(self._collection.sets[number]), size=n_others)
        return np.concatenate([np.array(grouped, np.int64), others]), len(grouped)

    def _captions(
        self, part: PictureSet, chosen: Ints, n_grouped: int, dice: Dice
    ) -> Iterator[Caption]:
        for place, index in enumerate(chosen.tolist()):
            surely = frozenset({_TELLING}) if place < n_grouped else frozenset[str]()
            language = pick(dice, LANGUAGES)
            yield self._collection.caption(part, index, language=language, dice=dice, surely=surely)


class Feeder:
    """Makes the next batches in a thread while a step is computed."""

    def __init__(self, batches: Batches, *, first: int) -> None:
        """Begins with the step `first`."""
        self._batches = batches
        self._step = first
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._waiting: deque[Future[Batch]] = deque()

    def next(self, *, side_px: int) -> Batch:
        """The batch of the next step; those begun from now on have pictures of `side_px`."""
        while len(self._waiting) < _WAITING:
            made = self._pool.submit(self._batches.batch, self._step, side_px=side_px)
            self._waiting.append(made)
            self._step += 1
        return self._waiting.popleft().result()

    def close(self) -> None:
        """Ends the thread."""
        self._pool.shutdown(cancel_futures=True)


def _groups(part: PictureSet) -> list[tuple[Ints, ...]]:
    """For each thing and colour the pictures of each of its patterns, where there are two."""
    found: dict[tuple[str | None, ...], dict[str, list[int]]] = {}
    for i, subject in enumerate(part.subjects):
        value = subject.facts.get(_TELLING)
        if value is not None:
            common = tuple(subject.facts.get(axis) for axis in _COMMON)
            found.setdefault(common, {}).setdefault(value, []).append(i)
    return [
        tuple(np.array(places, np.int64) for places in values.values())
        for values in found.values()
        if len(values) > 1
    ]


def _group(values: Sequence[Ints], dice: Dice) -> list[int]:
    """One picture of each of a few values."""
    order = dice.permutation(len(values))[:_GROUP_SIZE]
    return [int(pick(dice, values[i].tolist())) for i in order]
