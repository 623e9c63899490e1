"""A TCP proxy whose connections can be made to lead nowhere, as a lost router or firewall does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Hands bytes on in both directions until told to swallow those of present connections."""

    def __init__(self, host: str, port: int, *, own_port: int = 0) -> None:
        """Listens on its own port, a free one unless given, for a server at the address."""
        self._target = host, port
        self._listener = socket.create_server(("127.0.0.1", own_port))
        self.port: int = self._listener.getsockname()[1]
        self._generation = 0
        self._sockets: list[socket.socket] = [self._listener]

    def start(self) -> None:
        """Take connections."""
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow(self) -> None:
        """From now on nothing comes through on present connections; new ones work."""
        self._generation += 1

    def close(self) -> None:
        """Close everything."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(
                        target=self._hand_on, args=(*pair, self._generation), daemon=True
                    ).start()

    def _hand_on(self, source: socket.socket, sink: socket.socket, generation: int) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if generation == self._generation:
                    sink.sendall(data)
            if generation == self._generation:
                sink.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_to(host: str, port: int, *, own_port: int = 0) -> Iterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(host, port, own_port=own_port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.close()
