"""`diptych encoder`: the models behind HTTP, for processes that have no torch."""

import click

from diptych.errors import UsageError
from diptych.plugin.options import settings_options
from diptych.settings import Settings

#: Requests answered at once; what comes on top is told to come again (503).
_MAX_REQUESTS = 64


@click.command()
@settings_options("device", "rerank_model")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at. Nobody is asked for a password, so keep it private.",
)
@click.option("--port", default=8090, show_default=True, help="Port to listen at; 0 for any.")
@click.option("--text-model", default="demo", show_default=True, help="NAME, folder or NAME@REV.")
@click.option("--image-model", default="demo", show_default=True, help="NAME, folder or NAME@REV.")
def command(settings: Settings, host: str, port: int, text_model: str, image_model: str) -> None:
    """Serve a sentence model and a picture model over HTTP.

    Texts in the form of OpenAI's /v1/embeddings, pictures as base64 at /v1/images/embeddings,
    and with --rerank-model a cross-encoder at /v1/rerank.

    Example: diptych encoder --port 8090 --text-model sentence-transformers/all-MiniLM-L6-v2
    """
    try:
        import uvicorn

        from diptych.plugin.encoder_service import encoder_app
        from diptych.plugin.serve.listening import listening
    except ImportError as err:
        raise UsageError(f"The encoder cannot be served ({err}): install diptych[serve].") from err
    from diptych.workers.encoders.loading import load_encoder, load_reranker

    with listening(host, port) as listener:
        encoder = load_encoder(
            text_model=text_model, image_model=image_model, device=settings.device
        )
        reranker = None
        if settings.rerank_model is not None:
            reranker = load_reranker(settings.rerank_model, device=settings.device)
        url = f"http://{host}:{listener.getsockname()[1]}"
        click.echo(f"Serving {text_model} and {image_model} at {url}", err=True)
        config = uvicorn.Config(
            encoder_app(encoder, reranker),
            limit_concurrency=_MAX_REQUESTS,
            log_level=settings.log_level.lower(),
            access_log=False,
            ws="none",
        )
        uvicorn.Server(config).run(sockets=[listener])
