"""Settings become a running server."""

import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import click
import uvicorn
from fastapi import APIRouter

from diptych.client import Cluster
from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.errors import SettingsError
from diptych.ingest.pictures import LocalPictures
from diptych.mappings.engine import detect_engine
from diptych.plugin.encoders import choose_encoder, choose_reranker
from diptych.plugin.feedback.recorder import Recorder
from diptych.plugin.feedback.ubi import create_indexes
from diptych.plugin.image_folder import registered_folders
from diptych.plugin.local.defaults import resolve_settings
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.dropin.forwarding import Forwarder
from diptych.plugin.serve.dropin.router import dropin_router
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.keys import KeyRing
from diptych.plugin.serve.listening import address, is_loopback, listening
from diptych.plugin.serve.service import Limits, Service
from diptych.query.cached_encoder import CachedEncoder
from diptych.query.coalescing import CoalescingEncoder
from diptych.settings import Settings

#: Connections, idle ones too: below the 1,024 files that a process may usually open.
_MAX_CONNECTIONS = 768
#: How long requests in hand may take once the server is asked to stop.
_STOP_S = 10


def serve(settings: Settings, indexes: Sequence[str], *, host: str, port: int) -> None:
    """Serve the indexes until the process is asked to stop (SIGTERM, SIGINT).

    Raises:
        SettingsError: other machines could reach it, and no keys are set.
        DiptychError: the cluster, an index, the models or the address cannot be used.
    """
    keys = _keys(settings, host)
    settings = resolve_settings(settings)
    _log_to_stderr(settings)
    with listening(host, port) as listener, ExitStack() as closing:
        cluster = Cluster(settings)
        closing.callback(cluster.close)
        service = Service(
            cluster,
            detect_engine(cluster),
            indexes,
            _encoders(settings, closing),
            source_fields=settings.source_fields,
            pictures=LocalPictures(settings.image_roots, registered=registered_folders(settings)),
            reranker=choose_reranker(settings),
            recorder=_recorder(settings, cluster, closing),
            interleave=settings.interleave,
            limits=Limits(timeout_s=settings.search_timeout_s),
        )
        gate = Gate(indexes, fields=settings.source_fields, keys=keys)
        app = make_app(
            service,
            gate,
            cors_origins=settings.cors_origins,
            hosts=() if keys else _own_names(host),
            routers=[_dropin(settings, service, gate, closing)],
        )
        _warn(service, has_keys=keys is not None)
        config = uvicorn.Config(
            app,
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=_STOP_S,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
        )
        ready = f"Serving {', '.join(indexes)} at {address(host, listener)}"
        _Announced(config, ready).run(sockets=[listener])


class _Announced(uvicorn.Server):
    """Says so when it listens: whoever reads the sentence can connect."""

    def __init__(self, config: uvicorn.Config, sentence: str) -> None:
        super().__init__(config)
        self._sentence = sentence

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        click.echo(self._sentence, err=True)


def _dropin(settings: Settings, service: Service, gate: Gate, closing: ExitStack) -> APIRouter:
    """Routes that take the cluster's own query language; only trusted callers reach them."""
    ca_file = None if settings.ca_file is None else str(settings.ca_file)
    forwarder = Forwarder(service.cluster.url, ca_file=ca_file, timeout_s=settings.timeout_s)
    closing.callback(forwarder.close)
    return dropin_router(service, gate, forwarder, proxy_writes=settings.proxy_writes)


def _recorder(settings: Settings, cluster: Cluster, closing: ExitStack) -> Recorder | None:
    """What writes feedback, where the operator wants it.

    Raises:
        SettingsError: profiles are to be compared, and nothing would record the outcome.
    """
    if not settings.feedback:
        if settings.interleave is not None:
            raise SettingsError(
                f"The profile {settings.interleave!r} cannot be compared live without clicks: add "
                "--feedback."
            )
        return None
    create_indexes(cluster)
    recorder = Recorder(cluster)
    closing.callback(recorder.close)
    return recorder


def _keys(settings: Settings, host: str) -> KeyRing | None:
    if settings.keys_file is not None:
        return KeyRing(settings.keys_file)
    if not is_loopback(host):
        raise SettingsError(
            f"Other machines could search at {host} without a key: name a file with --keys-file "
            "(`diptych keys create` makes one), or listen at 127.0.0.1."
        )
    return None


def _own_names(host: str) -> tuple[str, ...]:
    return tuple({host, "localhost", "127.0.0.1", "::1"})


def _encoders(settings: Settings, closing: ExitStack) -> Callable[[IndexContract], Encoder]:
    """Query vectors are remembered, and requests that meet are encoded together."""

    def encoder_for(contract: IndexContract) -> Encoder:
        together = CoalescingEncoder(choose_encoder(settings, contract))
        closing.callback(together.close)
        return CachedEncoder(together)

    return encoder_for


def _log_to_stderr(settings: Settings) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=settings.log_level)


def _warn(service: Service, *, has_keys: bool) -> None:
    if not has_keys:
        click.echo("No keys are set: whoever can reach this address may search.", err=True)
    for index, problem in service.problems.items():
        click.echo(f"{index} is searched by keyword alone. {problem}", err=True)
