"""Starting and stopping the local stack: one node of one engine, one Valkey server."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from diptych.errors import LocalStackError, UsageError
from diptych.plugin.local.engines import DEFAULT_ENGINE, ENGINES, LocalEngine
from diptych.plugin.local.jars import Report, ensure_jars
from diptych.plugin.local.java import find_java
from diptych.plugin.local.locking import hold_lock
from diptych.plugin.local.processes import stop_process
from diptych.plugin.local.servers import (
    Launch,
    require_packages,
    start_broker,
    start_node,
    wait_for_broker,
    wait_for_node,
)
from diptych.plugin.local.state import BROKER, CLUSTER, Part, StackFolder, StackState

DEFAULT_HEAP = "1g"
_Starter = Callable[[Launch], Part]


#: What the node and the broker say to a port that somebody else took.
_PORT_TAKEN = ("Address already in use", "Failed listening on port")


def _say_nothing(_line: str) -> None:
    pass


def start_stack(
    home_dir: Path,
    *,
    engine: str | None = None,
    fresh: bool = False,
    heap: str = DEFAULT_HEAP,
    stop_with_parent: bool = False,
    uses_usual_ports: bool = True,
    report: Report = _say_nothing,
) -> StackState:
    """The running stack of this home folder; whatever part of it does not run is started.

    Returns when both servers answer. They outlive the calling process.

    Args:
        engine: name of a `LocalEngine`; unless given, the one whose data lies here, or
            `DEFAULT_ENGINE` where there is none.
        fresh: stop it and delete its data first.
        heap: memory of the node's JVM, such as 512m or 2g; for a node that is started now.
        stop_with_parent: end the servers with the calling thread, for tests.
        uses_usual_ports: try 9200, 9300 and 6379 before free ones.
        report: told what is being done, a line at a time.

    Raises:
        LocalStackError: a part cannot be fetched or started, or another engine's data lies here.
        UsageError: the heap is not a size, or there is no such engine.
    """
    _check_heap(heap)
    require_packages()
    folder = StackFolder.of(home_dir)
    with _writing(folder), _locked(folder):
        chosen = _choose_engine(folder, engine, fresh=fresh)
        starters: dict[str, _Starter] = {}
        if fresh or CLUSTER not in folder.live_parts():
            starters[CLUSTER] = _node_starter(folder, chosen, heap, report)
        if fresh:
            _stop_parts(folder)
            _empty(folder)
        if BROKER not in folder.live_parts():
            starters[BROKER] = start_broker
        folder.write_engine(chosen.name)
        try:
            _start_parts(Launch(folder, stop_with_parent, uses_usual_ports), starters)
        except LocalStackError as err:
            if not any(sign in str(err) for sign in _PORT_TAKEN):
                raise
            # Between our look at a port and the server's, somebody else took it.
            report("A port was taken meanwhile: trying others.")
            _start_parts(Launch(folder, stop_with_parent, uses_usual_ports=False), starters)
        state = folder.state_of(folder.live_parts())
    if state is None:
        raise LocalStackError(f"The local stack ended right after its start: see {folder.root}.")
    return state


def stop_stack(home_dir: Path) -> bool:
    """Stop what runs of the stack, keeping its data; whether anything ran."""
    folder = StackFolder.of(home_dir)
    if not folder.root.is_dir():
        return False
    with _writing(folder), _locked(folder):
        return _stop_parts(folder)


def read_state(home_dir: Path) -> StackState | None:
    """The stack of this home folder; None unless both its servers run."""
    folder = StackFolder.of(home_dir)
    return folder.state_of(folder.live_parts())


@contextmanager
def run_stack(
    home_dir: Path, *, engine: str | None = None, heap: str = "512m"
) -> Iterator[StackState]:
    """A stack for tests: free ports, stopped at the end, and with the process if it is killed."""
    try:
        yield start_stack(
            home_dir, engine=engine, heap=heap, stop_with_parent=True, uses_usual_ports=False
        )
    finally:
        stop_stack(home_dir)


def _check_heap(heap: str) -> None:
    found = re.fullmatch(r"([1-9]\d*)([mg])", heap)
    if found is None:
        raise UsageError(f"The heap {heap!r} is not a size: write it like 512m or 2g.")
    n_megabytes = int(found[1]) * (1024 if found[2] == "g" else 1)
    available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    if not 256 <= n_megabytes <= available:
        raise UsageError(
            f"The heap {heap} does not fit: give from 256m to {available}m, this machine's memory."
        )


def _choose_engine(folder: StackFolder, wanted: str | None, *, fresh: bool) -> LocalEngine:
    held = folder.engine_name
    name = wanted or held or DEFAULT_ENGINE.name
    if held is not None and held != name and not fresh:
        raise LocalStackError(
            f"The local stack in {folder.root} holds the data of {held}, not of {name}: name "
            "another folder with --home-dir, or delete that data with --fresh."
        )
    if name not in ENGINES:
        raise UsageError(f"There is no local engine {name!r}: choose from {', '.join(ENGINES)}.")
    return ENGINES[name]


def _node_starter(folder: StackFolder, engine: LocalEngine, heap: str, report: Report) -> _Starter:
    """What starts the node; what it needs is found and fetched before any part is touched."""
    java = find_java(engine.java)
    jars = ensure_jars(engine, report)
    log_file = folder.log_file(CLUSTER)
    report(f"Starting {engine.release} on Java {java.version}; its log is {log_file}")
    return lambda launch: start_node(launch, engine=engine, java=java, jars=jars, heap=heap)


def _start_parts(launch: Launch, starters: Mapping[str, _Starter]) -> None:
    """Start these parts and wait for all; if one fails, those started here are stopped."""
    folder, before = launch.folder, launch.folder.read_parts()
    started: dict[str, Part] = {}
    try:
        for name, start in starters.items():
            port = before[name].port if name in before else None
            started[name] = start(replace(launch, previous_port=port))
            # Stored before it is ready, so that an interrupted `up` leaves nothing unknown.
            folder.write_parts(before | started)
        parts = before | started
        wait_for_broker(parts[BROKER], folder.log_file(BROKER))
        wait_for_node(parts[CLUSTER], folder.log_file(CLUSTER))
    except BaseException:
        for part in started.values():
            stop_process(part.process)
        raise


def _stop_parts(folder: StackFolder) -> bool:
    parts = folder.live_parts()
    for part in parts.values():
        stop_process(part.process)
    # The next start tries the usual ports again; only a crashed part keeps its own.
    folder.write_parts({})
    return bool(parts)


def _empty(folder: StackFolder) -> None:
    shutil.rmtree(folder.data_dir)
    (folder.root / "image_roots.json").unlink(missing_ok=True)
    folder.make()


@contextmanager
def _locked(folder: StackFolder) -> Iterator[None]:
    folder.make()
    with hold_lock(folder.lock_file):
        yield


@contextmanager
def _writing(folder: StackFolder) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise LocalStackError(
            f"The folder {folder.root} cannot be written ({err.strerror or err}): make room "
            "there, or name another with --home-dir."
        ) from err
