"""Which documents have other pictures now, although their addresses are the same."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from diptych.encoding import Encoder
from diptych.ingest.clock import timestamp
from diptych.ingest.picture_vectors import N_READERS, MeanPicture, PictureVectors
from diptych.ingest.pictures import PictureSource
from diptych.ingest.publishing import NO_ROUTING
from diptych.ingest.store import Document, Routing, Store, routing_of
from diptych.layout import IMAGE
from diptych.vectors import Floats

#: Numbers of one picture encoded by two devices differ by less.
_TOLERANCE = 1e-3


class Refetch:
    """Compares what pictures give now with what the index holds."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        pictures: PictureSource,
        *,
        n_readers: int = N_READERS,
    ) -> None:
        """Asks nobody yet."""
        self._store = store
        self._dimension = encoder.image_model.dimension
        self._vectors = PictureVectors(encoder, pictures, n_readers=n_readers)

    def changed(
        self, ids: Sequence[str], *, now: datetime, routing: Routing = NO_ROUTING
    ) -> list[str]:
        """Ids of documents that need a worker: their pictures differ, or something else does.

        A document whose pictures' host is away now is left as it is.
        """
        documents = self._store.read(ids, routing)
        settled = [document for document in documents if document.is_settled(timestamp(now))]
        with_pictures = [document for document in settled if document.inputs.images]
        changed = self._changed(with_pictures) if with_pictures else set()
        return [d.id for d in documents if d.id in changed or d not in settled]

    def _changed(self, documents: Sequence[Document]) -> set[str]:
        references = dict.fromkeys(ref for d in documents for ref in d.inputs.images)
        encoded = self._vectors.encode(list(references), is_fresh=True)
        ids = [document.id for document in documents]
        stored = self._store.read_vectors(ids, routing_of(documents))
        return {
            document.id
            for document in documents
            if self._differs(
                encoded.mean(document.inputs.images, dimension=self._dimension),
                stored.get(document.id, (0, None))[1],
            )
        }

    def _differs(self, picture: MeanPicture, stored: Floats | None) -> bool:
        if picture.is_passing:
            return False
        if stored is None:
            return bool(picture.vector.any())
        block = stored[self._store.contract.layout[IMAGE].span]
        return not np.allclose(block, picture.vector, atol=_TOLERANCE)
