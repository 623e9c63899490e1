"""The folders are the packages, and importing them opens nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

import diptych

ROOT = Path(diptych.__file__).resolve().parent.parent


@pytest.mark.parametrize("folder", ["ingest", "mappings", "plugin", "query", "workers"])
def test_each_folder_is_one_package_and_no_bare_module(folder: str) -> None:
    """`diptych.query` is the folder `query/`, and nobody imports a bare `query`."""
    module = __import__(f"diptych.{folder}", fromlist=["__file__"])

    assert (ROOT / folder).resolve() == Path(str(module.__file__)).resolve().parent
    assert folder not in sys.modules


def test_help_imports_neither_client_nor_models() -> None:
    """`diptych --help` stays fast because it imports no command."""
    program = (
        "import sys; from diptych.plugin.cli import diptych\n"
        "try: diptych(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('opensearchpy', 'numpy', 'torch', 'celery') if m in sys.modules])"
    )

    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert "[]" == output.splitlines()[-1]
