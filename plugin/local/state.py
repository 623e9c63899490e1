"""What the stack remembers between commands: its folder, its parts and their processes."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from diptych.plugin.local.engines import DEFAULT_ENGINE, ENGINES
from diptych.plugin.local.ports import LOOPBACK
from diptych.plugin.local.processes import ProcessRef, is_alive

#: Names of the two parts.
CLUSTER = "cluster"
BROKER = "broker"


@dataclass(frozen=True, slots=True)
class StackState:
    """A running stack, as its users need it."""

    cluster_url: str
    broker_url: str
    log_file: Path
    broker_log_file: Path
    data_dir: Path
    engine: str
    version: str


@dataclass(frozen=True, slots=True)
class Part:
    """A started server: its port on the loopback address, and its process."""

    port: int
    process: ProcessRef


@dataclass(frozen=True, slots=True)
class StackFolder:
    """Where a stack lives: `local` in the home folder, readable by its user alone."""

    root: Path

    @classmethod
    def of(cls, home_dir: Path) -> "StackFolder":
        """The stack's folder in this home folder; nothing is created."""
        return cls(home_dir.absolute() / "local")

    @property
    def data_dir(self) -> Path:
        """What `--fresh` empties."""
        return self.root / "data"

    @property
    def lock_file(self) -> Path:
        """Held by the command that starts or stops the stack."""
        return self.root / "lock"

    @property
    def engine_name(self) -> str | None:
        """The engine whose data lies here; None where there is none."""
        try:
            return self._engine_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            # Nodes were started without a note of their engine while there was one engine only.
            has_data = self.part_dir(CLUSTER).is_dir() and any(self.part_dir(CLUSTER).iterdir())
            return DEFAULT_ENGINE.name if has_data else None

    def write_engine(self, name: str) -> None:
        """Note whose data lies here."""
        write_atomically(self._engine_file, name)

    @property
    def _engine_file(self) -> Path:
        return self.data_dir / "engine"

    def part_dir(self, name: str) -> Path:
        """The data of one part."""
        return self.data_dir / name

    def log_file(self, name: str) -> Path:
        """Everything that one part printed since its last start."""
        return self.root / "logs" / f"{name}.log"

    def make(self) -> None:
        """Create what is missing of it.

        Raises:
            OSError: a folder cannot be created.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.part_dir(CLUSTER), self.part_dir(BROKER), self.root / "logs"):
            folder.mkdir(parents=True, exist_ok=True)

    def read_parts(self) -> dict[str, Part]:
        """The parts as last written, alive or not; none where nothing legible was written."""
        try:
            stored = json.loads((self.root / "state.json").read_text(encoding="utf-8"))
            return {
                name: Part(part["port"], ProcessRef(**part["process"]))
                for name, part in stored.items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def write_parts(self, parts: dict[str, Part]) -> None:
        """Store the parts; a reader sees the old or the new ones, never a half."""
        text = json.dumps({name: asdict(part) for name, part in parts.items()}, indent=2)
        write_atomically(self.root / "state.json", text)

    def live_parts(self) -> dict[str, Part]:
        """Those parts whose process still runs."""
        return {name: part for name, part in self.read_parts().items() if is_alive(part.process)}

    def state_of(self, parts: dict[str, Part]) -> StackState | None:
        """The stack that these parts make; None where one is missing."""
        if CLUSTER not in parts or BROKER not in parts:
            return None
        engine = ENGINES.get(self.engine_name or "", DEFAULT_ENGINE)
        return StackState(
            cluster_url=f"http://{LOOPBACK}:{parts[CLUSTER].port}",
            broker_url=f"redis://{LOOPBACK}:{parts[BROKER].port}/0",
            log_file=self.log_file(CLUSTER),
            broker_log_file=self.log_file(BROKER),
            data_dir=self.data_dir,
            engine=engine.name,
            version=engine.version,
        )


def write_atomically(path: Path, text: str) -> None:
    """Replace the file by one with this text, in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
