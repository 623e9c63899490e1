"""What the local stack remembers: parts, ports, picture folders, and settings filled from them."""

import os
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from diptych.errors import LocalStackError, SettingsError, UsageError
from diptych.plugin.local.defaults import resolve_settings
from diptych.plugin.local.ports import choose_port
from diptych.plugin.local.processes import ProcessRef, find_process
from diptych.plugin.local.roots import add_image_root, image_roots
from diptych.plugin.local.servers import last_line
from diptych.plugin.local.stack import read_state, start_stack, stop_stack
from diptych.plugin.local.state import BROKER, CLUSTER, Part, StackFolder
from diptych.settings import load_settings

_DEAD = ProcessRef(pid=2**22 + 1, start_ticks=1, boot_id="none")


def _ourselves() -> ProcessRef:
    process = find_process(os.getpid())
    assert process is not None
    return process


@pytest.fixture
def running(tmp_path: Path) -> Path:
    """The home folder of a stack whose two parts are alive: both are this very process."""
    folder = StackFolder.of(tmp_path)
    folder.make()
    folder.write_parts({CLUSTER: Part(9201, _ourselves()), BROKER: Part(6380, _ourselves())})
    return tmp_path


def test_a_taken_port_is_passed_over() -> None:
    """The first free one of the preferred ports is chosen."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as probe:
        taken = server.getsockname()[1]
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
        probe.close()

        assert free == choose_port([taken, free])
        assert choose_port([taken]) not in {0, taken}


def test_addresses_follow_from_the_live_parts(running: Path) -> None:
    """A stack whose two servers live is running, at the ports that were written."""
    state = read_state(running)

    assert state is not None
    assert "http://127.0.0.1:9201" == state.cluster_url
    assert "redis://127.0.0.1:6380/0" == state.broker_url


def test_a_stack_with_a_dead_part_does_not_run(running: Path) -> None:
    """Half a stack is none."""
    folder = StackFolder.of(running)
    folder.write_parts(folder.read_parts() | {BROKER: Part(6380, _DEAD)})

    assert read_state(running) is None
    assert [CLUSTER] == list(folder.live_parts())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cluster": 1}', '{"cluster": {"port": 1}}'])
def test_an_illegible_state_file_means_not_running(running: Path, text: str) -> None:
    """A damaged file never stops `up` from repairing the stack."""
    (StackFolder.of(running).root / "state.json").write_text(text)

    assert read_state(running) is None


def test_stopping_where_nothing_was_started_creates_nothing(tmp_path: Path) -> None:
    """`down` in an empty home folder is no error."""
    assert not stop_stack(tmp_path / "home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("heap", ["", "2", "1gb", "-1g", "1.5g", "1t", "100m", "900000g"])
def test_a_heap_that_cannot_be_is_refused_before_anything_starts(tmp_path: Path, heap: str) -> None:
    """A wrong heap would only show as a dying node."""
    with pytest.raises(UsageError, match="heap"):
        start_stack(tmp_path / "home", heap=heap)

    assert not (tmp_path / "home").exists()


def test_an_unwritable_home_is_one_sentence_with_its_remedy(tmp_path: Path) -> None:
    """A file where the folder should be stands for every folder that cannot be made."""
    (tmp_path / "home").touch()

    with pytest.raises(LocalStackError, match=r"home/local cannot be written.*--home-dir"):
        start_stack(tmp_path / "home")


def test_the_last_telling_line_is_no_stack_frame(tmp_path: Path) -> None:
    """The reason of a crash stands above the frames that follow it."""
    log_file = tmp_path / "log"
    log_file.write_text("starting\nBindException: in use.\n\tat a.B.c(B.java:1)\nSLF4J: no\n\n")

    assert "BindException: in use" == last_line(log_file)
    assert "it printed nothing" == last_line(tmp_path / "absent")


def test_picture_folders_are_kept_once_and_resolved(tmp_path: Path) -> None:
    """The same folder by another way is the same folder."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()

    add_image_root(tmp_path, pictures)
    add_image_root(tmp_path, tmp_path)
    add_image_root(tmp_path, pictures / ".." / "pictures")

    assert (pictures, tmp_path) == image_roots(tmp_path)


def test_a_home_without_registry_has_no_picture_folders(tmp_path: Path) -> None:
    """Nothing is trusted unless it was registered."""
    assert () == image_roots(tmp_path)


def test_a_damaged_registry_is_named(running: Path) -> None:
    """It is not overwritten: it holds the user's decisions."""
    registry = StackFolder.of(running).root / "image_roots.json"
    registry.write_text("{")

    with pytest.raises(LocalStackError, match=r"image_roots\.json cannot be read"):
        add_image_root(running, running)
    assert "{" == registry.read_text()


def test_missing_addresses_come_from_the_running_stack(running: Path) -> None:
    """With its registered picture folders, after those that are set."""
    add_image_root(running, running)

    settings = resolve_settings(load_settings(home_dir=running, image_roots=(Path("/srv"),)))

    assert "http://127.0.0.1:9201" == settings.cluster_url
    assert SecretStr("redis://127.0.0.1:6380/0") == settings.broker_url
    assert (Path("/srv"), running) == settings.image_roots


def test_another_cluster_is_not_given_the_stack_s_picture_folders(running: Path) -> None:
    """Its documents are somebody else's and must not name files of this host."""
    add_image_root(running, running)

    settings = resolve_settings(load_settings(home_dir=running, cluster_url="https://shop:9200"))

    assert "https://shop:9200" == settings.cluster_url
    assert () == settings.image_roots


def test_no_cluster_at_all_is_one_sentence_with_both_remedies(tmp_path: Path) -> None:
    """Neither a flag nor a stack."""
    with pytest.raises(SettingsError, match=r"--cluster-url, or run `diptych local up`"):
        resolve_settings(load_settings(home_dir=tmp_path))


def test_a_missing_broker_is_an_error_only_where_one_is_needed(tmp_path: Path) -> None:
    """Searching needs none."""
    settings = load_settings(home_dir=tmp_path, cluster_url="https://shop:9200")

    assert resolve_settings(settings).broker_url is None
    with pytest.raises(SettingsError, match=r"--broker-url, or run `diptych local up`"):
        resolve_settings(settings, needs_broker=True)


def test_a_folder_keeps_the_engine_of_its_data(tmp_path: Path) -> None:
    """Without a note there is none; data without a note is from before there was a choice."""
    folder = StackFolder.of(tmp_path)
    folder.make()

    assert folder.engine_name is None
    (folder.part_dir(CLUSTER) / "node_1").mkdir()
    assert "opensearch-2" == folder.engine_name
    folder.write_engine("elasticsearch")
    assert "elasticsearch" == folder.engine_name


@pytest.mark.parametrize("held", ["elasticsearch", "opensearch-9"])
def test_a_folder_with_data_of_another_engine_is_refused(tmp_path: Path, held: str) -> None:
    """Known to this version or not: no node can read another's data."""
    folder = StackFolder.of(tmp_path)
    folder.make()
    folder.write_engine(held)

    with pytest.raises(LocalStackError, match=f"data of {held}, not of opensearch-3.*--fresh"):
        start_stack(tmp_path, engine="opensearch-3")
    assert held == folder.engine_name


def test_an_unknown_engine_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """Before anything is started or deleted."""
    with pytest.raises(UsageError, match=r"'solr'.*opensearch-2, opensearch-3, elasticsearch"):
        start_stack(tmp_path, engine="solr", fresh=True)


def test_data_is_kept_where_the_new_engine_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--fresh` deletes only what it can replace: here no file of the node can be stored."""
    folder = StackFolder.of(tmp_path)
    folder.make()
    (folder.part_dir(CLUSTER) / "node_1").mkdir()
    (tmp_path / "cache").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    with pytest.raises(LocalStackError, match=r"cache folder|Java"):
        start_stack(tmp_path, engine="opensearch-3", fresh=True)
    assert "opensearch-2" == folder.engine_name
