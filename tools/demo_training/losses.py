"""What training makes small: contrast of words with pictures and of pictures, and heads."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from demo_training.facts import UNKNOWN, Axis
from demo_training.truth import FALSE, TRUE, UNSURE

#: Low enough that its softmax is zero in every precision.
_NEVER = -1e4
#: Cosines of two pictures are multiplied by this.
_PICTURE_SCALE = 12.0
_SMOOTHING = 0.05
_NO_CLASS = -100


def soft_cross_entropy(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each row with an even share on what is true of it; unsure pairs left out.

    Args:
        logits: (n, m) float.
        truth: (n, m) of TRUE, FALSE and UNSURE; rows with nothing true are left out.
    """
    true = (truth == TRUE).float()
    n_true = true.sum(1)
    rows = n_true > 0
    if not rows.any():
        return logits.sum() * 0
    logs = logits.masked_fill(truth == UNSURE, _NEVER).log_softmax(1)
    return (-(logs * true).sum(1)[rows] / n_true[rows]).mean()


def contrast(words: torch.Tensor, pictures: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Words find their pictures and pictures their words.

    Args:
        words: (n, d) unit rows, times the scale.
        pictures: (m, d) unit rows.
        truth: (n, m) of TRUE, FALSE and UNSURE.
    """
    logits = words @ pictures.T
    return soft_cross_entropy(logits, truth) + soft_cross_entropy(logits.T, truth.T)


def picture_contrast(pictures: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
    """Pictures find others of the same facts.

    Args:
        pictures: (n, d) unit rows.
        facts: (n, axes) int64: only the axes that have to be equal. A value that is not known is
            equal to every other, else photos, of which little is known, would have no others.
    """
    one, other = facts[:, None], facts[None, :]
    is_other = ((one != other) & (one != UNKNOWN) & (other != UNKNOWN)).any(2)
    alike = torch.where(is_other, FALSE, TRUE).fill_diagonal_(UNSURE)
    return soft_cross_entropy(_PICTURE_SCALE * pictures @ pictures.T, alike)


class Heads(nn.Module):
    """One classifier per axis upon the picture tower; thrown away after training."""

    def __init__(self, width: int, axes: Sequence[Axis]) -> None:
        """Heads for the axes, from features of this width."""
        super().__init__()
        self._heads = nn.ModuleList(nn.Linear(width, len(axis.values)) for axis in axes)

    def loss(self, features: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        """The sum over the axes of the mean cross-entropy; a picture without a value gives none.

        So an axis counts as much as there are pictures that have it: else those of a few scenes
        would outweigh the colour of everything.

        Args:
            features: (n, width) float, the tower's pooled output.
            facts: (n, axes) int64.
        """
        losses = [
            functional.cross_entropy(
                head(features).float(),
                facts[:, i].masked_fill(facts[:, i] < 0, _NO_CLASS),
                ignore_index=_NO_CLASS,
                label_smoothing=_SMOOTHING,
                reduction="sum",
            )
            for i, head in enumerate(self._heads)
        ]
        return torch.stack(losses).sum() / len(facts)
