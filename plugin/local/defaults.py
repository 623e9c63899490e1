"""Settings that nobody gave, taken from the running local stack."""

from pydantic import SecretStr

from diptych.errors import SettingsError
from diptych.plugin.local.roots import image_roots
from diptych.plugin.local.stack import read_state
from diptych.settings import Settings


def resolve_settings(settings: Settings, *, needs_broker: bool = False) -> Settings:
    """The settings with the local stack's addresses where none are given.

    Where the cluster is the local stack's, its registered image folders are added.

    Raises:
        SettingsError: no address is given and no local stack runs.
    """
    state = read_state(settings.home_dir)
    cluster_url = settings.cluster_url or (state.cluster_url if state else None)
    broker_url = settings.broker_url or (SecretStr(state.broker_url) if state else None)
    if cluster_url is None:
        raise SettingsError(
            "No cluster is named and no local stack runs: set --cluster-url, or run "
            "`diptych local up`."
        )
    if needs_broker and broker_url is None:
        raise SettingsError(
            "No broker is named and no local stack runs: set --broker-url, or run "
            "`diptych local up`."
        )
    roots = settings.image_roots
    if state is not None and cluster_url.rstrip("/") == state.cluster_url:
        roots = tuple(dict.fromkeys((*roots, *image_roots(settings.home_dir))))
    changes = {"cluster_url": cluster_url, "broker_url": broker_url, "image_roots": roots}
    return settings.model_copy(update=changes)
