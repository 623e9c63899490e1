"""docker-compose.yml and Dockerfile: valid by the specification, and safe by our own rules.

No container is started here: see docs/how-to/deploy.md for what has been run.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml

from diptych.plugin.cli import COMMANDS
from diptych.settings import Settings

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
COMPOSE: Json = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: Json = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
#: Services that run until they are stopped.
LASTING = {name: service for name, service in SERVICES.items() if service["restart"] != "no"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ENV_EXAMPLE = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _example_variables() -> dict[str, str]:
    lines = [line for line in ENV_EXAMPLE.splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _specification() -> Any:
    resource = files("check_jsonschema.builtin_schemas.vendor") / "compose-spec.json"
    schema = json.loads(resource.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def _flags_of(subcommand: str) -> set[str]:
    command: click.Command = import_module(f"diptych.plugin.commands.{subcommand}").command
    return {flag for parameter in command.params for flag in parameter.opts}


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_file_follows_the_compose_specification() -> None:
    """The specification's own JSON schema accepts the file."""
    errors = [error.message for error in _specification().iter_errors(COMPOSE)]

    assert [] == errors


def test_schema_check_notices_a_misspelt_key() -> None:
    """The schema is strict enough to be worth asking: an unknown key of a service fails."""
    is_valid = _specification().is_valid({"services": {"feed": {"imagee": "x:1"}}})

    assert not is_valid


@pytest.mark.parametrize("profile", ["cpu", "gpu", "tools"])
def test_compose_itself_resolves_the_file(profile: str, tmp_path: Path) -> None:
    """`docker compose config` accepts every profile, where the client has that plugin."""
    docker = shutil.which("docker")
    if docker is None or _run([docker, "compose", "version"]).returncode != 0:
        pytest.skip("the docker client here has no compose plugin")
    env_file = tmp_path / ".env"
    env_file.write_text(ENV_EXAMPLE.replace("_PASSWORD=\n", "_PASSWORD=x\n"), encoding="utf-8")
    command = [docker, "compose", "--env-file", str(env_file), "--profile", profile]

    answer = _run([*command, "config", "--quiet"])

    assert (0, "") == (answer.returncode, answer.stderr)


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned_to_an_exact_version(name: str) -> None:
    """A tag names a full version: `latest` or `4` would change under a running stack."""
    assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+(-\w+)?", SERVICES[name]["image"])


def test_base_image_is_pinned_to_an_exact_version() -> None:
    """Every FROM names an earlier stage, or an image with a full version."""
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - stages

    assert bases
    assert all(re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+(-\w+)*", base) for base in bases)


@pytest.mark.parametrize("name", OURS)
def test_build_target_is_a_stage_of_the_dockerfile(name: str) -> None:
    """Each image of ours is built from a stage that exists."""
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))

    assert SERVICES[name]["build"]["target"] in stages


@pytest.mark.parametrize("name", LASTING)
def test_lasting_service_has_health_limits_and_time_to_stop(name: str) -> None:
    """What runs on and on is watched, bounded, restarted, and given time to finish its work."""
    service = SERVICES[name]

    assert service["healthcheck"]["test"]
    assert {"cpus", "memory", "pids"} == set(service["deploy"]["resources"]["limits"])
    assert "unless-stopped" == service["restart"]
    assert service["stop_grace_period"]


@pytest.mark.parametrize("name", ["feed", "worker", "worker-gpu"])
def test_watched_service_is_asked_at_its_own_port_which_is_not_published(name: str) -> None:
    """The health check names the port at which the process listens."""
    service = SERVICES[name]
    port = service["environment"]["DIPTYCH_METRICS_PORT"]

    assert f"http://127.0.0.1:{port}/readyz" in service["healthcheck"]["test"][-1]
    assert "ports" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_no_rights_to_spare(name: str) -> None:
    """No root, no capability, no way to gain one."""
    service = SERVICES[name]

    assert service["user"].split(":")[0] not in {"", "0", "root"}
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", OURS)
def test_our_containers_cannot_change_themselves(name: str) -> None:
    """Our images write to volumes and to memory alone."""
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["tmpfs"]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    """Another machine reaches nothing unless somebody decides so."""
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_encoder_reaches_neither_index_nor_broker() -> None:
    """The service that decodes strangers' pictures shares no network and holds no secret."""
    encoder = set(SERVICES["encoder"]["networks"])

    assert encoder.isdisjoint(SERVICES["opensearch"]["networks"])
    assert encoder.isdisjoint(SERVICES["rabbitmq"]["networks"])
    assert not any("PASSWORD" in text for text in _strings(SERVICES["encoder"]["environment"]))


def test_no_password_has_a_default() -> None:
    """Every password is demanded of .env, and the committed example leaves it empty."""
    used = re.findall(r"\$\{(\w*PASSWORD\w*)(.{0,2})", "\n".join(_strings(COMPOSE)))

    assert used
    assert {":?"} == {operator for _, operator in used}
    assert {name for name, _ in used} <= set(_example_variables())
    assert {""} == {v for name, v in _example_variables().items() if "PASSWORD" in name}


@pytest.mark.parametrize("name", SERVICES)
def test_secret_variable_holds_nothing_but_a_reference(name: str) -> None:
    """A variable that carries a password takes it whole from .env."""
    environment = SERVICES[name].get("environment", {})
    secrets = {key: value for key, value in environment.items() if "PASS" in key}

    assert all(re.fullmatch(r"\$\{\w+:\?[^}]+\}", value) for value in secrets.values())


def test_example_names_every_variable_that_compose_reads() -> None:
    """An operator finds each setting in one file, and none that does nothing."""
    read = set(re.findall(r"\$\{(\w+)", "\n".join(_strings(COMPOSE))))

    assert read | {"COMPOSE_PROFILES"} == set(_example_variables())


@pytest.mark.parametrize("name", OURS)
def test_settings_of_our_services_exist(name: str) -> None:
    """Each DIPTYCH_ variable is a field of Settings: a misspelt one would be ignored."""
    fields = {f"DIPTYCH_{field.upper()}" for field in Settings.model_fields}

    assert set(SERVICES[name]["environment"]) <= fields


@pytest.mark.parametrize("name", [name for name in OURS if "command" in OURS[name]])
def test_commands_of_our_services_exist(name: str) -> None:
    """Each service starts a subcommand that `diptych` has, with flags that it knows."""
    subcommand, *arguments = SERVICES[name]["command"].split()
    flags = {argument for argument in arguments if argument.startswith("--")}

    assert subcommand in COMMANDS
    assert flags <= _flags_of(subcommand)


def test_default_profile_runs_one_worker_on_the_cpu() -> None:
    """The example asks for no device; a profile starts exactly one kind of worker."""
    profiles = {name: s["profiles"] for name, s in SERVICES.items() if "profiles" in s}

    assert {"worker": ["cpu"], "worker-gpu": ["gpu"], "cli": ["tools"]} == profiles
    assert "cpu" == _example_variables()["COMPOSE_PROFILES"]


def test_mounted_files_are_committed_or_made_by_the_script() -> None:
    """Docker would make a folder of a missing file: each source exists, or is a certificate."""
    mounts = [m for service in SERVICES.values() for m in service["volumes"] if m["type"] == "bind"]
    sources = {m["source"] for m in mounts if not m["source"].startswith("./deploy/certs/")}

    assert all(m["bind"] == {"create_host_path": False} and m["read_only"] for m in mounts)
    assert all((ROOT / source).is_file() for source in sources)
