"""Whether an index has enough vectors to take another one's place."""

from dataclasses import dataclass

from diptych.client import Cluster, Json, path
from diptych.mappings.fields import OBJECT, PARTIAL, READY
from diptych.mappings.target import Target


@dataclass(frozen=True, slots=True)
class Readiness:
    """How many documents of an index have the best vector that can be had for them now.

    A document without a picture, or with a broken one, has; one whose picture's host was away, or
    that was not tried yet, has not.
    """

    index: str
    documents: int
    complete: int

    @property
    def share(self) -> float:
        """In [0, 1]; 0 for an index without documents, which no shop wants to swap in."""
        return self.complete / self.documents if self.documents else 0.0

    def reaches(self, least: float) -> bool:
        """Whether the share is at least so large; an empty index reaches nothing."""
        return self.documents > 0 and self.share >= least

    def sentence(self, least: float) -> str:
        """For a person, where it is not reached."""
        if not self.documents:
            return f"{self.index} has no documents, so it is not ready: load them first."
        return (
            f"Of {self.documents:,} documents of {self.index} {self.complete:,} have their vectors "
            f"({self.share:.2%}), and {least:.2%} are wanted: `diptych status {self.index} "
            "--problems 20` tells what the others lack."
        )


def read_readiness(cluster: Cluster, target: Target) -> Readiness:
    """The counts as of the last refresh."""
    settled: Json = {"terms": {f"{OBJECT}.state": [READY, PARTIAL]}}
    has_vector: Json = {"exists": {"field": target.contract.vector_field}}
    waits: Json = {"exists": {"field": f"{OBJECT}.retry_at"}}
    complete = {"bool": {"filter": [settled, has_vector], "must_not": [waits]}}
    body = {"size": 0, "track_total_hits": True, "aggs": {"complete": {"filter": complete}}}
    answer: Json = cluster.call("POST", path(target.index, "_search"), body=body)
    return Readiness(
        target.name,
        answer["hits"]["total"]["value"],
        answer["aggregations"]["complete"]["doc_count"],
    )
