"""Means estimated from an index, and installed with its contract."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from commands import RunDiptych
from PIL import Image
from shop import ENGINE, Bars, bulk, create_shop

from diptych.centring import Centres
from diptych.client import Cluster, Json, path
from diptych.encoding import Role
from diptych.errors import ContractError, UsageError
from diptych.mappings.target import read_target
from diptych.plugin.existing import require_existing
from diptych.plugin.install import InstallRequest, Outcome, install
from diptych.plugin.mean_vectors import find_centres
from diptych.plugin.reinstall import reinstall
from diptych.plugin.template_install import install_template, uninstall_template
from diptych.testing import FakeEncoder, MemoryPictures
from diptych.vectors import Floats, from_base64

pytestmark = pytest.mark.integration

_N = 30
_NAMES = [f"red dress {i}" for i in range(_N)]
_PICTURES = {f"{i}.jpg": f"picture {i}".encode() for i in range(_N)}


def _fill(cluster: Cluster, index: str, n: int = _N) -> None:
    """Products; every second one has a description, the last ten have no picture."""
    create_shop(cluster, index)
    lines: list[Json] = []
    for i, name in enumerate(islice(_NAMES, n)):
        said = {"description": f"of silk {i}"} if i % 2 else {}
        seen = {"image": f"{i}.jpg"} if i < n - 10 else {}
        lines += [{"index": {"_id": str(i)}}, {"title": name, **said, **seen}]
    bulk(cluster, index, *lines)


def _request(index: str, encoder: FakeEncoder, centres: Centres | None = None) -> InstallRequest:
    return InstallRequest(
        index,
        ("title", "description"),
        "image",
        encoder.text_model,
        encoder.image_model,
        centres=centres,
    )


def _find(cluster: Cluster, encoder: FakeEncoder, like: str) -> Centres:
    return find_centres(cluster, _request(like, encoder), like=like, **_parts(encoder))


def _parts(encoder: FakeEncoder) -> Any:
    """What vectors are made of, and a bar."""
    pictures = MemoryPictures(_PICTURES)
    return {"encoder_for": lambda _: encoder, "pictures": pictures, "bar": Bars()}


def _says(i: int) -> str:
    return f"{_NAMES[i]}\nof silk {i}" if i % 2 else _NAMES[i]


def _assert_mean(rows: Floats, mean: str) -> None:
    np.testing.assert_allclose(rows.mean(axis=0), from_base64(mean), atol=1e-6)


def test_means_are_those_of_words_names_and_pictures(cluster: Cluster, index_name: str) -> None:
    """Words from all text fields, what shoppers type from the first, pictures from those had."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()

    centres = _find(cluster, encoder, index_name)

    says: Sequence[str] = [_says(i) for i in range(_N)]
    _assert_mean(encoder.encode_texts(says, role=Role.DOCUMENT), centres.texts)
    _assert_mean(encoder.encode_words(says), centres.words)
    _assert_mean(encoder.encode_texts(_NAMES, role=Role.QUERY), centres.query_texts)
    _assert_mean(encoder.encode_words(_NAMES), centres.query_words)
    seen = list(_PICTURES.values())[: _N - 10]
    _assert_mean(encoder.encode_images(seen).vectors, centres.pictures)


def test_index_that_has_means_hands_them_on(cluster: Cluster, index_name: str) -> None:
    """So a second install changes nothing, and the next index is centred like the last."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()
    centres = _find(cluster, encoder, index_name)
    install(cluster, ENGINE, _request(index_name, encoder, centres))
    bulk(cluster, index_name, {"delete": {"_id": "0"}})

    again = _find(cluster, encoder, index_name)

    assert centres == again
    report = install(cluster, ENGINE, _request(index_name, encoder, again))
    assert Outcome.UNCHANGED == report.outcome
    assert centres == read_target(cluster, index_name).contract.centres


def test_other_models_get_means_of_their_own(cluster: Cluster, index_name: str) -> None:
    """Means of one model say nothing about another."""
    _fill(cluster, index_name)
    first, second = FakeEncoder(), FakeEncoder(text_dim=8, image_dim=8, revision="2")
    install(cluster, ENGINE, _request(index_name, first, _find(cluster, first, index_name)))

    assert 8 == len(from_base64(_find(cluster, second, index_name).texts))


def test_install_with_other_means_is_refused(cluster: Cluster, index_name: str) -> None:
    """Half of the vectors would be centred, and half not."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()
    centres = _find(cluster, encoder, index_name)
    install(cluster, ENGINE, _request(index_name, encoder, centres))

    with pytest.raises(
        ContractError, match=rf"centres: {centres} there, none wanted.*--centre-on {index_name}"
    ):
        install(cluster, ENGINE, _request(index_name, encoder))


def test_means_without_pictures_are_not_handed_to_an_index_with_pictures(
    cluster: Cluster, index_name: str
) -> None:
    """Pictures have a mean of their own, which is estimated then."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()
    words = replace(_request(index_name, encoder), image_field=None)
    means = find_centres(cluster, words, like=index_name, **_parts(encoder))
    install(cluster, ENGINE, replace(words, centres=means))
    assert not from_base64(means.pictures).any()

    assert from_base64(_find(cluster, encoder, index_name).pictures).any()


def test_install_mends_damaged_means(cluster: Cluster, index_name: str) -> None:
    """What nobody can read any more does not stay in the mapping."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()
    request = _request(index_name, encoder, _find(cluster, encoder, index_name))
    install(cluster, ENGINE, request)
    meta = require_existing(cluster, index_name).meta
    meta["diptych"]["centres"]["texts"] = "AAAA"
    cluster.call("PUT", path(index_name, "_mapping"), body={"_meta": meta})

    install(cluster, ENGINE, replace(request, centres=None))

    assert read_target(cluster, index_name).contract.centres is None


def test_template_hands_means_to_the_next_index(cluster: Cluster, index_name: str) -> None:
    """Each night's index is centred like the last."""
    _fill(cluster, index_name)
    encoder, pattern = FakeEncoder(), f"{index_name}-night-*"
    centres = _find(cluster, encoder, index_name)
    try:
        install_template(cluster, ENGINE, _request(pattern, encoder, centres))
        cluster.call("PUT", path(f"{index_name}-night-1"))
        assert centres == read_target(cluster, f"{index_name}-night-1").contract.centres
    finally:
        cluster.call("DELETE", path(f"{index_name}-night-1"), accept=(404,))
        uninstall_template(cluster, pattern)


def test_rebuild_without_means_says_that_they_are_gone(cluster: Cluster, index_name: str) -> None:
    """Somebody rebuilds for another reason and forgets the flag."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()
    centres = _find(cluster, encoder, index_name)
    install(cluster, ENGINE, _request(index_name, encoder, centres))
    found = require_existing(cluster, index_name)

    _, report = reinstall(
        cluster, ENGINE, _request(index_name, encoder), found, is_replaced=True, bar=Bars()
    )

    assert any("not any more: --centre-on" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("flags", "status", "said"),
    [((), 78, "add --rebuild for a new index"), (("--rebuild",), 2, "--replace-index")],
)
def test_what_cannot_be_centred_is_refused_before_anything_is_encoded(
    run_diptych: RunDiptych,
    cluster: Cluster,
    index_name: str,
    flags: Sequence[str],
    status: int,
    said: str,
) -> None:
    """Estimating takes minutes where pictures are many."""
    _fill(cluster, index_name)
    install_it = ("install", index_name, "--text-field", "title", "--image-field", "image")
    run_diptych(*install_it)

    refused = run_diptych(*install_it, "--centre-on", index_name, *flags)

    assert status == refused.returncode
    assert said in refused.stderr
    assert "Estimating" not in refused.stderr


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (5, "5 of the 5 documents looked at in '.*' have words in 'title', 'description'"),
        (25, "15 of the 25 documents .* have a picture in 'image' that can be had"),
    ],
)
def test_too_few_documents_are_no_sample(
    cluster: Cluster, index_name: str, n: int, said: str
) -> None:
    """The sentence says of what there are too few, and what to do."""
    _fill(cluster, index_name, n)

    with pytest.raises(UsageError, match=f"{said}.*--centre-on"):
        _find(cluster, FakeEncoder(), index_name)


def test_index_of_pictures_alone_has_nothing_that_shoppers_type(
    cluster: Cluster, index_name: str
) -> None:
    """Searches centred by nothing would lie apart from centred pictures."""
    _fill(cluster, index_name)
    encoder = FakeEncoder()
    request = replace(_request(index_name, encoder), text_fields=())

    with pytest.raises(UsageError, match="--centre-on needs a --text-field"):
        find_centres(cluster, request, like=index_name, **_parts(encoder))


def test_commands_centre_an_index_and_its_searches(
    run_diptych: RunDiptych, cluster: Cluster, index_name: str, tmp_path: Path
) -> None:
    """On the bundled model: a filled index is rebuilt with means, vectors and answers by them."""
    colours = ("red", "blue", "green", "white", "black")
    rows = []
    for i in range(25):
        Image.new("RGB", (48, 48), colours[i % 5]).save(tmp_path / f"{i}.jpg")
        rows.append({"id": f"p{i}", "title": f"{colours[i % 5]} mug {i}", "image": f"{i}.jpg"})
    file = tmp_path / "products.ndjson"
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    install_it = ("install", index_name, "--text-field", "title", "--image-field", "image")
    rebuild_it = ("--rebuild", "--replace-index", "--yes")

    installed = run_diptych(*install_it)
    ingested = run_diptych("ingest", str(file), "--index", index_name)
    rebuilt = run_diptych(*install_it, "--centre-on", index_name, *rebuild_it)
    embedded = run_diptych("embed", index_name, "--wait", "--json")
    weights = ("--weights", "keywords=0,text=0,image=1")
    found = run_diptych("search", index_name, "a red mug", *weights, "--size", "5", "--json")

    done = (installed, ingested, rebuilt, embedded, found)
    assert [0] * 5 == [one.returncode for one in done], "".join(one.stderr for one in done)
    assert 25 == orjson.loads(embedded.stdout)["ready"]
    stored = cluster.call("GET", path(index_name, "_doc", "p0"))["_source"]["diptych_vector"]
    contract = read_target(cluster, index_name).contract
    assert contract.centres is not None
    image = np.array(stored, np.float32)[contract.layout["image"].span]
    assert pytest.approx(1, rel=1e-4) == float(np.linalg.norm(image))
    hits = {hit["id"] for hit in orjson.loads(found.stdout)["hits"]}
    assert {"p0", "p5", "p10", "p15", "p20"} == hits
