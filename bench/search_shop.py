"""Products with vectors, and questions about them, for `bench/search.py`.

Vectors are made by the code that a worker runs. Drawing and encoding 20,000 products takes some
ten minutes on two cores, so what was made is kept in a folder.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from diptych.client import Cluster, Json, path, to_ndjson
from diptych.contract import IndexContract
from diptych.encoding import Encoder, Role
from diptych.ingest.enrich import Enricher
from diptych.ingest.pictures import LocalPictures
from diptych.layout import AGREEMENT, BIAS, IMAGE, TEXT
from diptych.mappings.engine import detect_engine
from diptych.plugin.demo.catalogue import make_products
from diptych.plugin.demo.catalogue_folder import write_catalogue
from diptych.plugin.demo.looks import Look
from diptych.plugin.demo.shots import Shot, jpeg
from diptych.plugin.demo.vocabulary import names_of
from diptych.plugin.install import InstallRequest, install
from diptych.testing import FakeEncoder, MemoryStore
from diptych.vectors import Floats, unit_rows

FIELDS = ("title", "description")
#: Of the catalogue; the looks that are asked for come from another, so not all of them exist in it.
_SEED, _QUESTIONS_SEED = 7, 11
#: Of the synthetic products: one kind in so many products, and how far they lie from its middle.
_PER_KIND, _SPREAD = 50, 0.6
_PER_BULK = 500


@dataclass(frozen=True, slots=True)
class Shop:
    """Products (`sources`, `vectors` in the same order) and questions by words and by photo.

    `said` and `seen` are (n, text or image dimension) float32: what question i means. `texts` are
    its words, none for synthetic products.
    """

    name: str
    contract: IndexContract
    sources: dict[str, Json]
    vectors: Floats
    texts: Sequence[str]
    said: Floats
    seen: Floats


def demo_shop(folder: Path, encoder: Encoder, *, n: int, n_questions: int) -> Shop:
    """The demonstration's catalogue in `folder`, with the model that is given."""
    records = write_catalogue(folder, n=n, seed=_SEED)
    sources = _sources(records.read_text(encoding="utf-8").splitlines())
    shop = f"rendered catalogue, {encoder.text_model.name}"
    contract = _contract(encoder)
    revisions = f"{encoder.text_model.revision}-{encoder.image_model.revision}"
    vectors = _remembered(folder / f"vectors-{n}-{revisions}.npy", contract, encoder, sources)
    looks = [p.look for p in make_products(n=n_questions, seed=_QUESTIONS_SEED)]
    texts = [_words(look, is_english=bool(i % 2)) for i, look in enumerate(looks)]
    photos = [_snapshot(look, seed=i) for i, look in enumerate(looks)]
    return Shop(shop, contract, sources, vectors, texts, *_meanings(encoder, texts, photos))


def photo_shop(data: Path, folder: Path, encoder: Encoder, *, n_questions: int) -> Shop:
    """One product for each real photo below `data`; questions by photos that no product has."""
    sources, asked = {}, []
    for kind in ("grocery", "clothing"):
        for row in _rows(data / kind / "products.ndjson"):
            for number, photo in enumerate(row.get("photos") or [row["image"]]):
                words = {name: row.get(name, "") for name in FIELDS}
                sources[f"{row['id']}-{number}"] = {**words, "image": f"{kind}/{photo}"}
        titles = {row["id"]: row["title"] for row in _rows(data / kind / "products.ndjson")}
        for row in _rows(data / kind / "image_queries.ndjson"):
            said = row.get("category") or titles[max(row["relevant"], key=row["relevant"].get)]
            asked.append((said, (data / kind / row["image"]).read_bytes()))
    step = max(1, len(asked) // n_questions)
    texts, photos = map(list, zip(*asked[::step][:n_questions], strict=True))
    contract = _contract(encoder)
    file = folder / f"photos-{encoder.image_model.revision}.npy"
    vectors = _remembered(file, contract, encoder, sources, images=data)
    shop = f"real photos, {encoder.text_model.name}"
    return Shop(shop, contract, sources, vectors, texts, *_meanings(encoder, texts, photos))


def clustered_shop(*, n: int, n_questions: int, dimensions: tuple[int, int]) -> Shop:
    """Synthetic vectors around the middles of kinds, with the dimensions of large models."""
    rng = np.random.default_rng(_SEED)
    contract = _contract(FakeEncoder(*dimensions))
    middles = [rng.standard_normal((n // _PER_KIND, d)) for d in dimensions]

    def rows(count: int) -> list[Floats]:
        kinds = rng.integers(n // _PER_KIND, size=count)
        around = [m[kinds] + _SPREAD * rng.standard_normal((count, m.shape[1])) for m in middles]
        return [unit_rows(row.astype(np.float32)) for row in around]

    text, image = rows(n)
    said, seen = rows(n_questions)
    agreement = rng.uniform(0, 0.5, (n, 1)).astype(np.float32)
    ones = np.ones((n, 1), np.float32)
    vectors = contract.layout.fuse({TEXT: text, IMAGE: image, AGREEMENT: agreement, BIAS: ones})
    sources: dict[str, Json] = {f"p{i}": {"title": f"product {i}"} for i in range(n)}
    return Shop("synthetic, clustered", contract, sources, vectors, (), said, seen)


def open_shop(cluster: Cluster, shop: Shop, index: str) -> None:
    """Index the products, all in one segment: the state of an index at rest."""
    engine = detect_engine(cluster)
    models = shop.contract.text_model, shop.contract.image_model
    install(cluster, engine, InstallRequest(index, FIELDS, "image", *models))
    rows = list(zip(shop.sources.items(), shop.vectors, strict=True))
    for start in range(0, len(rows), _PER_BULK):
        lines: list[object] = []
        for (name, source), vector in rows[start : start + _PER_BULK]:
            own = {"diptych": {"state": "ready"}, shop.contract.vector_field: vector}
            lines += [{"index": {"_id": name}}, {**source, **own}]
        answer = cluster.call("POST", path(index, "_bulk"), body=to_ndjson(lines))
        assert not answer["errors"], answer
    cluster.call(
        "POST", path(index, "_forcemerge"), params={"max_num_segments": "1"}, timeout_s=600
    )
    cluster.call("POST", path(index, "_refresh"))


def _contract(encoder: Encoder) -> IndexContract:
    models = encoder.text_model, encoder.image_model
    return InstallRequest("bench", FIELDS, "image", *models).contract("bench")


def _remembered(
    file: Path,
    contract: IndexContract,
    encoder: Encoder,
    sources: dict[str, Json],
    *,
    images: Path | None = None,
) -> Floats:
    """(n, dimension) float32 from the file, or made as a worker makes them and kept there."""
    if file.is_file():
        kept: Floats = np.load(file)
        return kept
    store = MemoryStore(contract)
    for name, source in sources.items():
        store.index(name, source)
    pictures = LocalPictures([images or file.parent])
    enricher = Enricher(store, encoder, pictures)
    names = list(sources)
    for start in range(0, len(names), _PER_BULK):
        part = names[start : start + _PER_BULK]
        assert enricher.start(part).run().written == len(part)
    found = store.read_vectors(names)
    vectors = np.stack([found[name][1] for name in names])
    file.parent.mkdir(parents=True, exist_ok=True)
    np.save(file, vectors)
    return vectors


def _meanings(
    encoder: Encoder, texts: Sequence[str], photos: Sequence[bytes]
) -> tuple[Floats, Floats]:
    seen = encoder.encode_images(photos)
    assert not seen.errors, seen.errors
    return encoder.encode_texts(texts, role=Role.QUERY), seen.vectors


def _sources(lines: Sequence[str]) -> dict[str, Json]:
    rows = [json.loads(line) for line in lines]
    return {row.pop("id"): row for row in rows}


def _rows(file: Path) -> Iterator[Json]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _words(look: Look, *, is_english: bool) -> str:
    """What a shopper types who wants this look."""
    terms = [names_of(look, name) for name in ("colour", "length", "pattern", "kind")]
    names = [term.en[0] if is_english else term.zh[0] for term in terms if term is not None]
    return (" " if is_english else "").join(names)


def _snapshot(look: Look, *, seed: int) -> bytes:
    file = BytesIO()
    jpeg(Shot("", look, seed, is_studio=False), file)
    return file.getvalue()
