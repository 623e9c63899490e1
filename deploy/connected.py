"""Health of a process that serves no port: exit 0 while it holds a connection to a remote port.

Run inside the container, which is a network of its own: `python connected.py 5672`. A worker
that lost its broker, or a feed that lost its cluster, is unhealthy although it runs.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

#: State of an established connection in /proc/net/tcp (include/net/tcp_states.h of Linux).
_ESTABLISHED = "01"


def is_connected(lines: Iterable[str], port: int) -> bool:
    """Whether a line of /proc/net/tcp is an established connection to the remote port."""
    for line in lines:
        fields = line.split()
        if len(fields) > 3 and fields[3] == _ESTABLISHED:
            remote_port = int(fields[2].rpartition(":")[2], 16)
            if remote_port == port:
                return True
    return False


def main(arguments: list[str]) -> int:
    """Exit status: 0 connected, 1 not, 2 misuse."""
    if len(arguments) != 1 or not arguments[0].isdigit():
        print("usage: connected.py PORT", file=sys.stderr)  # noqa: T201
        return 2
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [line for table in tables if table.exists() for line in table.open(encoding="ascii")]
    return 0 if is_connected(lines, int(arguments[0])) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
