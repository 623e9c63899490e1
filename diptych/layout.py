"""Where each part of the fused vector lies; the layout is data, kept in the contract.

Document: d = [ text | image | agreement | bias | 0.. ], padded to a multiple of 8, compared by
inner product. `text` and `image` are unit vectors, `agreement` is the cosine of the words and the
picture in the picture model's space, and `bias` is 1. A query puts its weights into its own
blocks, so every weighting reads the same graph. The bias lets a query lift all its inner products
above zero, where every engine turns them into scores linearly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from diptych.errors import ContractError
from diptych.vectors import Floats

TEXT = "text"
IMAGE = "image"
AGREEMENT = "agreement"
BIAS = "bias"

#: SIMD kernels of the engines want multiples of 8 (faiss needs them).
_MULTIPLE = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A named stretch of the fused vector."""

    name: str
    start: int
    length: int

    @property
    def span(self) -> slice:
        """Its columns."""
        return slice(self.start, self.start + self.length)


@dataclass(frozen=True, slots=True)
class Layout:
    """The blocks of a fused vector, in order, and its padded length."""

    blocks: tuple[Block, ...]
    dimension: int

    def __getitem__(self, name: str) -> Block:
        for block in self.blocks:
            if block.name == name:
                return block
        raise ContractError(
            f"The layout has no block {name!r}, only {', '.join(b.name for b in self.blocks)}: "
            "install the index again with this version."
        )

    def fuse(self, parts: Mapping[str, Floats]) -> Floats:
        """(n, dimension) float32: one fused row per product from the parts given.

        Args:
            parts: block name -> (n, length) float32; a block that is not named is zero.

        Raises:
            ContractError: an unknown block, or a part of another length.
        """
        n = len(next(iter(parts.values())))
        fused = np.zeros((n, self.dimension), dtype=np.float32)
        for name, part in parts.items():
            block = self[name]
            if part.shape != (n, block.length):
                raise ContractError(
                    f"The block {name!r} holds {block.length} numbers, but the model gave "
                    f"{part.shape[-1]}: it is not the model of this index."
                )
            fused[:, block.span] = part
        return fused


def product_layout(*, text_dimension: int, image_dimension: int) -> Layout:
    """text | image | agreement | bias, padded."""
    return _stack(((TEXT, text_dimension), (IMAGE, image_dimension), (AGREEMENT, 1), (BIAS, 1)))


def _stack(lengths: Iterable[tuple[str, int]]) -> Layout:
    blocks: list[Block] = []
    end = 0
    for name, length in lengths:
        blocks.append(Block(name, end, length))
        end += length
    return Layout(tuple(blocks), -(-end // _MULTIPLE) * _MULTIPLE)
