"""The enrichers of a worker process, one per index, made when its first message comes."""

import threading
import time
from collections.abc import Callable

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.ingest.enrich import Enricher
from diptych.ingest.pictures import PictureSource
from diptych.ingest.store import ClusterStore
from diptych.mappings.engine import Engine
from diptych.mappings.target import read_target

#: A contract read from the cluster is trusted for this time.
_CONTRACT_S = 60.0


class Enrichers:
    """Call `get` from any thread; the first call for a model loads it."""

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        pictures: PictureSource,
        encoder_for: Callable[[IndexContract], Encoder],
    ) -> None:
        """Loads no model yet.

        Args:
            encoder_for: the encoder for a contract's models, the same one for the same models.
        """
        self._cluster = cluster
        self._engine = engine
        self._pictures = pictures
        self._encoder_for = encoder_for
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Enricher]] = {}

    def get(self, index: str) -> Enricher:
        """The enricher of an index.

        Raises:
            MissingIndexError: the index is gone.
            ContractError: Diptych is not installed on it, or for other models.
        """
        with self._lock:
            read_at_s, enricher = self._known.get(index, (float("-inf"), None))
            if enricher is None or time.monotonic() - read_at_s > _CONTRACT_S:
                enricher = self._make(index)
                self._forget_old()
                self._known[index] = time.monotonic(), enricher
            return enricher

    def _forget_old(self) -> None:
        """Shops that index anew each night must not fill the memory with old names."""
        oldest_s = time.monotonic() - _CONTRACT_S
        self._known = {name: kept for name, kept in self._known.items() if kept[0] > oldest_s}

    def _make(self, index: str) -> Enricher:
        target = read_target(self._cluster, index)
        store = ClusterStore(self._cluster, self._engine, target)
        return Enricher(store, self._encoder_for(target.contract), self._pictures)
