"""A real node that keeps back what a role may not see."""

from diptych.client import Cluster
from diptych.errors import CredentialsError


class ReticentCluster(Cluster):
    """A real node whose history cannot be read: by privilege, or because it is refused."""

    refusal: Exception = CredentialsError("GET /_stats is not allowed.")
    refused = "/_stats/"

    def call(self, method: str, path: str, **arguments: object) -> object:
        """As `Cluster.call`."""
        if self.refused in path or self.refused in str(arguments.get("body")):
            raise self.refusal
        return super().call(method, path, **arguments)  # type: ignore[arg-type]
