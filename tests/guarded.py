"""A real node with the real security plugin, set up by the files of deploy/ as they are.

`secured.py` imitates a guarded cluster in front of the tests' own node and is enough for most
tests; this one shows that certificates, users and roles work on OpenSearch itself.
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
import yaml

from diptych.client import Cluster
from diptych.plugin.local.engines import OPENSEARCH_2
from diptych.plugin.local.jars import Fetch, cache_dir, ensure_jars, fetch_all
from diptych.plugin.local.java import find_java
from diptych.plugin.local.pins import Pin
from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.settings import load_settings

DEPLOY = Path(__file__).parents[1] / "deploy"
#: User of deploy/internal_users.yml -> the variable with its password, and the password.
USERS = {
    "admin": ("OPENSEARCH_INITIAL_ADMIN_PASSWORD", "correct horse"),
    "diptych-installer": ("OPENSEARCH_INSTALLER_PASSWORD", "battery staple"),
    "diptych-worker": ("OPENSEARCH_WORKER_PASSWORD", "hollow tree"),
    "diptych-searcher": ("OPENSEARCH_SEARCHER_PASSWORD", "quiet river"),
}
#: The plugin's Maven artifact.
_PLUGIN = Pin(
    group="org.opensearch.plugin",
    name="opensearch-security",
    packaging="zip",
    version=f"{OPENSEARCH_2.version}.0",
    size=43_828_219,
    sha256="94a04f12ac6033902209fac1e4e512618d45beee604bbf0e42c3ed79c55220cf",
)
_START_TIMEOUT_S = 120.0
#: What the image brings and the tests' node has differently.
_NOT_OURS = {"cluster.name", "node.name", "network.host", "bootstrap.memory_lock"}
_CONFIG = {
    "config": {
        "dynamic": {
            "authc": {
                "basic": {
                    "http_enabled": True,
                    "order": 0,
                    "http_authenticator": {"type": "basic", "challenge": True},
                    "authentication_backend": {"type": "intern"},
                }
            }
        }
    }
}


@dataclass(frozen=True, slots=True)
class Guarded:
    """Where the node is, and the authority that signed its certificate."""

    url: str
    ca_file: Path

    def cluster(self, user: str, password: str | None = None) -> Cluster:
        """The cluster as one of the users of deploy/internal_users.yml sees it."""
        settings = load_settings(
            cluster_url=self.url,
            ca_file=self.ca_file,
            username=user,
            password=password or USERS[user][1],
        )
        return Cluster(settings)


@contextmanager
def run_guarded(folder: Path) -> Iterator[Guarded]:
    """Start the node in `folder` and stop it at the end.

    Raises:
        LocalStackError: there is no Java, or the plugin cannot be fetched.
    """
    libjvm = find_java(OPENSEARCH_2.java).libjvm
    jars = [f"{ensure_jars(OPENSEARCH_2, print)}/*", *_plugin_jars()]
    certs = _make_certificates(folder)
    port = choose_port([])
    spec = _spec(folder / "node", libjvm=str(libjvm), jars=jars, port=port)
    _write_config(folder / "node" / "node_1" / "config", certs)
    spec_file = folder / "spec.json"
    spec_file.write_text(json.dumps(spec), encoding="utf-8")
    with (folder / "node.log").open("wb") as log:
        process = subprocess.Popen(
            _command(spec_file),
            env={**os.environ, **dict(USERS.values())},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_loaded(f"https://localhost:{port}", certs / "ca.pem", process)
        yield Guarded(f"https://localhost:{port}", certs / "ca.pem")
    finally:
        process.terminate()
        process.wait(timeout=60)


def _command(spec_file: Path) -> list[str]:
    """The node ends with this process, however that ends."""
    node = Path(__file__).with_name("guarded_node.py")
    tether = [sys.executable, "-m", "diptych.plugin.local.tether", str(os.getpid())]
    return [*tether, sys.executable, str(node), str(spec_file)]


def _plugin_jars() -> list[str]:
    """The plugin's jars that the node does not have, fetched once per user."""
    target = cache_dir() / f"opensearch-security-{OPENSEARCH_2.version}"
    if not target.is_dir():
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as folder:
            jars = Path(folder, "jars")
            jars.mkdir()
            fetch_all([_PLUGIN], _maven_fetch(Path(folder, "repository")), jars, print)
            jars.rename(target)
    own = {_artifact(jar) for jar in ensure_jars(OPENSEARCH_2, print).glob("*.jar")}
    return [str(jar) for jar in sorted(target.glob("*.jar")) if _artifact(jar) not in own]


def _maven_fetch(repository: Path) -> Fetch:
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=repository, timeout=60)

    def _fetch(pin: Pin) -> Path:
        component = context.project(pin.group, pin.name).at_version(pin.version)
        file: Path = component.artifact(packaging=pin.packaging).resolve()
        return file

    return _fetch


def _artifact(jar: Path) -> str:
    return jar.stem.rpartition("-")[0]


def _make_certificates(folder: Path) -> Path:
    scripts = folder / "deploy"
    scripts.mkdir()
    shutil.copy(DEPLOY / "certificates.sh", scripts)
    subprocess.run([str(scripts / "certificates.sh")], check=True, capture_output=True)
    return scripts / "certs"


def _spec(base: Path, *, libjvm: str, jars: list[str], port: int) -> dict[str, Any]:
    ours = yaml.safe_load((DEPLOY / "opensearch.yml").read_text(encoding="utf-8"))
    settings = {name: _plain(value) for name, value in ours.items() if name not in _NOT_OURS}
    settings |= {
        "node.roles": ["cluster_manager", "data", "ingest"],
        "network.host": LOOPBACK,
        "http.port": str(port),
        "transport.port": str(choose_port([])),
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    return {"base_dir": str(base), "libjvm": libjvm, "jars": jars, "settings": settings}


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _write_config(folder: Path, certs: Path) -> None:
    """Our files, and of those that the image brings as much as the plugin demands."""
    (folder / "certs").mkdir(parents=True)
    for name in ("ca.pem", "node.pem", "node-key.pem"):
        shutil.copy(certs / name, folder / "certs")
    security = folder / "opensearch-security"
    security.mkdir()
    for name in ("internal_users.yml", "roles.yml", "roles_mapping.yml"):
        shutil.copy(DEPLOY / name, security)
    bodies: dict[str, Any] = {"config": _CONFIG, "actiongroups": {}, "tenants": {}, "nodesdn": {}}
    names = {"actiongroups": "action_groups", "nodesdn": "nodes_dn"}
    for kind, body in bodies.items():
        text = yaml.safe_dump({"_meta": {"type": kind, "config_version": 2}, **body})
        (security / f"{names.get(kind, kind)}.yml").write_text(text, encoding="utf-8")


def _wait_until_loaded(url: str, ca_file: Path, process: subprocess.Popen[bytes]) -> None:
    """The health check of docker-compose.yml, asked until it passes."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    context = ssl.create_default_context(cafile=ca_file)
    with urllib3.PoolManager(ssl_context=context, retries=False, timeout=5.0) as pool:
        while True:
            try:
                if pool.request("GET", f"{url}/_plugins/_security/health").status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                pass
            assert process.poll() is None, "the guarded node ended while starting"
            assert time.monotonic() < deadline, "the guarded node is not ready in time"
            time.sleep(0.2)
