"""The files of deploy/: scripts, users and roles."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

Json = dict[str, Any]

DEPLOY = Path(__file__).parents[2] / "deploy"


def _load(name: str) -> Json:
    body: Json = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return {key: value for key, value in body.items() if key != "_meta"}


def _run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(script), *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    """A copy of the scripts in a folder of its own."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path / "deploy"
    folder.mkdir()
    for name in ("env.sh", "certificates.sh", "env.example"):
        shutil.copy(DEPLOY / name, folder / name)
    return folder


def test_env_script_makes_a_different_password_for_each_user(deploy: Path) -> None:
    """Five passwords of 48 hexadecimal digits, in a file that only its owner reads."""
    answer = _run(deploy / "env.sh")

    env = deploy.parent / ".env"
    passwords = re.findall(r"^\w+_PASSWORD=([0-9a-f]{48})$", env.read_text("utf-8"), re.MULTILINE)
    assert (0, "") == (answer.returncode, answer.stderr)
    assert 5 == len(set(passwords))
    assert 0o600 == env.stat().st_mode & 0o777


def test_env_script_keeps_existing_passwords(deploy: Path) -> None:
    """A second run changes nothing and says so: the data volumes know the first passwords."""
    _run(deploy / "env.sh")
    before = (deploy.parent / ".env").read_text("utf-8")

    answer = _run(deploy / "env.sh")

    assert 1 == answer.returncode
    assert "exists and is left as it is" in answer.stderr
    assert before == (deploy.parent / ".env").read_text("utf-8")


def test_client_that_trusts_the_authority_verifies_the_node(deploy: Path) -> None:
    """A TLS client with ca.pem accepts node.pem by its name, and one without ca.pem refuses."""
    _run(deploy / "certificates.sh")
    certs = deploy / "certs"

    assert "accepted" == _handshake(certs, ssl.create_default_context(cafile=certs / "ca.pem"))
    assert "refused" == _handshake(certs, ssl.create_default_context())


def test_renewal_keeps_the_authority(deploy: Path) -> None:
    """A second run makes a new certificate under the authority that clients trust already."""
    _run(deploy / "certificates.sh")
    before = {path.name: path.read_bytes() for path in (deploy / "certs").iterdir()}

    _run(deploy / "certificates.sh", "search.example.org")

    after = {path.name: path.read_bytes() for path in (deploy / "certs").iterdir()}
    changed = {name for name in before if before[name] != after[name]}
    assert {"node.pem", "node-key.pem"} == changed
    assert set(before) == set(after)


def test_key_of_the_authority_stays_with_its_owner(deploy: Path) -> None:
    """The folder is closed to other users, and the authority's key to everybody else."""
    _run(deploy / "certificates.sh")

    assert 0o700 == (deploy / "certs").stat().st_mode & 0o777
    assert 0o600 == (deploy / "certs" / "ca-key.pem").stat().st_mode & 0o777


def _handshake(certs: Path, client: ssl.SSLContext) -> str:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certs / "node.pem", certs / "node-key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, server))
        thread.start()
        try:
            with socket.create_connection(listener.getsockname()) as plain:
                client.wrap_socket(plain, server_hostname="localhost").close()
            return "accepted"
        except ssl.SSLCertVerificationError:
            return "refused"
        finally:
            thread.join()


def _answer_once(listener: socket.socket, server: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    try:
        server.wrap_socket(connection, server_side=True).close()
    except OSError:
        connection.close()


def test_every_user_has_a_role_and_a_password_of_its_own() -> None:
    """Users, mapping and roles name each other; no file holds a hash."""
    users, mapping, roles = (
        _load(name) for name in ("internal_users.yml", "roles_mapping.yml", "roles.yml")
    )

    hashes = [user["hash"] for user in users.values()]
    assert set(users) == {user for entry in mapping.values() for user in entry["users"]}
    # Feedback is for who wants it: nobody has that role until somebody gives it.
    assert set(roles) - {"diptych_feedback"} == set(mapping) - {"all_access"}
    assert all(re.fullmatch(r"\$\{envbc\.OPENSEARCH_\w+_PASSWORD\}", text) for text in hashes)
    assert len(users) == len(set(hashes))


def test_node_is_given_every_password_that_it_hashes() -> None:
    """Each variable that internal_users.yml reads stands in the node's environment."""
    compose = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text("utf-8"))
    read = {user["hash"][len("${envbc.") : -1] for user in _load("internal_users.yml").values()}

    assert read <= set(compose["services"]["opensearch"]["environment"])


def test_actions_of_roles_are_well_formed() -> None:
    """Cluster and index permissions are action names of the engine, none of them everything."""
    roles = _load("roles.yml").values()
    of_cluster = {action for role in roles for action in role["cluster_permissions"]}
    of_indexes = {
        action
        for role in roles
        for entry in role["index_permissions"]
        for action in entry["allowed_actions"]
    }

    assert all(re.fullmatch(r"(cluster|indices):[a-z/_]+\*?", action) for action in of_cluster)
    assert all(re.fullmatch(r"indices:[a-z/_]+\*?", action) for action in of_indexes)


def test_worker_can_neither_create_nor_delete_products() -> None:
    """The role that touches every product may update it in place, and nothing more."""
    products = _load("roles.yml")["diptych_worker"]["index_permissions"][0]
    writes = {action for action in products["allowed_actions"] if "write" in action}

    assert ["products*"] == products["index_patterns"]
    assert {"indices:data/write/update*", "indices:data/write/bulk*"} == writes
    assert not any(
        "create" in action or "delete" in action for action in products["allowed_actions"]
    )


def test_searcher_writes_nothing() -> None:
    """No action of the searcher's role changes anything, and Diptych's own indexes are hidden."""
    role = _load("roles.yml")["diptych_searcher"]
    entries = role["index_permissions"]
    actions = [*role["cluster_permissions"], *(a for e in entries for a in e["allowed_actions"])]

    assert not any("write" in action or "put" in action for action in actions)
    assert [["products*"]] == [entry["index_patterns"] for entry in entries]
