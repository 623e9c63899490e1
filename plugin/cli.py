"""The command `diptych`: a table of subcommands, each imported only when it is called."""

import logging
import sys
from importlib import import_module

import click

from diptych.errors import DiptychError, SettingsError

#: Subcommand -> (module below `diptych.plugin.commands`, one line of help).
COMMANDS: dict[str, tuple[str, str]] = {
    "local": ("local", "Start, show and stop the local node and broker."),
    "install": ("install", "Create an index for Diptych, or add Diptych to an existing one."),
    "uninstall": ("uninstall", "Remove Diptych from an index."),
    "ingest": ("ingest", "Load an NDJSON, CSV or TSV file into an index."),
    "embed": ("embed", "Enqueue what lacks a vector, and wait for it with --wait."),
    "feed": ("feed", "Watch indexes for changes and enqueue them."),
    "worker": ("worker", "Turn enqueued documents into vectors."),
    "status": ("status", "Count an index's documents: ready, pending, failed, lag."),
    "verify": ("verify", "Read every document, and tell whether its vector agrees with it."),
    "deadletters": ("deadletters", "List, retry, drop and export what was given up."),
    "encoder": ("encoder", "Serve the models over HTTP."),
    "search": ("search", "Search by words, by picture, or by both."),
    "similar": ("similar", "Show the products most like one."),
    "why": ("why", "Tell why a product is where it is in a search, or is not."),
    "eval": ("eval", "Measure how good the answers are, by judged queries."),
    "tune": ("tune", "Find the weights that serve an index's own queries best."),
    "profiles": ("profiles", "List, copy and remove the weights that an index keeps by name."),
    "judge": ("judge", "Turn recorded clicks into judgments."),
    "satisfaction": ("satisfaction", "Show what recorded clicks say, by day and by profile."),
    "query": ("query", "Print the requests of a search, for any other client."),
    "serve": ("serve", "Serve the search over HTTP, and a page to try it."),
    "keys": ("keys", "Make, list and remove the API keys of `diptych serve`."),
    "demo": ("demo", "Run the whole main job on a rendered catalogue."),
}


#: Package that is not in the base installation -> the extra that brings it.
_EXTRAS = {
    "AntiSSRF": "worker",
    "celery": "queue",
    "ir_measures": "eval",
    "kombu": "queue",
    "prometheus_client": "queue",
    "requests": "worker",
    "torch": "worker",
    "transformers": "worker",
    "fastapi": "serve",
    "uvicorn": "serve",
}
#: Exit status after an interrupt: 128 + SIGINT.
_INTERRUPTED = 130


class _LazyGroup(click.Group):
    """Lists commands from the table, so that `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"diptych.plugin.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="diptych")
def diptych() -> None:
    """Multimodal hybrid search for your own OpenSearch or Elasticsearch index.

    Example: diptych search products "red dress" --image photo.jpg
    """


def main() -> None:
    """Run the command line; an error of ours is one sentence on stderr and its exit code."""
    # Each failed request becomes an error of ours, with a sentence; the client logs it as well.
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)
    try:
        status = diptych(standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as err:
        err.show()
        sys.exit(err.exit_code)
    except click.Abort:
        click.echo("diptych: stopped before the end.", err=True)
        sys.exit(_INTERRUPTED)
    except DiptychError as err:
        click.echo(f"diptych: {err}", err=True)
        sys.exit(err.exit_code)
    except ModuleNotFoundError as err:
        extra = _EXTRAS.get((err.name or "").partition(".")[0])
        if extra is None:
            raise
        click.echo(
            f"diptych: This command needs {err.name}, which is not installed: "
            f"run pip install 'diptych[{extra}]'.",
            err=True,
        )
        sys.exit(SettingsError.exit_code)
