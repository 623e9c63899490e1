"""Requests are printed so that they can be sent as they stand."""

import shlex
from pathlib import Path

from diptych.plugin.dsl import as_console, as_curl
from diptych.query.conversation import Sent
from diptych.settings import load_settings

ONE = Sent("POST", "/shop/_search", b'{"query":"o\'neill $HOME"}')
SEVERAL = Sent("POST", "/shop/_msearch", b'{}\n{"size":1}\n')


def test_a_console_takes_method_path_and_body() -> None:
    """One request after the other."""
    expected = (
        'POST /shop/_search\n{"query":"o\'neill $HOME"}\n\nPOST /shop/_msearch\n{}\n{"size":1}'
    )

    assert expected == as_console([ONE, SEVERAL])


def test_a_shell_passes_the_body_on_unchanged() -> None:
    """Quotes, variables and the last line end of NDJSON survive."""
    settings = load_settings()

    one, several = (
        shlex.split(as_curl([sent], "http://h:1", settings).replace("\\\n", ""))
        for sent in (ONE, SEVERAL)
    )

    assert ["curl", "--request", "POST", "http://h:1/shop/_search"] == one[:4]
    assert ["--header", "content-type: application/json"] == one[4:6]
    assert ["--data-binary", ONE.body.decode()] == one[6:]
    assert ["--header", "content-type: application/x-ndjson"] == several[4:6]
    assert SEVERAL.body.decode() == several[-1]


def test_secrets_are_named_and_never_shown(tmp_path: Path) -> None:
    """curl asks for a password, and the shell reads a key where it lies."""
    key = tmp_path / "key"
    key.write_text("s3cr3t-key")
    by_name = load_settings(username="ann o", password="s3cr3t-word", ca_file=tmp_path / "ca.pem")
    by_key = load_settings(api_key_file=key)

    printed = [as_curl([ONE], "https://h:1", settings) for settings in (by_name, by_key)]

    assert "--user 'ann o'" in printed[0]
    assert f"--cacert {tmp_path / 'ca.pem'}" in printed[0]
    assert f'"authorization: ApiKey $(cat {key})"' in printed[1]
    assert "s3cr3t" not in "".join(printed)
