"""A RabbitMQ server of the tests' own: Debian's, as a plain process on loopback, no service."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import amqp
from waiting import wait_until

from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.plugin.local.processes import ProcessRef, is_alive, start_process, stop_process
from diptych.plugin.local.servers import last_line

#: What starts the server as whoever calls it; the command on the path changes the user first.
_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
#: What Diptych makes on a broker.
_QUEUES = ("diptych.live", "diptych.backfill", "diptych.dead")


def missing_rabbitmq() -> str | None:
    """Why no server can be started here; None where one can."""
    if _SERVER.exists() and shutil.which("epmd"):
        return None
    return f"there is no {_SERVER}: install the package rabbitmq-server of Debian or Ubuntu"


class RabbitMq:
    """A server on a folder and a port of its own, which it keeps when it is started again."""

    def __init__(self, folder: Path) -> None:
        """Nothing is started yet."""
        self._folder = folder
        self._port, self._dist_port, self._epmd_port = (choose_port([]) for _ in range(3))
        self._process: ProcessRef | None = None
        self.log_file = folder / "rabbitmq.log"

    @property
    def url(self) -> str:
        """Address of its one virtual host, with the user that it comes with."""
        return f"amqp://guest:guest@{LOOPBACK}:{self._port}//"

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def start(self) -> None:
        """Return when it accepts connections."""
        variables = [f"{name}={value}" for name, value in self._environment().items()]
        command = ["/usr/bin/env", *variables, str(_SERVER)]
        self._process = start_process(command, log_file=self.log_file, stop_with_parent=True)
        wait_until(self._is_ready)

    def kill(self) -> None:
        """`kill -9`; what it confirmed lies in its folder."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        process = self._process
        wait_until(lambda: not is_alive(process))

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            stop_process(self._process)

    def clear(self) -> None:
        """Empty the queues of Diptych, which takes a hundredth of making a virtual host.

        They are not deleted: who has a connection declares a queue once.
        """
        with amqp.Connection(f"{LOOPBACK}:{self._port}") as connection:
            for queue in _QUEUES:
                with contextlib.suppress(amqp.exceptions.NotFound):
                    connection.channel().queue_purge(queue)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert is_alive(self._process), f"RabbitMQ ended: {last_line(self.log_file)}"
        try:
            with amqp.Connection(f"{LOOPBACK}:{self._port}", connect_timeout=2.0) as connection:
                connection.channel()
        except (OSError, amqp.exceptions.AMQPError):
            return False
        return True

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            # Where the cookie lies that the server makes.
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"diptych-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            # The script becomes the server, so that signals reach it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def start_names(self) -> ProcessRef:
        """Erlang's registry of names, which a server would start by itself and leave behind."""
        command = [str(shutil.which("epmd")), "-address", LOOPBACK, "-port", str(self._epmd_port)]
        return start_process(command, log_file=self._folder / "epmd.log", stop_with_parent=True)


@contextmanager
def run_rabbitmq(folder: Path) -> Iterator[RabbitMq]:
    """A running server, ended with the test run, however that ends; its data lies in the folder."""
    server = RabbitMq(folder)
    names = server.start_names()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        stop_process(names)
