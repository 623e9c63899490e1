"""The node behind TLS and credentials, as the cluster client meets it."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from secured import SecuredCluster

from diptych.client import Cluster
from diptych.errors import CredentialsError
from diptych.settings import load_settings

pytestmark = pytest.mark.integration


def _connect(secured: SecuredCluster, password: str) -> Cluster:
    return Cluster(
        load_settings(
            cluster_url=secured.url,
            ca_file=secured.ca_file,
            username=secured.username,
            password=SecretStr(password),
        )
    )


def test_user_and_password_pass(secured_cluster: SecuredCluster) -> None:
    """The certificate is trusted by its authority's file."""
    cluster = _connect(secured_cluster, secured_cluster.password)

    answer = cluster.call("GET", "/_cluster/health")
    cluster.close()

    assert "diptych-local" == answer["cluster_name"]


def test_an_api_key_passes(secured_cluster: SecuredCluster, tmp_path: Path) -> None:
    """In place of user and password."""
    key_file = tmp_path / "key"
    key_file.write_text(secured_cluster.api_key)
    cluster = Cluster(
        load_settings(
            cluster_url=secured_cluster.url,
            ca_file=secured_cluster.ca_file,
            api_key_file=key_file,
        )
    )

    answer = cluster.call("GET", "/_cluster/health")
    cluster.close()

    assert "diptych-local" == answer["cluster_name"]


def test_a_wrong_password_is_refused(secured_cluster: SecuredCluster) -> None:
    """With a sentence about the credentials."""
    cluster = _connect(secured_cluster, "wrong")

    with pytest.raises(CredentialsError, match="refuses these credentials"):
        cluster.call("GET", "/_cluster/health")
    cluster.close()


def test_an_unknown_authority_is_refused(secured_cluster: SecuredCluster) -> None:
    """Nothing is sent to a server that cannot prove itself."""
    cluster = Cluster(load_settings(cluster_url=secured_cluster.url))

    with pytest.raises(CredentialsError, match="--ca-file"):
        cluster.call("GET", "/_cluster/health")
    cluster.close()


def test_a_missing_privilege_is_named(
    secured_cluster: SecuredCluster, denied: set[tuple[str, str]]
) -> None:
    """As the security plugin names it."""
    denied.add(("PUT", "/forbidden"))
    cluster = _connect(secured_cluster, secured_cluster.password)

    with pytest.raises(CredentialsError, match="indices:admin/create"):
        cluster.call("PUT", "/forbidden")
    cluster.close()
