"""What a request means as vectors: the encoder's part of a search."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from diptych.centring import centred_encoder
from diptych.contract import IndexContract
from diptych.encoding import Encoder, Role
from diptych.layout import IMAGE, TEXT
from diptych.query.request import SearchRequest
from diptych.query.weights import Weights
from diptych.vectors import Floats


@dataclass(frozen=True, slots=True)
class Wish:
    """A direction that hits should lie in, or away from.

    `block` is the block of the fused vector, `vector` (length of the block,) float32, of unit
    length. `is_said` tells words of the request from a photo or a product; `is_taste` what the
    shopper is known to like or dislike from what this search is about.
    """

    block: str
    vector: Floats
    is_wanted: bool = True
    is_said: bool = False
    is_taste: bool = False


def understand(
    request: SearchRequest, *, contract: IndexContract, encoder: Encoder, weights: Weights
) -> list[Wish]:
    """The request's words and photos as wishes; a block of weight 0 is not encoded.

    Words meet a product's words in the sentence model's space, and its picture in the picture
    model's. A photo meets the picture. Where one model made both blocks, a photo without words
    meets the product's words too: with the bundled model a shelf photo finds its product at rank 1
    in 45 % by its title and in 38 % by its picture.

    Raises:
        ContractError: the encoder's models are not those of the index.
        ImageError: the photo cannot be decoded.
        EncodingError: a model fails.
        UnavailableError: the encoder does not answer.
    """
    contract.check_encoder(encoder)
    encoder = centred_encoder(encoder, contract.centres, side=Role.QUERY)
    wishes: list[Wish] = []
    if weights.text:
        wishes += _words(TEXT, request, lambda texts: encoder.encode_texts(texts, role=Role.QUERY))
    if weights.image:
        wishes += _words(IMAGE, request, encoder.encode_words)
    return [*wishes, *_photos(request, contract, encoder)]


def wishes_like(
    stored: Floats, *, contract: IndexContract, is_wanted: bool = True, is_taste: bool = False
) -> list[Wish]:
    """Wishes for what resembles a product, from its (dimension,) stored vector."""
    return [
        Wish(name, stored[contract.layout[name].span], is_wanted, is_taste=is_taste)
        for name in (TEXT, IMAGE)
    ]


def _words(
    block: str, request: SearchRequest, encode: Callable[[Sequence[str]], Floats]
) -> Iterator[Wish]:
    sayings = ((request.words, True), (request.unwanted_words, False))
    said = [(text, is_wanted) for text, is_wanted in sayings if text is not None]
    if said:
        rows = encode([text for text, _ in said])
        for (_, is_wanted), row in zip(said, rows, strict=True):
            yield Wish(block, row, is_wanted, is_said=True)


def _photos(request: SearchRequest, contract: IndexContract, encoder: Encoder) -> Iterator[Wish]:
    both = ((request.image, True), (request.not_image, False))
    photos = [(photo, is_wanted) for photo, is_wanted in both if photo is not None]
    if not photos:
        return
    encoded = encoder.encode_images([photo for photo, _ in photos])
    if encoded.errors:
        raise encoded.errors[min(encoded.errors)]
    meets_words = request.words is None and contract.text_model == contract.image_model
    for (_, is_wanted), row in zip(photos, encoded.vectors, strict=True):
        yield Wish(IMAGE, row, is_wanted)
        if meets_words:
            yield Wish(TEXT, row, is_wanted)
