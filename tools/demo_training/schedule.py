"""How far a training is by the clock, and what its rate and its resolution are there."""

import math
from dataclasses import dataclass

_WARM_UP_STEPS = 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """A training of `length_s` seconds: small pictures first, the rate along a half cosine.

    Attributes:
        length_s: seconds of training, loading and saving not counted.
        rate: the highest learning rate.
        small_px: pictures' side at first.
        full_px: pictures' side from `grows_at`, and of the finished model.
        grows_at: the share of the time in [0, 1] after which pictures are full.
    """

    length_s: float
    rate: float = 1.5e-3
    small_px: int = 64
    full_px: int = 96
    grows_at: float = 0.5

    def rate_at(self, elapsed_s: float, step: int) -> float:
        """The learning rate: up over the first steps, then down to zero."""
        warm = min(1.0, (step + 1) / _WARM_UP_STEPS)
        share = min(1.0, elapsed_s / self.length_s)
        return self.rate * warm * (0.5 + 0.5 * math.cos(math.pi * share))

    def side_px(self, elapsed_s: float) -> int:
        """The side of the pictures of a batch."""
        return self.full_px if elapsed_s >= self.grows_at * self.length_s else self.small_px

    def is_over(self, elapsed_s: float) -> bool:
        """Whether the time is up."""
        return elapsed_s >= self.length_s
