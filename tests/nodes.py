"""The real nodes that tests run on, and names on them that no other test has."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import urllib3

from diptych.client import Cluster
from diptych.mappings.engine import Engine
from diptych.plugin.local.state import StackState

#: Engines by the name that `diptych local up --engine` takes, and the fixture with their stack.
STACKS = {
    "opensearch-2": "stack",
    "opensearch-3": "opensearch3",
    "elasticsearch": "elasticsearch",
}


@dataclass(frozen=True, slots=True)
class EngineCluster:
    """One engine's node: its stack, a client, and the engine as it was detected."""

    name: str
    state: StackState
    cluster: Cluster
    engine: Engine

    @property
    def has_scripts(self) -> bool:
        """Whether the node can run the marking pipeline; the Elasticsearch node has no scripts."""
        return self.name != "elasticsearch"

    @property
    def has_languages(self) -> bool:
        """Whether the node has analyzers by language; the Elasticsearch node has `standard`."""
        return self.name != "elasticsearch"


@contextmanager
def fresh_name(cluster_url: str) -> Iterator[str]:
    """A name that no other test has.

    Afterwards every index and pipeline whose name holds it is deleted, and every index that
    an alias of that name points to.
    """
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    with urllib3.PoolManager() as pool:
        pattern = f"{cluster_url}/*{name}*"
        found = pool.request("GET", f"{pattern}?expand_wildcards=all&filter_path=*.aliases").json()
        for index in found:
            pool.request("DELETE", f"{cluster_url}/{index}")
        pool.request("DELETE", f"{cluster_url}/_ingest/pipeline/*{name}*")
