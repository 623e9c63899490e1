"""Where query vectors come from: the service at `encoder_url`, else models in this process."""

from collections.abc import Callable
from pathlib import Path

from diptych.contract import IndexContract
from diptych.encoding import Encoder, ModelRef
from diptych.errors import EncodingError
from diptych.ingest.cache_file import CacheFile
from diptych.ingest.caching import Cache
from diptych.ingest.metering import MeteredEncoder
from diptych.ingest.meters import Meters, NoMeters
from diptych.ingest.remembering import RememberingEncoder
from diptych.reranking import Reranker
from diptych.settings import Settings

#: A shopper waits no longer for a query vector: the answer is then by keyword alone.
QUERY_TIMEOUT_S = 5.0
#: A worker sends whole batches, and nobody waits for it.
WORKER_TIMEOUT_S = 60.0


def choose_encoder(
    settings: Settings, contract: IndexContract, *, timeout_s: float = QUERY_TIMEOUT_S
) -> Encoder:
    """An encoder for the index; whether its models are the index's is checked on use.

    Args:
        timeout_s: longest wait for one answer of the service.

    Raises:
        EncodingError: no encoder is named and the models cannot be loaded here.
        SettingsError: the device is not there.
    """
    if settings.encoder_url is not None:
        from diptych.remote_encoder import RemoteEncoder

        return RemoteEncoder(settings.encoder_url, timeout_s=timeout_s)
    try:
        from diptych.workers.encoders.loading import load_encoder
    except ImportError as err:
        raise EncodingError(
            f"Models cannot be loaded here ({err}): install diptych[worker], or name a running "
            "encoder with --encoder-url."
        ) from err
    return load_encoder(
        text_model=_spec(contract.text_model),
        image_model=_spec(contract.image_model),
        device=settings.device,
    )


def choose_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder that is named, else that of the encoder service; None without either.

    Raises:
        EncodingError: the model cannot be loaded here.
        SettingsError: the device is not there.
    """
    if settings.rerank_model is not None:
        from diptych.workers.encoders.loading import load_reranker

        return load_reranker(settings.rerank_model, device=settings.device)
    if settings.encoder_url is not None:
        from diptych.remote_reranker import RemoteReranker

        return RemoteReranker(settings.encoder_url, timeout_s=QUERY_TIMEOUT_S)
    return None


def worker_encoders(
    settings: Settings, cache: Cache | None = None, *, meters: Meters | None = None
) -> Callable[[IndexContract], Encoder]:
    """The encoder of a contract, loaded once for the same two models.

    Args:
        cache: what its vectors are remembered in, if anything.
        meters: times the calls that the cache does not save.
    """
    known: dict[tuple[ModelRef, ModelRef], Encoder] = {}

    def encoder_for(contract: IndexContract) -> Encoder:
        models = contract.text_model, contract.image_model
        if models not in known:
            chosen = choose_encoder(settings, contract, timeout_s=WORKER_TIMEOUT_S)
            encoder = MeteredEncoder(chosen, meters or NoMeters())
            known[models] = encoder if cache is None else RememberingEncoder(encoder, cache)
        return known[models]

    return encoder_for


def worker_cache(settings: Settings) -> CacheFile | None:
    """The cache of the workers of this machine; None where it is switched off."""
    if settings.cache_max_bytes == 0:
        return None
    folder = settings.cache_dir or settings.home_dir / "cache"
    return CacheFile(folder / "vectors.sqlite", max_bytes=settings.cache_max_bytes)


def _spec(model: ModelRef) -> str:
    """A hub model at its commit; a local one as it is, for the contract names what differs."""
    is_local = model.name == "demo" or Path(model.name).is_dir()
    return model.name if is_local else f"{model.name}@{model.revision}"
