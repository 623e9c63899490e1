"""Where a model's files are, and which exact ones: a bundled model, a folder, or a hub name.

A hub model is fetched as one folder (and found there again without network), so everything
after this module deals with folders alone.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from diptych.errors import EncodingError

#: The bundled model's name; write `./demo` for a folder of that name.
DEMO: Final = "demo"

_DEMO_FOLDER = Path(__file__).parent / "demo_model"
_WANTED = ["*.json", "*.txt", "*.model", "model.safetensors", "model-*.safetensors"]
_UNWANTED = ["onnx/*", "openvino/*"]
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model's files: `name` and `revision` as the contract has them, and their folder."""

    name: str
    revision: str
    folder: Path


def find_model(spec: str) -> ModelSource:
    """The files of `NAME` or `NAME@REVISION`, fetched where the hub has to be asked.

    NAME is `demo`, a folder, or a hub name. The revision is the hub's commit hash, else a digest
    of the folder's weights and configuration; one that is asked for has to be that.

    Raises:
        EncodingError: there is no such model, the hub cannot be reached, the revision is another
            one, or the model has no safetensors file.
    """
    name, wanted = _split(spec)
    if name == DEMO or Path(name).is_dir():
        return _in_folder(name, wanted)
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise EncodingError(f"The model folder {name!r} does not exist: correct its path.")
    return _on_hub(name, wanted)


def _split(spec: str) -> tuple[str, str | None]:
    if Path(spec).is_dir() or "@" not in spec:
        return spec, None
    name, _, revision = spec.rpartition("@")
    return name, revision


def _in_folder(name: str, wanted: str | None) -> ModelSource:
    folder = _DEMO_FOLDER if name == DEMO else Path(name)
    weights = _weights(name, folder)
    revision = _digest([*weights, folder / "config.json"])
    if wanted not in (None, revision):
        raise EncodingError(
            f"The model {name!r} has the revision {revision}, and {wanted} is wanted: "
            f"put the model there that the index was built with."
        )
    return ModelSource(name, revision, folder)


def _weights(name: str, folder: Path) -> list[Path]:
    weights = sorted(folder.glob("model*.safetensors"))
    if not (folder / "config.json").is_file():
        raise EncodingError(
            f"The model {name!r} has no config.json: name a folder or hub model in the form "
            f"of transformers' save_pretrained."
        )
    if not weights:
        raise EncodingError(
            f"The model {name!r} has no safetensors file, and Diptych loads no pickles, which "
            f"can run code: convert it with save_pretrained, or name a revision that has one "
            f"(hub models often have it at {name}@refs/pr/1 or a later number)."
        )
    return weights


def _digest(files: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in files:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def _on_hub(name: str, wanted: str | None) -> ModelSource:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    try:
        folder = Path(
            snapshot_download(
                name, revision=wanted, allow_patterns=_WANTED, ignore_patterns=_UNWANTED
            )
        )
    except (RepositoryNotFoundError, HFValidationError) as err:
        raise EncodingError(
            f"The hub has no model {name!r}, or it is not public: correct the name, or name a "
            f"folder that holds the model."
        ) from err
    except (OSError, RuntimeError) as err:
        raise EncodingError(
            f"The model {name!r} cannot be fetched ({_first_line(err)}): check the name, the "
            f"revision and the network, or name a folder that holds the model."
        ) from err
    _weights(name, folder)
    return ModelSource(name, folder.name, folder)


def _first_line(err: Exception) -> str:
    lines = str(err).strip().splitlines()
    return lines[0].rstrip(".:") if lines else type(err).__name__
