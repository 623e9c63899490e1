"""What the routes need: one searcher for each pair of models, and the state of what it rests on."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

from diptych.client import Caller, Cluster, path
from diptych.contract import IndexContract
from diptych.encoding import Encoder, ModelRef, Role
from diptych.errors import DiptychError, EncodingError, UnavailableError
from diptych.ingest.pictures import LocalPictures, PictureSource
from diptych.mappings.engine import Engine
from diptych.mappings.target import Target, read_mapping, read_target
from diptych.plugin.feedback.recorder import Recording
from diptych.plugin.serve.pictures import Thumbnails
from diptych.query.asking import Asker
from diptych.query.patience import within
from diptych.query.searcher import Searcher
from diptych.query.view import Views
from diptych.reranking import Reranker

#: The state of cluster and models is asked for at most this often, however often `/health` is.
_HEALTH_LIFE_S = 2.0
_HEALTH_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    `timeout_s` is the time budget of a search; `max_body_bytes` the longest body, which has room
    for a picture in base64.
    """

    timeout_s: float = 5.0
    max_body_bytes: int = 24 * 1024 * 1024


class Service:
    """The searchers of the served indexes; safe to use from several threads.

    Args of the constructor:
        indexes: names that are served, each an index or an alias with a contract.
        encoder_for: the encoder of a contract; its EncodingError or UnavailableError means
            keywords alone, with that reason.
        source_fields: fields that callers may see, `*` allowed; none means all.
        pictures: opens the files that products name; without it no picture is shown.
        reranker: orders first hits anew where a request asks for it.
        recorder: takes what is asked and chosen; None records nothing.
        interleave: a profile that is compared live with the default one.
    """

    def __init__(
        self,
        cluster: Cluster,
        engine: Engine,
        indexes: Sequence[str],
        encoder_for: Callable[[IndexContract], Encoder],
        *,
        source_fields: Sequence[str] = (),
        pictures: PictureSource | None = None,
        reranker: Reranker | None = None,
        recorder: Recording | None = None,
        interleave: str | None = None,
        limits: Limits = Limits(),
    ) -> None:
        """Reads the contracts and makes the encoders.

        Raises:
            MissingIndexError: an index is not there.
            ContractError: Diptych is not installed on one.
            DiptychError: the cluster does not answer.
        """
        self.cluster = cluster
        self.engine = engine
        self.indexes = tuple(indexes)
        self.source_fields = tuple(source_fields)
        self.limits = limits
        self.recorder = recorder
        self.interleave = interleave
        self.thumbnails = Thumbnails(cluster, pictures or LocalPictures(()))
        self.version = metadata.version("diptych")
        self.problems: dict[str, str] = {}
        self._encoder_for = encoder_for
        self._reranker = reranker
        self._views = Views(cluster)
        self._cluster_health = _Lately(self._cluster_answers)
        self._encoder_health = _Lately(self._encoders_answer)
        self._encoders: dict[tuple[ModelRef, ModelRef], tuple[Encoder | None, str]] = {}
        self._searchers = self._make_searchers()

    def searcher(self, index: str) -> Searcher:
        """The searcher of a served index."""
        return self._searchers[index]

    def target(self, index: str) -> Target:
        """A served index with its contract and fields, at most some seconds old."""
        return self._views.of(index).target

    def index_behind(self, name: str) -> str:
        """The index behind a served name, also when it lost its contract."""
        return read_mapping(self.cluster, name)[0]

    def asker(self, index: str, caller: Caller) -> Asker:
        """What makes query vectors for a served index.

        Args:
            caller: reads the vectors of products that a request names.
        """
        contract = self.target(index).contract
        encoder, problem = self._encoders.get(
            (contract.text_model, contract.image_model),
            (None, "The models of the index changed: start `diptych serve` again."),
        )
        return Asker(caller, self.engine, encoder, encoder_problem=problem)

    @property
    def has_encoder(self) -> bool:
        """Whether every index can be searched by meaning."""
        return not self.problems

    def is_cluster_up(self) -> bool:
        """Whether the cluster answered lately."""
        return self._cluster_health()

    def are_encoders_up(self) -> bool:
        """Whether the models that there are answered lately."""
        return self._encoder_health()

    def _encoders_answer(self) -> bool:
        for encoder, _ in self._encoders.values():
            if encoder is None:
                continue
            try:
                # A document's text is not remembered, so this asks the models themselves.
                hurried = within(encoder, _HEALTH_TIMEOUT_S)
                hurried.encode_texts(["health"], role=Role.DOCUMENT)
            except (EncodingError, UnavailableError):
                return False
        return True

    def _cluster_answers(self) -> bool:
        body = {"size": 0, "track_total_hits": False, "terminate_after": 1}
        where = path(self.indexes[0], "_search")
        try:
            self.cluster.call("POST", where, body=body, timeout_s=_HEALTH_TIMEOUT_S)
        except DiptychError:
            return False
        return True

    def _make_searchers(self) -> Mapping[str, Searcher]:
        made: dict[tuple[ModelRef, ModelRef], Searcher] = {}
        searchers = {}
        for index in self.indexes:
            contract = read_target(self.cluster, index).contract
            models = contract.text_model, contract.image_model
            if models not in made:
                made[models] = self._make_searcher(index, contract)
            searchers[index] = made[models]
        return searchers

    def _make_searcher(self, index: str, contract: IndexContract) -> Searcher:
        encoder, problem = None, ""
        try:
            encoder = self._encoder_for(contract)
        except (EncodingError, UnavailableError) as err:
            problem = self.problems[index] = str(err)
        self._encoders[contract.text_model, contract.image_model] = encoder, problem
        return Searcher(
            self.cluster,
            self.engine,
            encoder,
            encoder_problem=problem,
            source_fields=self.source_fields,
            reranker=self._reranker,
        )


class _Lately:
    """What a question was answered some seconds ago at most, whoever asks; one asks at a time."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._known: tuple[float, bool] = (-_HEALTH_LIFE_S, False)

    def __call__(self) -> bool:
        with self._lock:
            if time.monotonic() - self._known[0] > _HEALTH_LIFE_S:
                answer = self._ask()
                self._known = time.monotonic(), answer
            return self._known[1]
