"""The enrichers of a worker process, one per index, made when its first message comes."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.ingest.clock import utc_now
from diptych.ingest.dead_letters import DeadLetters
from diptych.ingest.enrich import Enricher
from diptych.ingest.picture_vectors import N_READERS
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
        *,
        dead_letters: DeadLetters | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
        n_readers: int = N_READERS,
    ) -> None:
        """Loads no model yet.

        Args:
            encoder_for: the encoder for a contract's models, the same one for the same models.
            dead_letters: where documents go that the cluster refuses; the log by default.
            n_readers: pictures read at one time, for each message.
        """
        self._cluster = cluster
        self._engine = engine
        self._pictures = pictures
        self._encoder_for = encoder_for
        self._dead_letters = dead_letters
        self._monotonic_s = monotonic_s
        self._now = now
        self._n_readers = n_readers
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Enricher]] = {}

    def get(self, index: str, contract: str | None = None) -> Enricher:
        """The enricher of an index.

        Args:
            contract: fingerprint of the contract that the caller saw; where ours is another one,
                the cluster is asked which is true.

        Raises:
            MissingIndexError: the index is gone.
            ContractError: Diptych is not installed on it, or for other models.
        """
        with self._lock:
            read_at_s, enricher = self._known.get(index, (float("-inf"), None))
            is_old = self._monotonic_s() - read_at_s > _CONTRACT_S
            if enricher is None or is_old or contract not in {None, enricher.contract.fingerprint}:
                enricher = self._make(index)
                self._forget_old()
                self._known[index] = self._monotonic_s(), enricher
            return enricher

    def _forget_old(self) -> None:
        """Shops that index anew each night must not fill the memory with old names."""
        oldest_s = self._monotonic_s() - _CONTRACT_S
        self._known = {name: kept for name, kept in self._known.items() if kept[0] > oldest_s}

    def _make(self, index: str) -> Enricher:
        target = read_target(self._cluster, index)
        store = ClusterStore(self._cluster, self._engine, target)
        return Enricher(
            store,
            self._encoder_for(target.contract),
            self._pictures,
            now=self._now,
            dead_letters=self._dead_letters,
            n_readers=self._n_readers,
        )
