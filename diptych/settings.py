"""One frozen `Settings`, from flags, `DIPTYCH_*` variables and `diptych.toml`, in that order.

Made once by a command and passed down; nothing here is read on import.
"""

from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from diptych.errors import SettingsError

#: After this time Redis gives a message without an acknowledgement to another worker, so a task
#: must end before: a worker gives one back after `diptych.workers.patience.PATIENCE_S`. One that
#: runs twice all the same is skipped by its hashes.
REDIS_VISIBILITY_S: Final = 300


def _split_paths(value: object) -> object:
    return tuple(part for part in value.split(":") if part) if isinstance(value, str) else value


def _split_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


HomePath = Annotated[Path, AfterValidator(Path.expanduser)]
Roots = Annotated[tuple[HomePath, ...], NoDecode, BeforeValidator(_split_paths)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]


class Settings(BaseSettings):
    """Everything an operator can set. A field's description is its help text."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="DIPTYCH_",
        toml_file="diptych.toml",
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    cluster_url: str | None = Field(
        None, description="Address of the cluster; the running local stack's unless set."
    )
    username: str | None = Field(None, description="User for basic authentication.")
    password: SecretStr | None = Field(None, description="Password; prefer --password-file.")
    password_file: Path | None = Field(None, description="File that holds the password.")
    api_key_file: Path | None = Field(None, description="File that holds an API key.")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed the cluster's certificate."
    )
    timeout_s: float = Field(30.0, gt=0, description="Longest wait for one answer, in seconds.")
    broker_url: SecretStr | None = Field(
        None, description="Address of the broker; the running local stack's unless set."
    )
    redis_visibility_s: int = Field(
        REDIS_VISIBILITY_S,
        ge=1,
        description="On Redis and Valkey, how long a worker that died keeps its messages, in "
        "seconds; the shortest time of all workers counts, and a task must end before.",
    )
    home_dir: HomePath = Field(
        Path("~/.diptych"), description="Folder for the local stack's data, logs and state."
    )
    image_roots: Roots = Field(
        (), description="Folders below which local pictures may be opened (':' separated)."
    )
    image_hosts: Words = Field(
        (),
        description="Hosts that pictures may be fetched from (',' separated): HOST, HOST:PORT, "
        "*.DOMAIN or *, over https; http://HOST allows plain http.",
    )
    image_networks: Words = Field(
        (),
        description="Private networks that pictures may be fetched from, as CIDR blocks "
        "(',' separated); none unless set.",
    )
    image_rate: float = Field(
        50.0, gt=0, description="Most pictures that a worker asks one host for in a second."
    )
    cache_dir: HomePath | None = Field(
        None, description="Folder of a worker's cache of vectors; `cache` in home_dir unless set."
    )
    cache_max_bytes: int = Field(
        2 * 1024**3, ge=0, description="Longest that the cache may grow, in bytes; 0 is no cache."
    )
    cache_shared: bool = Field(
        False,
        description="Keep vectors in the index diptych-cache too, for workers of all machines.",
    )
    encoder_url: str | None = Field(
        None, description="Address of a `diptych encoder`, where no model is loaded in process."
    )
    rerank_model: str | None = Field(
        None,
        description="Cross-encoder for reranking: NAME, folder or NAME@REV; the encoder service's "
        "unless set.",
    )
    source_fields: Words = Field(
        (),
        description="Fields that a search may show (',' separated, '*' allowed); all unless set.",
    )
    keys_file: Path | None = Field(
        None, description="File of API keys, made by `diptych keys create`."
    )
    search_timeout_s: float = Field(
        5.0, gt=0, description="Time budget of one search over HTTP, in seconds."
    )
    cors_origins: Words = Field(
        (),
        description="Addresses of shops whose pages may search from a browser (',' separated).",
    )
    proxy_writes: bool = Field(
        False, description="Hand writes on to the cluster, with the caller's own credentials."
    )
    feedback: bool = Field(
        False, description="Record searches and clicks in ubi_queries and ubi_events."
    )
    interleave: str | None = Field(
        None, description="Profile to compare live with the default one; needs feedback."
    )
    device: str = Field("auto", description="auto, cpu, cuda or cuda:N.")
    concurrency: int = Field(2, ge=1, le=64, description="Threads of a worker.")
    sweep_interval_s: float = Field(
        86_400.0, gt=0, description="How often a feed looks at all documents again, in seconds."
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="Port of /metrics, /livez and /readyz; nothing is served unless set.",
    )
    metrics_host: str = Field("127.0.0.1", description="Address at which the metrics port listens.")
    watchdog_s: float = Field(
        120.0,
        ge=0,
        description="A worker without progress for so many seconds starts again; 0 is never.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines as text, or as json with index, ids, lane and trace."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then `diptych.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: object) -> Settings:
    """Settings with the given flags on top; a flag that is None was not given.

    Raises:
        SettingsError: a value is malformed; the message names the field and its remedy.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as err:
        raise SettingsError(_sentence(err)) from err
    except TOMLDecodeError as err:
        raise SettingsError(f"diptych.toml cannot be read ({err}): correct that line.") from err


def _sentence(err: ValidationError) -> str:
    first = err.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "settings"
    if first["type"] == "extra_forbidden":
        return f"diptych.toml has an unknown setting {name!r}: correct its name or remove it."
    return (
        f"The setting {name} has a value that cannot be used ({first['msg']}): correct "
        f"--{name.replace('_', '-')}, DIPTYCH_{name.upper()} or diptych.toml."
    )
