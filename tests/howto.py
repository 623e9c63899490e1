"""The programs of the how-to pages, put on the disk as a reader puts them there."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[1] / "docs" / "how-to"
#: A block of code whose first line is a comment that names its file.
_PROGRAM = re.compile(r"^```\w+\n(?:#|//) (\S+\.\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def programs(page: str) -> dict[str, str]:
    """The programs of one page by their files' names."""
    found = _PROGRAM.findall((PAGES / f"{page}.md").read_text(encoding="utf-8"))
    assert len(dict(found)) == len(found), f"two programs of {page}.md have the same name"
    return dict(found)


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder with programs, and the environment that they run in."""

    folder: Path
    variables: Mapping[str, str]

    def put(self, pages: Mapping[str, Mapping[str, str]], meant: Mapping[str, str]) -> None:
        """Write the programs of the pages, with what they name replaced by what is meant here."""
        for code in pages.values():
            for name, text in code.items():
                for written, here in meant.items():
                    text = text.replace(written, here)
                (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *command: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        """A command, after the page's own `environment.sh` unless another key is given."""
        before = ". ./environment.sh; " if key is None else ""
        return subprocess.run(
            ["sh", "-c", f'{before}exec "$@"', "sh", *command],
            cwd=self.folder,
            env=self.environment | ({} if key is None else {"SHOP_KEY": key}),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def lines(self, *command: str) -> list[str]:
        """What a command prints; it must succeed."""
        ended = self.run(*command)
        assert 0 == ended.returncode, ended.stderr
        return ended.stdout.splitlines()

    @property
    def environment(self) -> dict[str, str]:
        """`diptych` and `python` are those of this test run."""
        here = str(Path(sys.executable).parent)
        return {**os.environ, **self.variables, "PATH": f"{here}:{os.environ['PATH']}"}
