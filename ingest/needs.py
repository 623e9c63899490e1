"""Which documents of a page need a worker."""

from collections.abc import Sequence

from diptych.ingest.history import Page
from diptych.ingest.publishing import Lane, Publisher, publish_ids
from diptych.ingest.store import routing_of
from diptych.mappings.fields import PARTIAL, READY


def stale_ids(page: Page, *, now: str) -> list[str]:
    """Ids whose stored hashes do not agree with their inputs, or whose next try is due."""
    return [document.id for document in page.documents if not document.is_settled(now)]


def bare_ids(page: Page, *, now: str) -> list[str]:
    """Ids that are settled by what `diptych` says, and have lost their vector all the same.

    An application that reads documents without the vector and writes them back whole does that.
    """
    return [
        document.id
        for document in page.documents
        if document.is_settled(now)
        and document.state in (READY, PARTIAL)
        and document.id not in page.with_vector
    ]


def publish_needs(
    publisher: Publisher, index: str, page: Page, lane: Lane, *, now: str
) -> list[str]:
    """Publish what a page needs; which ids that are."""
    stale, bare = stale_ids(page, now=now), bare_ids(page, now=now)
    publish_from(publisher, index, page, stale, lane)
    publish_from(publisher, index, page, bare, lane, is_forced=True)
    return stale + bare


def publish_from(
    publisher: Publisher,
    index: str,
    page: Page,
    ids: Sequence[str],
    lane: Lane,
    *,
    is_forced: bool = False,
    is_refetch: bool = False,
) -> None:
    """Publish some ids of a page, with what a worker needs to find and to judge them."""
    publish_ids(
        publisher,
        index,
        ids,
        lane,
        is_forced=is_forced,
        is_refetch=is_refetch,
        routing=routing_of(page.documents),
        contract=page.contract,
    )
