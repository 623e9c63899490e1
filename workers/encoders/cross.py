"""Cross-encoders: a query and a document read together, to one score."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from diptych.encoding import speakable
from diptych.errors import EncodingError, UnavailableError
from diptych.vectors import Floats
from diptych.workers.encoders.device import Device

#: Pairs of one forward: few, so that a time budget is looked at often enough.
_CPU_PAIRS, _GPU_PAIRS = 8, 64
_CHARACTERS = 8_000


class CrossEncoder:
    """A `diptych.reranking.Reranker` over a sequence classification model with one output.

    Safe to call from several threads.
    """

    def __init__(self, model: Any, tokenizer: Any, *, max_tokens: int, device: Device) -> None:
        """A loaded model with its tokenizer; scores one pair to try it."""
        self._model = model
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._device = device
        self._n_pairs = _GPU_PAIRS if device.is_cuda else _CPU_PAIRS
        self.scores("a", ["a"])

    def scores(
        self, query: str, documents: Sequence[str], *, timeout_s: float | None = None
    ) -> Floats:
        """(n,) float32 logits, higher is better; documents of one length are read together."""
        ends_s = None if timeout_s is None else time.monotonic() + timeout_s
        texts = [speakable(document[:_CHARACTERS]) for document in documents]
        found = np.empty(len(texts), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), self._n_pairs):
            if ends_s is not None and time.monotonic() > ends_s:
                raise UnavailableError(
                    f"The cross-encoder read {start} of {len(texts)} documents in {timeout_s:.2g} "
                    "s: rerank fewer, or give the search more time."
                )
            part = order[start : start + self._n_pairs]
            found[part] = self._forward(query, [texts[i] for i in part])
        return found

    def _forward(self, query: str, texts: Sequence[str]) -> Floats:
        tokens = self._tokenizer(
            [speakable(query)] * len(texts),
            list(texts),
            padding=True,
            truncation="only_second",
            max_length=self._max_tokens,
            return_tensors="pt",
        ).to(self._device.name)

        def forward(rows: slice) -> torch.Tensor:
            given = {name: tensor[rows] for name, tensor in tokens.items()}
            logits: torch.Tensor = self._model(**given).logits
            return logits

        logits = self._device.run(forward, len(texts))
        if logits.shape[1] != 1:
            raise EncodingError(
                f"The model gives {logits.shape[1]} numbers for a pair, and a cross-encoder gives "
                "one: name a model for reranking."
            )
        return logits[:, 0]
