"""What tests need that run commands as a user does."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import RunDiptych, runner
from nodes import STACKS, EngineCluster, fresh_name
from shelf import Shelf, own_shelf, run_shelf

from diptych.client import Cluster
from diptych.mappings.engine import OpenSearch, detect_engine
from diptych.plugin.local.state import StackState
from diptych.query.searcher import Searcher
from diptych.settings import Settings, load_settings


@pytest.fixture
def settings(stack: StackState, tmp_path: Path) -> Settings:
    """Addresses of the test run's own stack, a home folder and pictures of this test's own."""
    return load_settings(
        cluster_url=stack.cluster_url,
        broker_url=stack.broker_url,
        home_dir=tmp_path / "home",
        image_roots=(tmp_path,),
    )


@pytest.fixture
def run_diptych(settings: Settings) -> RunDiptych:
    """Runs a command with these settings."""
    return runner(settings)


@pytest.fixture
def cluster(stack: StackState) -> Iterator[Cluster]:
    """The test run's node."""
    cluster = Cluster(load_settings(cluster_url=stack.cluster_url))
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """300 products in one shard; read by all tests, written by none."""
    with own_shelf(cluster_url) as shelf:
        yield shelf


@pytest.fixture
def searcher(shelf: Shelf) -> Searcher:
    """With the encoder that the shelf was made with."""
    return Searcher(shelf.cluster, OpenSearch(), shelf.encoder)


@pytest.fixture(scope="session", params=STACKS)
def engine_cluster(request: pytest.FixtureRequest) -> Iterator[EngineCluster]:
    """Each engine in turn."""
    state: StackState = request.getfixturevalue(STACKS[request.param])
    cluster = Cluster(load_settings(cluster_url=state.cluster_url))
    yield EngineCluster(request.param, state, cluster, detect_engine(cluster))
    cluster.close()


@pytest.fixture
def engine_index(engine_cluster: EngineCluster) -> Iterator[str]:
    """A name on `engine_cluster` that no other test has; what it names is deleted afterwards."""
    with fresh_name(engine_cluster.state.cluster_url) as name:
        yield name


@pytest.fixture(scope="session")
def engine_shelf(engine_cluster: EngineCluster) -> Iterator[Shelf]:
    """300 products in one shard of each engine; read by all tests, written by none."""
    with run_shelf(engine_cluster.cluster, engine=engine_cluster.engine) as shelf:
        yield shelf


@pytest.fixture
def engine_searcher(engine_shelf: Shelf) -> Searcher:
    """With the encoder that the shelf was made with."""
    return Searcher(engine_shelf.cluster, engine_shelf.engine, engine_shelf.encoder)


@pytest.fixture(scope="session")
def opensearch_js(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client in its `node_modules`, and with an application of it.

    Skipped without Node.js, and where npm cannot install the client, except on CI.
    """
    folder = tmp_path_factory.mktemp("javascript")
    shutil.copytree(Path(__file__).parents[1] / "clients/js", folder, dirs_exist_ok=True)
    if shutil.which("npm") is None:
        pytest.skip("there is no npm: install Node.js 18 or newer")
    install = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        _go_without(f"npm cannot install the client: {done.stderr[-300:]}")
    return folder


def _go_without(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
