"""What tests need that run commands as a user does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import RunDiptych, runner
from shelf import Shelf, run_shelf

from diptych.client import Cluster
from diptych.mappings.engine import OpenSearch
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
    cluster = Cluster(load_settings(cluster_url=cluster_url))
    with run_shelf(cluster) as shelf:
        yield shelf
    cluster.close()


@pytest.fixture
def searcher(shelf: Shelf) -> Searcher:
    """With the encoder that the shelf was made with."""
    return Searcher(shelf.cluster, OpenSearch(), shelf.encoder)
