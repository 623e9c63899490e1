"""Workers and feeds as processes that are watched over HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from prometheus_client.parser import text_string_to_metric_families

from diptych.plugin.children import settings_environment
from diptych.settings import Settings


def free_port() -> int:
    """A port that nothing uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe gets, and how long it took."""

    status: int
    checks: Mapping[str, str]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A process with its port and its log."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, page: str) -> Answer:
        """The answer of a probe; status 0 where there is none within five seconds."""
        started_s = time.monotonic()
        try:
            answer = self._get(page)
        except urllib3.exceptions.HTTPError:
            return Answer(0, {}, time.monotonic() - started_s)
        checks = json.loads(answer.data)["checks"]
        return Answer(answer.status, checks, time.monotonic() - started_s)

    def value(self, name: str, **labels: str) -> float:
        """One series; 0 where it is not there."""
        text = self._get("/metrics").data.decode()
        found = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and sample.labels == labels
        ]
        return found[0] if found else 0.0

    def lines(self) -> list[dict[str, Any]]:
        """The log, where it is JSON."""
        text = self.log.read_text("utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def _get(self, page: str) -> urllib3.BaseHTTPResponse:
        url = f"http://127.0.0.1:{self.port}{page}"
        return urllib3.request("GET", url, timeout=5.0, retries=False)


@contextmanager
def watched_process(
    settings: Settings, log: Path, *arguments: str, **environment: str
) -> Iterator[Watched]:
    """A `diptych` command with a port and a log in JSON, killed in the end."""
    port = free_port()
    own = settings.model_copy(update={"metrics_port": port, "log_format": "json"})
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "diptych", *arguments],
            env=os.environ | settings_environment(own) | environment,
            stdout=file,
            stderr=file,
        )
    try:
        yield Watched(process, port, log)
    finally:
        process.kill()
        process.wait()
