"""Texts to unit rows: tokenised once, sorted by length, batched under a token budget."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from diptych.encoding import speakable
from diptych.vectors import Floats, unit_rows
from diptych.workers.encoders.descriptions import ModelDescription, Pooling
from diptych.workers.encoders.device import Device

#: Padded tokens of one forward.
CPU_TOKENS = 2048
GPU_TOKENS = 32768

#: No tokenizer needs more characters than this for one token of ordinary text, so what lies
#: beyond cannot matter, and a text of megabytes costs what a page costs.
_CHARACTERS_PER_TOKEN = 32


class _Tokenizer(Protocol):
    pad_token_id: int | None

    def __call__(self, texts: list[str], **options: object) -> Any: ...


class TextModel:
    """The text side of one model; safe to call from several threads."""

    def __init__(
        self,
        model: torch.nn.Module,
        tokenizer: _Tokenizer,
        description: ModelDescription,
        *,
        max_tokens: int,
        device: Device,
    ) -> None:
        """A loaded model with its tokenizer; encodes one text to try it."""
        self._model = model
        self._tokenizer = tokenizer
        self._description = description
        self._max_tokens = max_tokens
        self._device = device
        self._budget = GPU_TOKENS if device.is_cuda else CPU_TOKENS
        self._tokenizer_lock = threading.Lock()
        self.dimension = self._encode_distinct(["a"]).shape[1]

    def encode(self, texts: Sequence[str], *, prefix: str = "") -> Floats:
        """(n, dimension) float32 unit rows; zeros for a blank text; equal texts run once."""
        longest = self._max_tokens * _CHARACTERS_PER_TOKEN
        cleaned = [speakable(text[:longest]) for text in texts]
        distinct = list(dict.fromkeys(text for text in cleaned if text))
        rows = np.zeros((len(cleaned), self.dimension), np.float32)
        if distinct:
            place = {text: i for i, text in enumerate(distinct)}
            said = [i for i, text in enumerate(cleaned) if text in place]
            vectors = self._encode_distinct([prefix + text for text in distinct])
            rows[said] = vectors[[place[cleaned[i]] for i in said]]
        return rows

    def _encode_distinct(self, texts: list[str]) -> Floats:
        tokens = self._tokens(texts)
        parts, order = [], []
        for batch in token_batches([len(row) for row in tokens], budget=self._budget):
            parts.append(self._forward([tokens[i] for i in batch]))
            order.extend(batch)
        rows = np.empty((len(texts), parts[0].shape[1]), np.float32)
        rows[order] = np.concatenate(parts)
        return unit_rows(rows)

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        """Token ids with special tokens, cut to the model's longest input.

        Locked, because a fast tokenizer refuses to be reconfigured while it is in use.
        """
        with self._tokenizer_lock:
            tokens: list[list[int]] = self._tokenizer(
                texts,
                truncation=True,
                max_length=self._max_tokens,
                padding="max_length" if self._description.pads_to_max else False,
                return_attention_mask=False,
                return_token_type_ids=False,
            )["input_ids"]
        return tokens

    def _forward(self, tokens: list[list[int]]) -> Floats:
        ids, mask = self._padded(tokens)
        return self._device.run(lambda rows: self._vectors(ids[rows], mask[rows]), len(tokens))

    def _padded(self, tokens: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        lengths = np.array([len(row) for row in tokens])
        ids: NDArray[np.int64] = np.full(
            (len(tokens), lengths.max()), self._tokenizer.pad_token_id or 0, np.int64
        )
        mask = np.arange(lengths.max()) < lengths[:, None]
        ids[mask] = np.concatenate([np.array(row, np.int64) for row in tokens])
        return torch.from_numpy(ids), torch.from_numpy(mask.astype(np.int64))

    def _vectors(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        ids, mask = ids.to(self._device.name), mask.to(self._device.name)
        inputs: dict[str, torch.Tensor] = {"input_ids": ids}
        if not self._description.pads_to_max:
            inputs["attention_mask"] = mask
        if self._description.pooling is Pooling.PROJECTION:
            return projected(self._model.get_text_features(**inputs))  # type: ignore[operator]
        return _pooled(self._model(**inputs), mask, self._description.pooling)


def token_batches(lengths: Sequence[int], *, budget: int) -> Iterator[list[int]]:
    """Indices of texts, longest first, in batches of at most `budget` padded tokens.

    Every batch has at least one text, even one that is longer than the budget.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        stop = start + max(1, budget // max(1, lengths[order[start]]))
        yield order[start:stop]
        start = stop


def projected(output: Any) -> torch.Tensor:
    """The projected vectors in what `get_text_features` or `get_image_features` returned."""
    vectors: torch.Tensor = output if torch.is_tensor(output) else output.pooler_output
    return vectors


def _pooled(output: Any, mask: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    if pooling is Pooling.POOLER:
        pooler: torch.Tensor = output.pooler_output
        return pooler
    states: torch.Tensor = output.last_hidden_state.float()
    if pooling is Pooling.CLS:
        return states[:, 0]
    weights = mask[:, :, None].float()
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)
