"""A TCP proxy that holds what it is sent, or goes on taking it and never answers again.

A host that lost its power, or a firewall that forgot a connection, looks like the latter: the
connection stands, and nothing comes.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from diptych.plugin.local.ports import LOOPBACK

_CHUNK = 65_536


@dataclass(slots=True)
class _Link:
    """A connection of a client and the one that it is passed on by."""

    client: socket.socket
    server: socket.socket
    is_silent: bool = False


@dataclass(slots=True)
class Blackhole:
    """A proxy before a server on loopback."""

    listener: socket.socket
    target_port: int
    n_held: int = 0
    _word: bytes | None = None
    _open: threading.Event = field(default_factory=threading.Event)
    _links: list[_Link] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where clients connect to."""
        return int(self.listener.getsockname()[1])

    def hold(self) -> None:
        """Keep what clients send from now on, until `release`."""
        self.n_held = 0
        self._open.clear()

    def release(self) -> None:
        """Send on what was kept, and all that comes."""
        self._open.set()

    def silence_once_at(self, said: bytes) -> None:
        """Let the first connection stand and swallow everything whose client says this."""
        self._word = said

    def silence(self) -> None:
        """Let the connections of now stand and swallow everything; new ones work."""
        for link in self._links:
            link.is_silent = True

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                try:
                    server = socket.create_connection((LOOPBACK, self.target_port))
                except OSError:
                    client.close()
                    continue
                link = _Link(client, server)
                self._links.append(link)
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=(link, *ends), daemon=True).start()

    def close(self) -> None:
        """End every connection."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._open.set()
        for link in self._links:
            _end(link)

    def _pump(self, link: _Link, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if source is link.client and not self._open.is_set():
                    self.n_held += 1
                    self._open.wait()
                if source is link.client and self._is_the_word(chunk):
                    link.is_silent = True
                if not link.is_silent:
                    sink.sendall(chunk)
        if not link.is_silent or source is link.client:
            _end(link)

    def _is_the_word(self, chunk: bytes) -> bool:
        if self._word is None or self._word not in chunk:
            return False
        self._word = None
        return True


@contextmanager
def run_blackhole(target_port: int) -> Iterator[Blackhole]:
    """A proxy that passes everything on for now."""
    proxy = Blackhole(socket.create_server((LOOPBACK, 0)), target_port)
    proxy.release()
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()


def _end(link: _Link) -> None:
    for end in (link.client, link.server):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
