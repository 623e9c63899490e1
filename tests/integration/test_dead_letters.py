"""Dead letters on a real node, and the commands that show, retry and drop them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from commands import RunDiptych, runner
from followed import ENCODER
from letters_contract import LettersContract, Rig
from nodes import EngineCluster
from products import create_product_index, has_vector, index_products
from waiting import wait_until

from diptych.client import Cluster, path
from diptych.contract import META_KEY
from diptych.errors import UnavailableError
from diptych.ingest.dead_letter_file import DeadLetterFile
from diptych.ingest.dead_letter_index import DeadLetterIndex
from diptych.ingest.dead_letters import DeadLetter, Stage
from diptych.mappings.fields import DEAD_LETTERS_INDEX
from diptych.mappings.target import REPLACED_BY
from diptych.plugin.children import Child
from diptych.plugin.letters import kept_letters
from diptych.plugin.local.ports import LOOPBACK, choose_port
from diptych.settings import Settings

pytestmark = pytest.mark.integration

#: A database of the broker that no other test uses.
_DATABASE = "13"


def letter(index: str, id_: str, *, day: int = 1, stage: Stage = Stage.WRITE) -> DeadLetter:
    """One that was seen once."""
    seen = f"2026-01-{day:02}T00:00:00.000+00:00"
    return DeadLetter(index, id_, stage, "mapper_parsing_exception", "bad", seen, seen, status=400)


@pytest.fixture
def letters(cluster: Cluster) -> Iterator[DeadLetterIndex]:
    """None there."""
    cluster.call("DELETE", path(DEAD_LETTERS_INDEX), accept=(404,))
    yield DeadLetterIndex(cluster)
    cluster.call("DELETE", path(DEAD_LETTERS_INDEX), accept=(404,))


@pytest.fixture
def run(settings: Settings, broker_url: str) -> RunDiptych:
    """Commands with a queue of their own."""
    url = f"{broker_url.rpartition('/')[0]}/{_DATABASE}"
    return runner(Settings(**(settings.model_dump() | {"broker_url": url})))


class TestDeadLetterIndex(LettersContract):
    """`DeadLetterIndex` on a real node."""

    @pytest.fixture
    def rig(self, letters: DeadLetterIndex) -> Rig:
        """An index that is not there yet."""
        return Rig(letters, lambda: [letter for letter, _ in letters.select([])])


def test_letters_are_joined_and_found_on_each_engine(
    engine_cluster: EngineCluster, engine_index: str
) -> None:
    """As the fake does: attempts add up, the first day and the last reason stay."""
    index = DeadLetterIndex(engine_cluster.cluster)
    first = letter(engine_index, "1")
    again = replace(letter(engine_index, "1", day=2), reason="worse", attempts=2)
    for recorded in (first, again, again, letter(engine_index, "2")):
        index.record(recorded)

    found = [it for it, _ in index.select([{"term": {"index": engine_index}}])]

    joined = replace(again, attempts=3, first_seen=first.first_seen)
    assert [joined, letter(engine_index, "2")] == found
    assert 2 == index.count([{"term": {"index": engine_index}}])
    for _, version in index.select([{"term": {"index": engine_index}}]):
        assert version


def test_letter_that_was_renewed_is_not_deleted(letters: DeadLetterIndex) -> None:
    """What failed again since it was read is news."""
    letters.record(letter("products", "1"))
    ((old, version),) = letters.select([])
    letters.record(letter("products", "1", day=2))

    is_deleted = letters.delete(old.key, version)

    assert (False, 1) == (is_deleted, letters.count([]))
    ((new, version),) = letters.select([])
    assert [True, False] == [letters.delete(new.key, version) for _ in range(2)]


def test_letter_of_an_endless_id_is_taken(letters: DeadLetterIndex) -> None:
    """No document has one, but a stranger's message may; it is only not found by its id."""
    endless = letter("products", "x" * 40_000)

    letters.record(endless)

    assert [endless] == [it for it, _ in letters.select([])]


def test_more_letters_than_a_page_come_newest_first(letters: DeadLetterIndex) -> None:
    """600 on two days."""
    for number in range(600):
        letters.record(letter("products", str(number), day=1 + number % 2))

    days = [it.last_seen[8:10] for it, _ in letters.select([])]

    assert ["02"] * 300 + ["01"] * 300 == days


def test_letters_of_an_outage_are_in_the_index_after_it(
    settings: Settings, cluster: Cluster, letters: DeadLetterIndex, tmp_path: Path
) -> None:
    """Nothing listens where the cluster was; the next letter brings the one of the outage along."""
    own = settings.model_copy(update={"home_dir": tmp_path})
    closed = f"http://{LOOPBACK}:{choose_port([])}"
    away = Cluster(own.model_copy(update={"cluster_url": closed}))
    kept_letters(away, own).record(letter("products", "1"))
    n_during = letters.count([])

    kept_letters(cluster, own).record(letter("products", "2", day=2))

    assert (0, ["2", "1"]) == (n_during, [it.id for it, _ in letters.select([])])
    assert 0 == (tmp_path / "dead-letters.ndjson").stat().st_size


def test_index_that_cannot_be_made_is_the_reason_that_is_told(
    letters: DeadLetterIndex, cluster: Cluster
) -> None:
    """And not other processes; the letter goes to the file meanwhile."""
    cluster.call("PUT", path("occupied"), body={"aliases": {DEAD_LETTERS_INDEX: {}}})
    try:
        with pytest.raises(UnavailableError, match="already exists as alias"):
            letters.record(letter("products", "1"))
    finally:
        cluster.call("DELETE", path("occupied"))


def test_index_that_cannot_be_read_hides_no_other(
    run: RunDiptych, letters: DeadLetterIndex, cluster: Cluster, index_name: str
) -> None:
    """A name that stands for several, and a closed index; neither counts as settled."""
    parts, alias = [f"{index_name}-{number}" for number in (1, 2)], f"{index_name}-all"
    for part in parts:
        cluster.call("PUT", path(part), body={"aliases": {alias: {}}})
    cluster.call("POST", path(parts[1], "_close"))
    for day, index in enumerate((alias, *parts), 1):
        letters.record(letter(index, "1", day=day))
    try:
        shown = json.loads(run("deadletters", "list", "--json").stdout)
        settled = json.loads(run("deadletters", "list", "--settled", "--json").stdout)
        behind = json.loads(run("deadletters", "list", "--index", alias, "--json").stdout)
    finally:
        for part in parts:
            cluster.call("DELETE", path(part))

    assert ["unknown", "gone", "unknown"] == [it["now"] for it in shown]
    assert [parts[0]] == [it["index"] for it in settled]
    assert [*reversed(parts), alias] == [it["index"] for it in behind]


def test_rebuilt_index_tells_what_the_document_is_now(
    run: RunDiptych, letters: DeadLetterIndex, cluster: Cluster, index_name: str
) -> None:
    """It failed in the index before; the one in its place has it without a state yet."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"1": {"title": "red"}})
    before = f"{index_name}-before"
    meta = {"_meta": {META_KEY: {REPLACED_BY: index_name}}}
    cluster.call("PUT", path(before), body={"mappings": meta})
    letters.record(letter(before, "1"))
    try:
        shown = json.loads(run("deadletters", "list", "--json").stdout)
    finally:
        cluster.call("DELETE", path(before))

    assert ["pending"] == [it["now"] for it in shown]


def test_list_tells_what_documents_are_now(
    run: RunDiptych, letters: DeadLetterIndex, cluster: Cluster, index_name: str
) -> None:
    """One is there, one is gone, one has no index, one is none."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"1": {"title": "red"}})
    for recorded in (
        letter(index_name, "1", day=4),
        letter(index_name, "2", day=3),
        letter("missing", "3", day=2),
        letter("", "", stage=Stage.MESSAGE),
    ):
        letters.record(recorded)

    shown = json.loads(run("deadletters", "list", "--json").stdout)
    settled = json.loads(run("deadletters", "list", "--settled", "--json").stdout)
    since = run("deadletters", "list", "--since", "2026-01-03T00:00")

    assert ["pending", "gone", "no index", None] == [it["now"] for it in shown]
    assert ["2", "3"] == [it["id"] for it in settled]
    assert [index_name, index_name] == [line.split()[2] for line in since.stdout.splitlines()[::2]]


def test_retried_letters_end_with_vectors(
    run: RunDiptych,
    settings: Settings,
    letters: DeadLetterIndex,
    cluster: Cluster,
    index_name: str,
    encoder_url: str,
) -> None:
    """A mapping was mended; one letter names an index that is gone, and stays."""
    create_product_index(cluster, index_name, ENCODER)
    index_products(cluster, index_name, {"1": {"title": "red"}})
    letters.record(letter(index_name, "1"))
    letters.record(letter("missing", "2"))

    done = run("deadletters", "retry", "--all", "--json")
    broker = str(settings.broker_url.get_secret_value() if settings.broker_url else "")
    changed = {"broker_url": f"{broker.rpartition('/')[0]}/{_DATABASE}", "encoder_url": encoder_url}
    worker = Child(["worker"], Settings(**(settings.model_dump() | changed)))
    try:
        wait_until(lambda: has_vector(cluster, index_name, "1"))
    finally:
        worker.stop()

    assert (1, 1) == (done.returncode, json.loads(done.stdout)["published"])
    assert "There is no index 'missing'" in done.stderr
    assert ["missing"] == [it.index for it, _ in letters.select([])]


def test_letters_are_shown_exported_and_dropped(
    run: RunDiptych, letters: DeadLetterIndex, tmp_path: Path
) -> None:
    """By key, by filter, and not without a word that they are meant."""
    for id_ in ("1", "2"):
        letters.record(letter("missing", id_))
    key, out = letter("missing", "1").key, tmp_path / "letters.ndjson"

    shown = run("deadletters", "show", key)
    unknown = run("deadletters", "show", "f00d")
    run("deadletters", "export", "--out", str(out))
    unmeant = run("deadletters", "drop", "--yes")
    mistyped = run("deadletters", "drop", "--key", key, "--key", "f00d", "--yes")
    dropped = run("deadletters", "drop", "--key", key, "--yes", "--json")

    assert "mapper_parsing_exception" in shown.stdout
    assert (1, True) == (unknown.returncode, "no dead letter 'f00d'" in unknown.stderr)
    assert (1, True) == (mistyped.returncode, "no dead letter f00d" in mistyped.stderr)
    assert {"1", "2"} == {json.loads(line)["id"] for line in out.read_text().splitlines()}
    assert (2, {"dropped": 1}) == (unmeant.returncode, json.loads(dropped.stdout))
    assert ["2"] == [it.id for it, _ in letters.select([])]


def test_commands_bring_in_what_lies_in_the_file(
    run: RunDiptych, settings: Settings, letters: DeadLetterIndex
) -> None:
    """A worker of this machine wrote it while the cluster was away."""
    DeadLetterFile(settings.home_dir / "dead-letters.ndjson").record(letter("missing", "1"))

    listed = run("deadletters", "list", "--json")

    assert ["1"] == [it["id"] for it in json.loads(listed.stdout)]
    assert 1 == letters.count([])


@pytest.mark.parametrize("since", ["yesterday", "99999999w"])
def test_time_that_is_none_is_misuse(run: RunDiptych, since: str) -> None:
    """With what can be written; so is one before the first year."""
    done = run("deadletters", "list", "--since", since)

    assert (2, True) == (done.returncode, "30m, 2h, 1d" in done.stderr)
