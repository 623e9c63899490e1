"""Where results go: a console for tables, and files that the user named."""

from pathlib import Path
from typing import TYPE_CHECKING

from diptych.errors import CatalogError

if TYPE_CHECKING:
    from rich.console import Console


def table_console(width: int = 140) -> "Console":
    """A console for tables on stdout; so wide where it is no terminal, which has its own width."""
    # rich costs 60 ms to import, and --json needs none of it.
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = width
    return console


def write_output(file: Path, content: bytes) -> None:
    """Write a file that the user named.

    Raises:
        CatalogError: it cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as err:
        raise CatalogError(
            f"{file} cannot be written ({err.strerror}): name a file in a folder that exists."
        ) from err
