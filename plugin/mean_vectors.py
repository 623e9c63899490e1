"""The means that centred vectors go without: those that an index carries, or estimated from it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np

from diptych.centring import Centres
from diptych.client import Cluster, Json, path
from diptych.contract import IndexContract
from diptych.encoding import Encoder, Role
from diptych.errors import UsageError
from diptych.ingest.inputs import Inputs, read_inputs
from diptych.ingest.picture_vectors import PictureVectors
from diptych.ingest.pictures import PictureSource
from diptych.plugin.existing import require_existing
from diptych.plugin.install import InstallRequest
from diptych.plugin.rebuild import Bar
from diptych.vectors import Floats, to_base64

#: Documents to estimate from: the mean of n unit vectors is off by 1 / sqrt(n) at most, 0.03.
_SAMPLE: Final = 1_000
#: Fewer say more of themselves than of their kind.
_LEAST: Final = 20
_SEED: Final = 0
_BATCH: Final = 64

_Rows: TypeAlias = list[Floats]


def find_centres(
    cluster: Cluster,
    request: InstallRequest,
    *,
    like: str,
    encoder_for: Callable[[IndexContract], Encoder],
    pictures: PictureSource,
    bar: Bar,
) -> Centres:
    """The means of the request's models in the index `like`.

    An index that carries what is wanted gives that. Of another one up to 1,000 documents
    are encoded: what they say, their pictures, and as what shoppers type the first text field, a
    product's name.

    Raises:
        UsageError: no text field is named, or too few documents have words or a picture.
        MissingIndexError: there is no such index.
        DiptychError: the models cannot be had, or the cluster does not answer.
    """
    found = require_existing(cluster, like)
    contract = request.contract(found.index)
    if not contract.text_fields:
        raise UsageError(
            "--centre-on needs a --text-field: what shoppers type is estimated from the products' "
            "names."
        )
    carried = found.contract
    if carried is not None and carried.centres is not None and _serves(carried, contract):
        return carried.centres
    encoder = encoder_for(contract)
    contract.check_encoder(encoder)
    sources = _sample(cluster, found.index, contract)
    sample = _Sample(encoder, PictureVectors(encoder, pictures), contract)
    with bar(f"Estimating means from {like}", len(sources)) as update:
        for start in range(0, len(sources), _BATCH):
            sample.add(sources[start : start + _BATCH])
            update(min(start + _BATCH, len(sources)))
    return sample.centres(like)


def _serves(carried: IndexContract, wanted: IndexContract) -> bool:
    """Whether the carried means are of the models, and of pictures where those are wanted."""
    is_seen = carried.image_field is not None or wanted.image_field is None
    models = (carried.text_model, carried.image_model)
    return is_seen and models == (wanted.text_model, wanted.image_model)


def _sample(cluster: Cluster, index: str, contract: IndexContract) -> list[Json]:
    """Sources of documents at random, the same ones while the index is the same."""
    by_chance = {"random_score": {"seed": _SEED, "field": "_seq_no"}}
    body = {
        "size": _SAMPLE,
        "_source": list(contract.input_fields),
        "query": {"function_score": {"query": {"match_all": {}}, **by_chance}},
    }
    answer: Json = cluster.call("POST", path(index, "_search"), body=body)
    return [hit["_source"] for hit in answer["hits"]["hits"]]


class _Sample:
    """Vectors of each kind, from the documents given so far."""

    def __init__(self, encoder: Encoder, pictures: PictureVectors, contract: IndexContract) -> None:
        self._encoder = encoder
        self._pictures = pictures
        self._contract = contract
        self._naming = replace(contract, text_fields=contract.text_fields[:1])
        self._is_one_space = encoder.text_model == encoder.image_model
        self._texts: _Rows = []
        self._words: _Rows = []
        self._query_texts: _Rows = []
        self._query_words: _Rows = []
        self._seen: _Rows = []

    def add(self, sources: Sequence[dict[str, Any]]) -> None:
        """Encode what these documents have."""
        inputs = [read_inputs(source, self._contract) for source in sources]
        says = [one.text for one in inputs]
        names = [read_inputs(source, self._naming).text for source in sources]
        self._texts.extend(self._encoder.encode_texts(says, role=Role.DOCUMENT))
        self._query_texts.extend(self._encoder.encode_texts(names, role=Role.QUERY))
        if not self._is_one_space:
            self._words.extend(self._encoder.encode_words(says))
        self._query_words.extend(self._encoder.encode_words(names))
        self._seen.extend(self._pictures_of(inputs))

    def _pictures_of(self, inputs: Sequence[Inputs]) -> Iterator[Floats]:
        references = dict.fromkeys(ref for one in inputs for ref in one.images)
        encoded = self._pictures.encode(list(references))
        for one in inputs:
            yield encoded.mean(one.images, dimension=self._encoder.image_model.dimension).vector

    def centres(self, index: str) -> Centres:
        """The means.

        Raises:
            UsageError: too few vectors of a kind.
        """
        fields, image_field = self._contract.text_fields, self._contract.image_field
        said, named = f"words in {', '.join(map(repr, fields))}", f"words in {fields[0]!r}"
        texts = _mean(self._texts, said, index)
        blank = np.zeros(self._encoder.image_model.dimension, np.float32)
        seen = f"a picture in {image_field!r} that can be had"
        return Centres(
            texts=to_base64(texts),
            words=to_base64(texts if self._is_one_space else _mean(self._words, said, index)),
            pictures=to_base64(_mean(self._seen, seen, index) if image_field else blank),
            query_texts=to_base64(_mean(self._query_texts, named, index)),
            query_words=to_base64(_mean(self._query_words, named, index)),
        )


def _mean(rows: _Rows, of_what: str, index: str) -> Floats:
    having = [row for row in rows if row.any()]
    if len(having) < _LEAST:
        raise UsageError(
            f"{len(having)} of the {len(rows)} documents looked at in {index!r} have {of_what}, and "
            f"a mean is estimated from {_LEAST} or more: name an index that has them with "
            "--centre-on, or leave that out."
        )
    mean: Floats = np.mean(having, axis=0, dtype=np.float32)
    return mean
