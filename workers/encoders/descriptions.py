"""What a model's weights alone do not say: pooling, prefixes, longest text. Data, no code.

A new model is a line in `KNOWN`; one that is not listed is described by its own files.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from diptych.encoding import Role
from diptych.errors import EncodingError


class Pooling(StrEnum):
    """How token vectors become one vector."""

    MEAN = "mean"
    CLS = "cls"
    POOLER = "pooler"
    #: A dual encoder's own projection into the space that words and pictures share.
    PROJECTION = "projection"


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """How texts go into a model and vectors come out.

    `max_tokens` counts special tokens; None means that the model's files say it.
    `pads_to_max` is for models trained on full-length rows without an attention mask.
    """

    pooling: Pooling
    query_prefix: str = ""
    document_prefix: str = ""
    max_tokens: int | None = None
    pads_to_max: bool = False

    @property
    def is_dual(self) -> bool:
        """Whether the model encodes pictures too."""
        return self.pooling is Pooling.PROJECTION

    def prefix(self, role: Role) -> str:
        """What to put before a text that stands on this side of a search."""
        return self.query_prefix if role is Role.QUERY else self.document_prefix


_MEAN = ModelDescription(Pooling.MEAN)
_CLS = ModelDescription(Pooling.CLS)
_DUAL = ModelDescription(Pooling.PROJECTION)

#: Hub name, or a pattern of names, to description; the first that matches counts. The prefixes
#: are those of the models' own cards.
KNOWN: Final[Mapping[str, ModelDescription]] = {
    "demo": _DUAL,
    "sentence-transformers/all-MiniLM-L6-v2": replace(_MEAN, max_tokens=256),
    "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2": replace(_MEAN, max_tokens=128),
    "intfloat/*e5*instruct*": replace(
        _MEAN,
        query_prefix=(
            "Instruct: Given a web search query, retrieve relevant passages that answer the "
            "query\nQuery: "
        ),
    ),
    "intfloat/*e5*": replace(_MEAN, query_prefix="query: ", document_prefix="passage: "),
    "BAAI/bge-*-en*": replace(
        _CLS, query_prefix="Represent this sentence for searching relevant passages: "
    ),
    "BAAI/bge-*-zh*": replace(_CLS, query_prefix="为这个句子生成表示以用于检索相关文章："),
    "BAAI/bge-*": _CLS,
    "openai/clip-*": replace(_DUAL, max_tokens=77),
    "OFA-Sys/chinese-clip-*": replace(_DUAL, max_tokens=52),
    "google/siglip-*": replace(_DUAL, max_tokens=64, pads_to_max=True),
}

#: `model_type` in config.json to description, for models that `KNOWN` does not list.
_BY_TYPE: Final[Mapping[str, ModelDescription]] = {
    "clip": _DUAL,
    "chinese_clip": replace(_DUAL, max_tokens=52),
    "siglip": replace(_DUAL, pads_to_max=True),
    "vision-text-dual-encoder": _DUAL,
    **dict.fromkeys(
        (
            "albert",
            "bert",
            "camembert",
            "deberta",
            "deberta-v2",
            "distilbert",
            "electra",
            "mpnet",
            "modernbert",
            "roberta",
            "xlm-roberta",
        ),
        _MEAN,
    ),
}


def describe(name: str, folder: Path) -> ModelDescription:
    """The description of the model in a folder, by its name or by the files themselves.

    Raises:
        EncodingError: its architecture, its pooling or one of its modules is not supported.
    """
    found = next((known for known in KNOWN if fnmatchcase(name, known)), None)
    described = KNOWN[found] if found else _from_files(name, folder)
    if described.max_tokens is not None:
        return described
    limit = _read(folder / "sentence_bert_config.json").get("max_seq_length")
    return replace(described, max_tokens=limit)


def _from_files(name: str, folder: Path) -> ModelDescription:
    kind = _read(folder / "config.json").get("model_type")
    described = _BY_TYPE.get(str(kind))
    if described is None:
        raise EncodingError(
            f"The model {name!r} is of the type {kind!r}, which Diptych cannot encode with: "
            f"name a model of one of the types {', '.join(sorted(_BY_TYPE))}."
        )
    return described if described.is_dual else _sentence_transformer(name, folder, described)


def _sentence_transformer(name: str, folder: Path, described: ModelDescription) -> ModelDescription:
    """What the files of the library sentence-transformers add, where there are any."""
    kinds = [str(module["type"]).rpartition(".")[2] for module in _read_list(folder)]
    unknown = [kind for kind in kinds if kind not in {"Transformer", "Pooling", "Normalize"}]
    if unknown:
        raise EncodingError(
            f"The model {name!r} has a {unknown[0]} module, which Diptych does not run: "
            f"name a sentence model without one."
        )
    prompts = _read(folder / "config_sentence_transformers.json").get("prompts") or {}
    return replace(
        described,
        pooling=_pooling(name, folder) or described.pooling,
        query_prefix=prompts.get("query", ""),
        document_prefix=prompts.get("document", prompts.get("passage", "")),
    )


def _pooling(name: str, folder: Path) -> Pooling | None:
    settings = _read(folder / "1_Pooling" / "config.json")
    modes = [key for key, is_on in settings.items() if key.startswith("pooling_mode_") and is_on]
    if "pooling_mode" in settings:  # the one key that sentence-transformers 5.4 and later write
        modes = [f"pooling_mode_{settings['pooling_mode']}"]
    known = {"mean_tokens": Pooling.MEAN, "mean": Pooling.MEAN, "cls_token": Pooling.CLS}
    known["cls"] = Pooling.CLS
    if not modes:
        return None
    mode = modes[0].removeprefix("pooling_mode_")
    if len(modes) > 1 or mode not in known:
        raise EncodingError(
            f"The model {name!r} pools by {' and '.join(modes)}, which Diptych does not do: "
            f"name a model that pools by mean or by its first token."
        )
    return known[mode]


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text("utf-8"))
    except ValueError as err:
        raise EncodingError(f"The file {path} is not JSON ({err}): copy the model anew.") from err
    return value if isinstance(value, dict) else {}


def _read_list(folder: Path) -> list[dict[str, Any]]:
    path = folder / "modules.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else []
