"""Requests to the cluster as text, to be sent by any other client."""

import shlex
from collections.abc import Sequence

from diptych.client import Json
from diptych.query.conversation import Sent
from diptych.settings import Settings


def as_console(sent: Sequence[Sent]) -> str:
    """Method and path in one line and the body below, as the consoles of both dashboards take it."""
    return "\n\n".join(f"{one.method} {one.path}\n{_text(one)}" for one in sent)


def as_curl(sent: Sequence[Sent], url: str, settings: Settings) -> str:
    """One command of curl for each request; secrets are named by their files, never shown."""
    return "\n\n".join(_curl(one, url, settings) for one in sent)


def as_json(sent: Sequence[Sent]) -> list[Json]:
    """Method, path, content type and body of each request, for programs."""
    return [
        {
            "method": one.method,
            "path": one.path,
            "content_type": one.content_type,
            "body": one.body.decode(),
        }
        for one in sent
    ]


def _curl(one: Sent, url: str, settings: Settings) -> str:
    parts = [
        f"curl --request {one.method} {shlex.quote(url + one.path)}",
        *_who(settings),
        f"--header {shlex.quote(f'content-type: {one.content_type}')}",
        # Unlike `--data`, this keeps the line ends of NDJSON.
        f"--data-binary {shlex.quote(_text(one, ends_line=one.content_type.endswith('ndjson')))}",
    ]
    return " \\\n  ".join(parts)


def _who(settings: Settings) -> list[str]:
    flags = []
    if settings.ca_file is not None:
        flags.append(f"--cacert {shlex.quote(str(settings.ca_file))}")
    if settings.username is not None:
        flags.append(f"--user {shlex.quote(settings.username)}")
    if settings.api_key_file is not None:
        key = f'"authorization: ApiKey $(cat {shlex.quote(str(settings.api_key_file))})"'
        flags.append(f"--header {key}")
    return flags


def _text(one: Sent, *, ends_line: bool = False) -> str:
    return one.body.decode().rstrip("\n") + ("\n" if ends_line else "")
