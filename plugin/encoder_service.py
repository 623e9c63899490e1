"""An encoder behind HTTP: OpenAI's `/v1/embeddings` for texts, the same with base64 for pictures.

    GET  /health                models with name, revision and dimension
    POST /v1/embeddings         {"input": "..." | ["..."], "encoding_format": "float" | "base64"}
                                and of ours "space": "text" | "image", "role": "query" | "document"
    POST /v1/images/embeddings  {"input": ["<base64 of a file>"], "encoding_format": ...}
    POST /v1/rerank             {"query": "...", "documents": ["..."]}, as Cohere and Jina have it

A picture that cannot be used has `"embedding": null` and an `"error"` in the answer's list.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from diptych.encoding import Encoder, ModelRef, Role
from diptych.errors import DiptychError, EncodingError, UsageError
from diptych.plugin.serve.limits import BodyLimit
from diptych.reranking import Reranker
from diptych.vectors import Floats, to_base64

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_TEXTS = 2048
MAX_PICTURES = 256
MAX_PAIRS = 1_000

Format = Literal["float", "base64"]


class TextsBody(BaseModel):
    """OpenAI's request for embeddings, with two fields of ours."""

    input: str | list[str]
    model: str | None = None
    encoding_format: Format = "float"
    space: Literal["text", "image"] = Field("text", description="whose vectors to compare with")
    role: Role = Role.QUERY


class PicturesBody(BaseModel):
    """Files of pictures in base64."""

    input: list[str]
    model: str | None = None
    encoding_format: Format = "float"


class RerankBody(BaseModel):
    """A query, and documents to order for it."""

    query: str
    documents: list[str]
    model: str | None = None


def encoder_app(encoder: Encoder, reranker: Reranker | None = None) -> FastAPI:
    """The application; it runs the models in Starlette's threads."""
    app = FastAPI(title="Diptych encoder", openapi_url=None)
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES, refuse=_error)
    app.add_exception_handler(RequestValidationError, _refuse_body)
    app.add_exception_handler(DiptychError, _refuse)

    @app.get("/health")
    def health() -> Response:
        models = {"text": asdict(encoder.text_model), "image": asdict(encoder.image_model)}
        return _json({"status": "ok", "models": models})

    @app.post("/v1/embeddings")
    def embed_texts(body: TextsBody) -> Response:
        texts = [body.input] if isinstance(body.input, str) else body.input
        _check_count(len(texts), MAX_TEXTS, "texts")
        is_text = body.space == "text"
        model = encoder.text_model if is_text else encoder.image_model
        _check_model(body.model, model)
        vectors = (
            encoder.encode_texts(texts, role=body.role) if is_text else encoder.encode_words(texts)
        )
        return _answer(model, vectors, body.encoding_format, {})

    @app.post("/v1/images/embeddings")
    def embed_pictures(body: PicturesBody) -> Response:
        _check_count(len(body.input), MAX_PICTURES, "pictures")
        _check_model(body.model, encoder.image_model)
        encoded = encoder.encode_images([_file(text) for text in body.input])
        errors = {i: str(err) for i, err in encoded.errors.items()}
        return _answer(encoder.image_model, encoded.vectors, body.encoding_format, errors)

    @app.post("/v1/rerank")
    def rerank(body: RerankBody) -> Response:
        if reranker is None:
            raise UsageError(
                "No cross-encoder is loaded here: start `diptych encoder` with --rerank-model."
            )
        _check_count(len(body.documents), MAX_PAIRS, "documents")
        scores = reranker.scores(body.query, body.documents).tolist() if body.documents else []
        best = sorted(enumerate(scores), key=lambda pair: -pair[1])
        return _json({"results": [{"index": i, "relevance_score": score} for i, score in best]})

    return app


def _check_count(count: int, most: int, what: str) -> None:
    if count > most:
        raise UsageError(
            f"The request has {count} {what}, and {most} are allowed: send them in parts."
        )


def _check_model(wanted: str | None, model: ModelRef) -> None:
    if wanted not in (None, model.name):
        raise UsageError(
            f"The model {wanted!r} is not loaded here: ask for {model.name!r}, or name none."
        )


def _file(text: str) -> bytes:
    """The file in a base64 text; an empty one, which no encoder takes, where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _answer(
    model: ModelRef, vectors: Floats, encoding_format: Format, errors: Mapping[int, str]
) -> Response:
    items = [
        {"object": "embedding", "index": i, **_item(vector, encoding_format, errors.get(i))}
        for i, vector in enumerate(vectors)
    ]
    return _json({"object": "list", "data": items, "model": model.name, "revision": model.revision})


def _item(vector: Floats, encoding_format: Format, error: str | None) -> dict[str, object]:
    if error is not None:
        return {"embedding": None, "error": error}
    return {"embedding": to_base64(vector) if encoding_format == "base64" else vector}


def _json(value: object, status: int = 200) -> Response:
    body = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status, media_type="application/json")


def _error(status: int, message: str) -> Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return _json({"error": {"message": message, "type": kind}}, status)


def _refuse(request: Request, err: Exception) -> Response:
    return _error(500 if isinstance(err, EncodingError) else 400, str(err))


def _refuse_body(request: Request, err: Exception) -> Response:
    problems: Sequence[Any] = err.errors() if isinstance(err, RequestValidationError) else []
    first = problems[0] if problems else {"loc": (), "msg": "not JSON"}
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return _error(400, f"The request cannot be read at {where} ({first['msg']}): correct it.")
