"""Where the dead letters of this machine are kept."""

from diptych.client import Cluster
from diptych.ingest.dead_letter_file import DeadLetterFile
from diptych.ingest.dead_letter_index import DeadLetterIndex
from diptych.ingest.kept_letters import KeptDeadLetters
from diptych.settings import Settings


def kept_letters(cluster: Cluster, settings: Settings) -> KeptDeadLetters:
    """The dead letters of the cluster, and this machine's file for when it takes none."""
    file = settings.home_dir / "dead-letters.ndjson"
    return KeptDeadLetters(DeadLetterIndex(cluster), DeadLetterFile(file))
