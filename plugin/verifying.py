"""`diptych verify`: the pass, its progress, and what is printed of it."""

from typing import Any

from diptych.client import Cluster
from diptych.ingest.clock import utc_now
from diptych.ingest.history import History
from diptych.ingest.publishing import Publisher
from diptych.ingest.verifying import Report, Verification
from diptych.mappings.engine import Engine, detect_engine
from diptych.mappings.target import Target, read_target
from diptych.plugin.local.defaults import resolve_settings
from diptych.plugin.progress import count_bar
from diptych.settings import Settings


def verify(settings: Settings, index: str, *, is_repairing: bool) -> Report:
    """Read every document, and enqueue what is wrong where that is wanted.

    Raises:
        MissingIndexError: there is no such index.
        ContractError: Diptych is not installed on it.
    """
    if is_repairing:
        from diptych.plugin.processes import connect
        from diptych.workers.app import CeleryPublisher

        connections = connect(settings)
        target = read_target(connections.cluster, index)
        publisher = CeleryPublisher(connections.app)
        return _run(connections.cluster, connections.engine, target, publisher)
    cluster = Cluster(resolve_settings(settings))
    return _run(cluster, detect_engine(cluster), read_target(cluster, index), None)


def to_result(index: str, report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "index": index,
        "documents": report.documents,
        **{verdict.value: count for verdict, count in report.counts.items()},
        "examples": {verdict.value: ids for verdict, ids in report.examples.items()},
        "enqueued": report.published,
    }


def _run(cluster: Cluster, engine: Engine, target: Target, publisher: Publisher | None) -> Report:
    history = History(cluster, engine, target)
    verification = Verification(history, target.index, now=utc_now())
    with count_bar("Verifying", verification.count()) as bar:
        for done in verification.run(publisher):
            bar(done)
    return verification.report
