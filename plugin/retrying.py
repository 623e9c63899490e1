"""Dead letters whose documents are tried again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from diptych.client import Cluster
from diptych.contract import contract_from_meta
from diptych.errors import ContractError, MappingError, MissingIndexError
from diptych.ingest.dead_letter_index import DeadLetterIndex
from diptych.ingest.publishing import Lane, Publisher, publish_ids
from diptych.plugin.dead_letters import Listed, present


@dataclass(slots=True)
class Retried:
    """What was done: letters whose documents are on the queue, and why the others are not.

    `refused` has a sentence by key.
    """

    published: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def retry(cluster: Cluster, publisher: Publisher, letters: Iterable[Listed]) -> Retried:
    """Publish their documents, forced, and delete each letter that nobody has renewed meanwhile.

    Raises:
        UnavailableError: cluster or broker do not answer; letters that are left can be tried again.
    """
    done = Retried()
    by_index: dict[str, list[Listed]] = {}
    for listed in letters:
        if listed.letter.id:
            by_index.setdefault(listed.letter.index, []).append(listed)
        else:
            done.refused[listed.letter.key] = "It names no document, so there is nothing to try."
    for index, named in by_index.items():
        try:
            target, mapping = present(cluster, index)
            contract = contract_from_meta(mapping.get("_meta"), index=target).fingerprint
        except (MissingIndexError, ContractError, MappingError) as err:
            done.refused |= {listed.letter.key: str(err) for listed in named}
        else:
            _publish(publisher, target, contract, named)
            _forget(cluster, named)
            done.published += len(named)
    return done


def _publish(publisher: Publisher, index: str, contract: str, letters: Sequence[Listed]) -> None:
    found = [listed.letter for listed in letters]
    publish_ids(
        publisher,
        index,
        list(dict.fromkeys(letter.id for letter in found)),
        Lane.BACKFILL,
        is_forced=True,
        routing={it.id: it.routing for it in found if it.routing is not None},
        contract=contract,
    )


def _forget(cluster: Cluster, letters: Sequence[Listed]) -> None:
    index = DeadLetterIndex(cluster)
    for listed in letters:
        index.delete(listed.letter.key, listed.version)
