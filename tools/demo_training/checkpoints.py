"""Where a training is, kept in a file so that a killed run goes on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is: steps made, and seconds spent on them."""

    step: int
    elapsed_s: float


class Checkpoint:
    """One file, replaced as a whole."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or written yet."""
        self._path = path

    def write(
        self, progress: Progress, model: torch.nn.Module, optimiser: torch.optim.Optimizer
    ) -> None:
        """Keep this state instead of the last."""
        state = {
            "step": progress.step,
            "elapsed_s": progress.elapsed_s,
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
        }
        unfinished = self._path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(self._path)

    def read(self, model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> Progress:
        """Put the kept state back; the very beginning where none is kept."""
        if not self._path.exists():
            return Progress(step=0, elapsed_s=0.0)
        state: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        return Progress(step=state["step"], elapsed_s=state["elapsed_s"])

    def remove(self) -> None:
        """Forget it: the training is finished."""
        self._path.unlink(missing_ok=True)
