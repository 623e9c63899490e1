"""A port taken before the slow part of a start, so that one in use is found out at once."""

import ipaddress
import socket

from diptych.errors import UnavailableError


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address; 0 is any free port.

    Raises:
        UnavailableError: it cannot be listened at.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets whose protocol is named; without it an answer's body
    # waits 40 ms for the client to acknowledge its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as err:
        listener.close()
        raise UnavailableError(
            f"The address {host}:{port} cannot be listened at ({err}): end what uses it, or "
            f"name another with --port."
        ) from err
    return listener


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at this address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(host: str, listener: socket.socket) -> str:
    """The address of the server behind the socket."""
    port: int = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
