"""The loop: batches in, a saved model out, going on where a killed run was."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn
from transformers import BertTokenizer, PreTrainedTokenizerBase

from demo_training.batches import Batch, Batches, Feeder
from demo_training.checkpoints import Checkpoint, Progress
from demo_training.facts import THING
from demo_training.losses import contrast, picture_contrast
from demo_training.model import Model
from demo_training.pictures import Collection
from demo_training.schedule import Schedule
from demo_training.tokens import learn_tokenizer

_DECAY = 0.06
_LARGEST_GRADIENT = 2.0
_PICTURE_WEIGHT, _HEADS_WEIGHT = 0.3, 0.5
#: Axes that two pictures of one meaning share.
_SAME_AXES = frozenset((THING, "colour", "pattern"))
_CHECKPOINT_NAME: Final = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    Attributes:
        tower: a key of `towers.TOWERS`, or `clip`.
        batch_size: in three minutes 128 came much further than 256, which makes half the steps.
        is_half: bfloat16 where the device is faster with it.
        max_steps: an end before the time is up.
        checkpoint_s: seconds between two checkpoints.
        report_steps: steps between two reports.
    """

    tower: str
    schedule: Schedule
    batch_size: int = 128
    seed: int = 0
    device: str = "cpu"
    is_half: bool = False
    max_steps: int | None = None
    checkpoint_s: float = 60.0
    report_steps: int = 50


@dataclass(frozen=True, slots=True)
class Report:
    """Where a training is: the mean loss of the last steps, and pictures a second."""

    step: int
    elapsed_s: float
    loss: float
    rate: float
    pictures_per_s: float
    side_px: int

    def __str__(self) -> str:
        """A line for people."""
        return (
            f"{self.elapsed_s:6.0f} s  step {self.step:5d}  loss {self.loss:7.3f}  "
            f"rate {self.rate:.1e}  {self.pictures_per_s:5.0f} pictures/s  {self.side_px} px"
        )


class Training:
    """One training of one model into a folder."""

    def __init__(self, collection: Collection, options: Options, folder: Path) -> None:
        """A new model, or the one that a killed run left in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(options.seed)
        self._options = options
        self._folder = folder
        self._batches = Batches(collection, size=options.batch_size, seed=options.seed)
        self._model = Model(
            options.tower,
            _tokenizer(collection, folder, options.seed),
            self._batches.axes,
            side_px=options.schedule.full_px,
        ).to(options.device)
        self._optimiser = torch.optim.AdamW(
            self._model.parameter_groups(_DECAY), lr=options.schedule.rate, betas=(0.9, 0.98)
        )
        self._checkpoint = Checkpoint(folder / _CHECKPOINT_NAME)
        self._progress = self._checkpoint.read(self._model, self._optimiser)
        names = [axis.name for axis in self._batches.axes]
        self._same_axes = [i for i, name in enumerate(names) if name in _SAME_AXES]

    @property
    def n_parameters(self) -> int:
        """Of the model that is kept."""
        return sum(parameter.numel() for parameter in self._model.encoder.parameters())

    @property
    def first_step(self) -> int:
        """0, or where a killed run was."""
        return self._progress.step

    def run(self, on_report: Callable[[Report], None]) -> None:
        """Train until the time or the steps are over, then save."""
        feeder = Feeder(self._batches, first=self._progress.step)
        try:
            self._train(feeder, on_report)
        finally:
            feeder.close()
        self._model.eval()
        self._model.save(self._folder)
        self._checkpoint.remove()

    def _train(self, feeder: Feeder, on_report: Callable[[Report], None]) -> None:
        schedule, options = self._options.schedule, self._options
        began_s = time.monotonic() - self._progress.elapsed_s
        kept_s = self._progress.elapsed_s
        meter = _Meter(self._progress)
        self._model.train()
        while not self._is_over:
            elapsed_s, step = self._progress.elapsed_s, self._progress.step
            rate = schedule.rate_at(elapsed_s, step)
            batch = feeder.next(side_px=self._model.fixed_px or schedule.side_px(elapsed_s))
            loss = self._step(batch, rate)
            self._progress = Progress(step + 1, time.monotonic() - began_s)
            meter.add(loss)
            if self._progress.step % options.report_steps == 0:
                side_px = batch.pixels.shape[-1]
                on_report(meter.report(self._progress, rate, options.batch_size, side_px))
            if self._progress.elapsed_s - kept_s > options.checkpoint_s:
                self._checkpoint.write(self._progress, self._model, self._optimiser)
                kept_s = self._progress.elapsed_s

    @property
    def _is_over(self) -> bool:
        is_late = self._options.schedule.is_over(self._progress.elapsed_s)
        return is_late or self._progress.step == self._options.max_steps

    def _step(self, batch: Batch, rate: float) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        loss = self._loss(batch)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), _LARGEST_GRADIENT)
        self._optimiser.step()
        return loss.item()

    def _loss(self, batch: Batch) -> torch.Tensor:
        device = self._options.device
        facts, says = batch.facts.to(device), batch.says.to(device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=self._options.is_half):
            features, pictures = self._model.see(batch.pixels.to(device))
            words = self._model.read(batch.texts)
            heads = self._model.heads.loss(features, facts)
        truth = self._batches.truth.matrix(says, facts)
        return (
            contrast(self._model.scale * words, pictures, truth)
            + _PICTURE_WEIGHT * picture_contrast(pictures, facts[:, self._same_axes])
            + _HEADS_WEIGHT * heads
        )


class _Meter:
    """Losses and time since the last report."""

    def __init__(self, since: Progress) -> None:
        self._since = since
        self._losses: list[float] = []

    def add(self, loss: float) -> None:
        self._losses.append(loss)

    def report(self, now: Progress, rate: float, batch_size: int, side_px: int) -> Report:
        steps, seconds = now.step - self._since.step, now.elapsed_s - self._since.elapsed_s
        loss = float(np.mean(self._losses))
        self._since, self._losses = now, []
        speed = steps * batch_size / seconds
        return Report(now.step, now.elapsed_s, loss, rate, speed, side_px)


def _tokenizer(collection: Collection, folder: Path, seed: int) -> PreTrainedTokenizerBase:
    """The one in the folder, so that a run that goes on has the same, else a new one."""
    if not (folder / "tokenizer.json").exists():
        learn_tokenizer(collection, seed=seed).save_pretrained(folder)
    tokenizer: PreTrainedTokenizerBase = BertTokenizer.from_pretrained(folder)
    return tokenizer
