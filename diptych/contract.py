"""What must be equal when documents are written and when they are searched.

Kept in the index's own mapping, `_meta.diptych`, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import orjson

from diptych.centring import Centres
from diptych.encoding import Encoder, ModelRef
from diptych.errors import ContractError, NotInstalledError
from diptych.layout import Block, Layout
from diptych.vectors import from_base64

#: Software that does not know an index's version leaves it alone: 2 has centred vectors, which a
#: version 1 that is blind to the means would write and ask otherwise.
_PLAIN, _CENTRED = 1, 2
CONTRACT_VERSIONS = (_PLAIN, _CENTRED)
#: Key below the mapping's `_meta`.
META_KEY = "diptych"


@dataclass(frozen=True, slots=True)
class IndexContract:
    """Fields, models and layout of one index.

    `pipeline` is None where the cluster cannot mark: there the feed alone sees changes. `centres`
    are the means that are taken from all vectors, or None where they are as the models give them.
    """

    text_fields: tuple[str, ...]
    image_field: str | None
    text_model: ModelRef
    image_model: ModelRef
    layout: Layout
    pipeline: str | None
    vector_field: str = "diptych_vector"
    centres: Centres | None = None

    def to_meta(self) -> dict[str, Any]:
        """The JSON object kept below `_meta.diptych`."""
        said = asdict(self)
        if self.centres is None:
            del said["centres"]
        return said | {"version": _PLAIN if self.centres is None else _CENTRED}

    @property
    def input_fields(self) -> tuple[str, ...]:
        """The fields that vectors are made from."""
        return (*self.text_fields, *([self.image_field] if self.image_field else []))

    @property
    def fingerprint(self) -> str:
        """Equal for equal contracts; 16 hexadecimal digits."""
        data = orjson.dumps(self.to_meta(), option=orjson.OPT_SORT_KEYS)
        return blake2b(data, digest_size=8).hexdigest()

    def check_encoder(self, encoder: Encoder) -> None:
        """Pass if the encoder is the one this index was made for.

        Raises:
            ContractError: names both models and the remedy.
        """
        for kind, ours, theirs in (
            ("text", self.text_model, encoder.text_model),
            ("image", self.image_model, encoder.image_model),
        ):
            if ours != theirs:
                raise ContractError(
                    f"The index was made with the {kind} model {_say(ours)}, but "
                    f"{_say(theirs)} is loaded: use the index's model, or install the index anew."
                )


def contract_from_meta(meta: object, *, index: str) -> IndexContract:
    """The contract in a mapping's `_meta`.

    Raises:
        NotInstalledError: the index has none.
        ContractError: it has one of another version, or a damaged one.
    """
    found = meta.get(META_KEY) if isinstance(meta, Mapping) else None
    if not isinstance(found, Mapping):
        raise NotInstalledError(
            f"The index {index!r} has no Diptych contract: run `diptych install {index} "
            "--text-field FIELD --image-field FIELD` first."
        )
    if found.get("version") not in CONTRACT_VERSIONS:
        raise ContractError(
            f"The contract of {index!r} has version {found.get('version')}, this program knows "
            f"{' and '.join(map(str, CONTRACT_VERSIONS))}: use the program that installed it, or "
            "install anew."
        )
    try:
        return _parse(found)
    except (KeyError, TypeError, ValueError) as err:
        raise ContractError(
            f"The contract of {index!r} is damaged ({err!r}): run `diptych install` again."
        ) from err


def _parse(found: Mapping[str, Any]) -> IndexContract:
    layout = found["layout"]
    contract = IndexContract(
        text_fields=tuple(found["text_fields"]),
        image_field=found["image_field"],
        text_model=ModelRef(**found["text_model"]),
        image_model=ModelRef(**found["image_model"]),
        layout=Layout(tuple(Block(**block) for block in layout["blocks"]), layout["dimension"]),
        pipeline=found["pipeline"],
        vector_field=found["vector_field"],
        centres=Centres(**found["centres"]) if found["version"] == _CENTRED else None,
    )
    if contract.centres is not None:
        _check_centres(contract.centres, contract.text_model, contract.image_model)
    return contract


def _check_centres(centres: Centres, text: ModelRef, image: ModelRef) -> None:
    for name, model in (
        ("texts", text),
        ("query_texts", text),
        ("words", image),
        ("query_words", image),
        ("pictures", image),
    ):
        length = len(from_base64(getattr(centres, name)))
        if length != model.dimension:
            raise ValueError(f"{name} has {length} numbers, not {model.dimension}")


def _say(model: ModelRef) -> str:
    return f"{model.name!r} (revision {model.revision[:12]}, {model.dimension} numbers)"
