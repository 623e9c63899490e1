"""A cross-encoder in another process: `diptych encoder --rerank-model`, spoken to over HTTP."""

from collections.abc import Sequence

import numpy as np

from diptych.errors import EncodingError
from diptych.remote_service import RemoteService
from diptych.vectors import Floats


class RemoteReranker:
    """A `diptych.reranking.Reranker` over the service at `url`; safe in several threads."""

    def __init__(self, url: str, *, timeout_s: float = 10.0) -> None:
        """Opens nothing.

        Raises:
            SettingsError: `url` is not an http or https address.
        """
        self._service = RemoteService(url, timeout_s=timeout_s)

    def scores(
        self, query: str, documents: Sequence[str], *, timeout_s: float | None = None
    ) -> Floats:
        """(n,) float32: how well each document answers; see `Reranker.scores`."""
        body: dict[str, object] = {"query": query, "documents": list(documents)}
        answer = self._service.ask("POST", "/v1/rerank", body, timeout_s=timeout_s)
        scores = np.full(len(documents), np.nan, np.float32)
        try:
            for result in answer["results"]:
                scores[result["index"]] = result["relevance_score"]
        except (IndexError, KeyError, TypeError, ValueError) as err:
            raise self._service.no_encoder(200) from err
        if np.isnan(scores).any():
            raise EncodingError(
                f"The encoder at {self._service.url} left documents out of its answer: start a "
                "`diptych encoder` of this version."
            )
        return scores
