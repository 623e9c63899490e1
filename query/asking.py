"""The query vector of a request, from the encoder and from the vectors of stored products."""

import time
from dataclasses import dataclass

from diptych.client import Caller
from diptych.encoding import Encoder
from diptych.errors import DiptychError, EncodingError, SearchError, UnavailableError
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target
from diptych.query.budget import Budget
from diptych.query.meaning import Wish, understand, wishes_like
from diptych.query.patience import within
from diptych.query.request import SearchRequest
from diptych.query.stored import StoredVectors, read_vectors
from diptych.query.vector import QueryVector, build_query_vector

#: Why there is no encoder, where the caller does not say it better.
NO_ENCODER = "No encoder is set: name one with --encoder-url."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request means.

    `vector` is None where it has nothing to look for by vector; `problem` says what of the request
    could not be used, and why; `encode_ms` is the encoder's time.
    """

    vector: QueryVector | None
    problem: str | None
    encode_ms: float


class Asker:
    """Makes query vectors; safe to call from several threads.

    Args of the constructor:
        encoder: None leaves out words and photos.
        encoder_problem: why there is none.
    """

    def __init__(
        self,
        cluster: Caller,
        engine: Engine,
        encoder: Encoder | None,
        *,
        encoder_problem: str = NO_ENCODER,
    ) -> None:
        """See the class; nothing is sent yet."""
        self._cluster = cluster
        self._engine = engine
        self._encoder = encoder
        self._encoder_problem = encoder_problem

    def ask(self, target: Target, request: SearchRequest, *, budget: Budget | None = None) -> Asked:
        """The query vector of a request to one index.

        A failing or slow encoder is a `problem`, and so is a product that cannot be used while
        others can. Products to prefer or avoid that are gone are passed over without a word: a
        shopper's past names many.

        Args:
            budget: the time that is left; the request's own from now on unless given.

        Raises:
            SearchError: the request says nothing but what cannot be used.
            UnavailableError: the same, and the encoder may answer later; or no time is left.
            ContractError: the encoder's models are not the index's.
            ImageError: a photo cannot be decoded.
            DiptychError: whatever the cluster refuses or cannot answer.
        """
        budget = budget or Budget(request.timeout_s)
        started = time.perf_counter()
        wishes, trouble = self._encode(target, request, budget)
        encode_ms = 1_000 * (time.perf_counter() - started)
        problems = [] if trouble is None else [str(trouble)]
        stored = read_vectors(
            self._cluster, self._engine, target, request.product_ids, timeout_s=budget.left_s
        )
        wishes += _product_wishes(target, request, stored, problems)
        vector = build_query_vector(
            wishes, layout=target.contract.layout, weights=request.resolved_weights
        )
        if vector is None and trouble is not None and request.words is None:
            kind = UnavailableError if isinstance(trouble, UnavailableError) else SearchError
            raise kind(f"This search needs the models, which are not there. {trouble}")
        return Asked(vector, " ".join(problems) or None, encode_ms)

    def _encode(
        self, target: Target, request: SearchRequest, budget: Budget
    ) -> tuple[list[Wish], DiptychError | None]:
        weights = request.resolved_weights
        if not request.needs_encoder or not (weights.text or weights.image):
            return [], None
        if self._encoder is None:
            return [], EncodingError(self._encoder_problem)
        patience_s = budget.encoder_s
        encoder = self._encoder if patience_s is None else within(self._encoder, patience_s)
        try:
            wishes = understand(request, contract=target.contract, encoder=encoder, weights=weights)
        except (EncodingError, UnavailableError) as err:
            return [], err
        return wishes, None


def _product_wishes(
    target: Target, request: SearchRequest, stored: StoredVectors, problems: list[str]
) -> list[Wish]:
    """What the named products mean; adds to `problems` those of the search that lack a vector.

    Raises:
        SearchError: products are all that is asked for, and none of them can be used.
    """
    lacking = [product for product in (*request.like, *request.not_like) if product not in stored]
    if lacking and not request.needs_encoder and not stored.vectors:
        raise SearchError(stored.lack(lacking[0], index=target.name))
    problems += [stored.lack(product, index=target.name) for product in lacking]
    wishes: list[Wish] = []
    for products, is_wanted, is_taste in (
        (request.like, True, False),
        (request.not_like, False, False),
        (request.prefer, True, True),
        (request.avoid, False, True),
    ):
        for product in products:
            if product in stored:
                wishes += wishes_like(
                    stored[product],
                    contract=target.contract,
                    is_wanted=is_wanted,
                    is_taste=is_taste,
                )
    return wishes
