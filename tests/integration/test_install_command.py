"""`diptych install` and `diptych uninstall` as commands."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from shop import create_shop, put

from diptych.client import Cluster
from diptych.plugin.commands.install import command as install
from diptych.plugin.commands.uninstall import command as uninstall
from diptych.plugin.existing import require_existing
from diptych.settings import load_settings

pytestmark = pytest.mark.integration

FIELDS = ("--text-field", "title", "--image-field", "image")


@pytest.fixture
def cluster(cluster_url: str) -> Cluster:
    """The test run's node."""
    return Cluster(load_settings(cluster_url=cluster_url))


class Runner:
    """Runs commands against one cluster."""

    def __init__(self, cluster_url: str, folder: Path) -> None:
        """Nothing runs yet."""
        self._connection = ("--cluster-url", cluster_url, "--home-dir", str(folder))

    def install(self, index: str, *arguments: str, answer: str = "") -> Result:
        """`diptych install` with fields."""
        given = [index, *FIELDS, *arguments, *self._connection]
        return CliRunner().invoke(install, given, input=answer, catch_exceptions=False)

    def uninstall(self, index: str, *arguments: str, answer: str = "") -> Result:
        """`diptych uninstall`."""
        given = [index, *arguments, *self._connection]
        return CliRunner().invoke(uninstall, given, input=answer, catch_exceptions=False)


@pytest.fixture
def runner(cluster_url: str, tmp_path: Path) -> Runner:
    """Commands for the test run's node."""
    return Runner(cluster_url, tmp_path)


def test_second_install_says_that_nothing_changed(runner: Runner, index_name: str) -> None:
    """One line each on stdout."""
    first = runner.install(index_name)

    second = runner.install(index_name)

    assert f"{index_name}: created with Diptych.\n" == first.stdout
    said = f"{index_name}: Diptych is installed already, nothing was changed.\n"
    assert said == second.stdout


def test_warnings_go_to_stderr(cluster: Cluster, runner: Runner, index_name: str) -> None:
    """A script that reads JSON is not disturbed."""
    create_shop(cluster, index_name)

    done = runner.install(index_name, "--text-field", "headline", "--json")

    assert "'headline' is not in the mapping" in done.stderr
    assert "added" == orjson.loads(done.stdout)["outcome"]


def test_rebuild_asks_first_and_then_says_how_long_writes_were_blocked(
    cluster: Cluster, runner: Runner, index_name: str
) -> None:
    """No is no; yes copies."""
    create_shop(cluster, index_name, settings={"index.knn": False})
    put(cluster, index_name, "1", {"title": "red"})
    flags = ("--rebuild", "--replace-index")

    refused = runner.install(index_name, *flags, answer="n\n")
    done = runner.install(index_name, *flags, answer="y\n")

    assert (1, 0) == (refused.exit_code, done.exit_code)
    assert f"{index_name} leads to {index_name}-diptych-1 with 1 documents" in done.stdout
    assert "writes were blocked for" in done.stdout
    assert require_existing(cluster, index_name).is_alias


def test_rebuild_that_is_not_needed_copies_nothing(runner: Runner, index_name: str) -> None:
    """The flag allows a copy; it does not force one."""
    runner.install(index_name)

    done = runner.install(index_name, "--rebuild", "--json")

    assert ("unchanged", None) == (
        orjson.loads(done.stdout)["outcome"],
        orjson.loads(done.stdout)["rebuild"],
    )


def test_uninstall_asks_and_says_what_stays(
    cluster: Cluster, runner: Runner, index_name: str
) -> None:
    """The index is as it was but for what the cluster cannot take back."""
    runner.install(index_name)
    put(cluster, index_name, "1", {"title": "red"})

    refused = runner.uninstall(index_name, answer="n\n")
    done = runner.uninstall(index_name, "--yes")

    assert (1, 0) == (refused.exit_code, done.exit_code)
    assert "1 documents were cleaned" in done.stdout
    assert "index.knn" in done.stdout


def test_uninstall_rebuild_reports_as_json(runner: Runner, index_name: str) -> None:
    """Old and new index by name, for a script."""
    runner.install(index_name)

    done = runner.uninstall(index_name, "--yes", "--rebuild", "--replace-index", "--json")

    report = orjson.loads(done.stdout)
    assert (index_name, f"{index_name}-diptych-1") == (report["old_index"], report["new_index"])
