"""Options that several commands share; each overrides one field of `Settings`."""

import functools
from collections.abc import Callable

import click

from diptych.errors import UsageError
from diptych.settings import Settings, load_settings

CLUSTER = ("cluster_url", "username", "password_file", "api_key_file", "ca_file", "timeout_s")
BROKER = ("broker_url",)
LOCAL = ("home_dir",)
MODELS = ("device", "encoder_url")
RERANKING = ("rerank_model",)
PICTURES = ("image_roots", "image_hosts", "image_networks", "image_rate")
CACHE = ("cache_dir", "cache_max_bytes", "cache_shared")
WATCHING = ("metrics_port", "metrics_host", "log_format", "log_level")
SERVER = (
    *("keys_file", "search_timeout_s", "cors_origins", "proxy_writes", "source_fields"),
    *("feedback", "interleave"),
)


def settings_options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the flags of the named settings, and the `Settings` as first argument.

    A flag overrides its `DIPTYCH_*` variable, which overrides `diptych.toml`. The password has
    a file and a variable but no flag: flags are seen by every user of the machine.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def command(**arguments: object) -> None:
            flags = {name: arguments.pop(f"setting_{name}") for name in names}
            if "@" in str(flags.get("broker_url") or ""):
                raise UsageError(
                    "--broker-url holds a password, which every user of this machine could read: "
                    "set DIPTYCH_BROKER_URL instead."
                )
            function(load_settings(**flags), **arguments)

        wrapped: Callable[..., None] = command
        for name in reversed(names):
            wrapped = _option(name)(wrapped)
        return wrapped

    return decorate


def _option(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    field = Settings.model_fields[name]
    is_switch = field.annotation is bool
    return click.option(
        f"--{name.replace('_', '-')}",
        f"setting_{name}",
        help=field.description,
        is_flag=is_switch,
        # None says that the switch was not given, so that the variable holds.
        default=None,
    )


def json_option(function: Callable[..., None]) -> Callable[..., None]:
    """`--json`: the result as one JSON value on stdout, passed on as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(
        function
    )
