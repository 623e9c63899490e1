"""The application of `diptych serve` on a port of this machine, for the length of a test."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3
import uvicorn
from fastapi import FastAPI
from shelf import Shelf

from diptych.contract import IndexContract
from diptych.encoding import Encoder
from diptych.ingest.pictures import PictureSource
from diptych.mappings.engine import detect_engine
from diptych.plugin.feedback.recorder import Recording
from diptych.plugin.serve.app import make_app
from diptych.plugin.serve.gate import Gate
from diptych.plugin.serve.keys import KeyRing
from diptych.plugin.serve.listening import listening
from diptych.plugin.serve.service import Service


@dataclass(frozen=True, slots=True)
class Server:
    """A running application and a client of it."""

    url: str
    pool: urllib3.PoolManager

    def ask(
        self,
        path: str,
        body: object = None,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, JSON and headers of the answer; a body makes it a POST."""
        sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        answer = self.pool.request(
            method or ("GET" if body is None else "POST"),
            self.url + path,
            body=sent,
            headers={"content-type": "application/json", **(headers or {})},
        )
        return answer.status, orjson.loads(answer.data) if answer.data else None, answer.headers


def shelf_app(
    shelf: Shelf,
    *,
    keys: KeyRing | None = None,
    encoder_for: Callable[[IndexContract], Encoder] | None = None,
    pictures: PictureSource | None = None,
    recorder: Recording | None = None,
    interleave: str | None = None,
    **settings: Any,
) -> FastAPI:
    """The application over the shelf's one index, and its encoder unless another is given."""
    service = Service(
        shelf.cluster,
        detect_engine(shelf.cluster),
        [shelf.index],
        encoder_for or (lambda _: shelf.encoder),
        pictures=pictures,
        recorder=recorder,
        interleave=interleave,
    )
    return make_app(service, Gate([shelf.index], keys=keys), **settings)


@contextmanager
def run_server(app: FastAPI) -> Iterator[Server]:
    """The application, served from a thread."""
    with listening("127.0.0.1", 0) as listener, urllib3.PoolManager(retries=False) as pool:
        listener.listen()
        config = uvicorn.Config(app, ws="none", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}", pool)
        finally:
            server.should_exit = True
            thread.join()
