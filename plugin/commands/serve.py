"""`diptych serve`: the search over HTTP, for browsers, back-ends and people."""

import json
from importlib.util import find_spec

import click

from diptych.errors import UsageError
from diptych.plugin.options import CLUSTER, LOCAL, MODELS, RERANKING, SERVER, settings_options
from diptych.settings import Settings

#: What `diptych[serve]` adds; any other import that fails is a fault to be seen as it is.
_PACKAGES = ("fastapi", "uvicorn")


@click.command("serve")
@click.argument("indexes", nargs=-1, metavar="INDEX...")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at; one that other machines reach needs --keys-file.",
)
@click.option("--port", default=8080, show_default=True, help="Port to listen at; 0 for any.")
@click.option("--print-openapi", is_flag=True, help="Print the description of the API, and end.")
@settings_options(*CLUSTER, *LOCAL, *MODELS, *RERANKING, *SERVER, "image_roots")
def command(
    settings: Settings,
    indexes: tuple[str, ...],
    host: str,
    port: int,
    print_openapi: bool,
) -> None:
    """Serve these indexes over HTTP, and a page to try them at the address itself.

    POST /indexes/INDEX/search takes words, pictures and products as plain JSON: a shopper's
    browser may send it. /openapi.json describes it. POST /INDEX/_search takes the engine's own
    query language and makes it hybrid: point a back-end's client at this address.

    Example: diptych serve products --port 8080
    """
    _need_packages()
    from diptych.plugin.serve.app import bare_app
    from diptych.plugin.serve.serving import serve

    if print_openapi:
        click.echo(json.dumps(bare_app().openapi(), indent=2, ensure_ascii=False))
        return
    if not indexes:
        raise UsageError("No index is named: write `diptych serve INDEX`.")
    serve(settings, indexes, host=host, port=port)


def _need_packages() -> None:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(f"Nothing can be served without {missing[0]}: install diptych[serve].")
