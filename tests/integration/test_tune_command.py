"""`diptych tune` on a real index: what memory ranks is what the search shows; profiles hold."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner, Result
from shelf import Shelf, own_shelf

from diptych.encoding import Role
from diptych.errors import SearchError, UsageError
from diptych.mappings.target import read_target
from diptych.plugin.cli import diptych
from diptych.plugin.relevance.gains import rankings
from diptych.plugin.relevance.grid import Setting
from diptych.plugin.relevance.legs_in_memory import read_legs
from diptych.plugin.relevance.profile_store import write_profile
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.stock import read_stock
from diptych.query.blend import MIN_MAX, Blending
from diptych.query.criteria import Filter
from diptych.query.profiles import Preference
from diptych.query.request import SearchRequest
from diptych.query.searcher import Searcher
from diptych.query.weights import Weights

pytestmark = pytest.mark.integration

WEIGHTS = (
    Weights(0.2, 0.2, 0.8, 0.0),
    Weights(1.0, 0.7, 0.3, 0.1),
    Weights(0.0, 0.0, 1.0, 0.0),
    Weights(0.0, 1.0, 0.0, 0.0),
)
SETTINGS = [
    Setting(weights, blending)
    for weights in WEIGHTS
    for blending in (MIN_MAX, Blending("z_score"), Blending("rrf"))
]
QUESTIONS = (
    Question("words", text="red dress"),
    Question("filtered", text="blue coat", filters=(Filter("brand", "Maker 1"),)),
    Question("like", like=("p5",)),
    Question("negative", text="dress", not_text="red"),
)


@pytest.fixture
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """150 products in an index of the test's own."""
    with own_shelf(cluster_url, 150) as shelf:
        yield shelf


def searcher_of(shelf: Shelf) -> Searcher:
    """A searcher with the encoder that made the shelf's vectors."""
    return Searcher(shelf.cluster, shelf.engine, shelf.encoder)


def test_memory_ranks_as_the_search_does(shelf: Shelf) -> None:
    """Every weighting and blending: the same documents with the same scores in the same places.

    Equal scores may stand in another order where one leg alone answers, by the engine's rule.
    """
    target = read_target(shelf.cluster, shelf.index)
    stock = read_stock(shelf.cluster, shelf.engine, target)
    searcher = searcher_of(shelf)
    for question in QUESTIONS:
        legs = read_legs(searcher, shelf.cluster, target, question, stock)
        for setting, places in zip(SETTINGS, rankings(legs, SETTINGS, k=8), strict=True):
            weights = {
                "keywords": setting.weights.keywords,
                "text": setting.weights.text,
                "image": setting.weights.image,
                "agreement": setting.weights.agreement,
            }
            request = question.request(size=20, weights=weights, blending=setting.blending)
            hits = searcher.search(shelf.index, request).hits
            scores = {hit.id: hit.score for hit in hits}
            found = [scores.get(stock.ids[place]) for place in places]
            shown = [hit.score for hit in hits[: len(places)]]
            assert pytest.approx(shown, abs=2e-5) == found, (question.id, setting)


def test_stock_has_every_document_and_knows_who_lacks_a_vector(shelf: Shelf) -> None:
    """Every 11th has none."""
    stock = read_stock(shelf.cluster, shelf.engine, read_target(shelf.cluster, shelf.index))

    assert sorted(shelf.sources) == list(stock.ids)
    lacking = {stock.ids[i] for i in np.nonzero(~stock.has_vector)[0].tolist()}
    assert {f"p{i}" for i in range(0, 150, 11)} == lacking


def run(shelf: Shelf, encoder_url: str, command: str, *arguments: str) -> Result:
    """A command as it is typed."""
    options = ["--cluster-url", shelf.cluster.url, "--encoder-url", encoder_url]
    return CliRunner().invoke(diptych, [command, shelf.index, *arguments, *options])


def queries(shelf: Shelf, folder: Path) -> Path:
    """The ten products nearest by the words' vector are right, whatever the picture shows.

    So the best weights are those of the text vector alone, far from the built-in ones.
    """
    stock = read_stock(shelf.cluster, shelf.engine, read_target(shelf.cluster, shelf.index))
    text = stock.vectors[:, shelf.contract.layout["text"].span]
    lines = []
    for i in range(40):
        asked = f"thing number {i}"
        scores = text @ shelf.encoder.encode_texts([asked], role=Role.QUERY)[0]
        best = np.argsort(-scores)[:10]
        relevant = {stock.ids[place]: 1 for place in best.tolist()}
        lines.append(orjson.dumps({"id": str(i), "text": asked, "relevant": relevant}))
    file = folder / "queries.ndjson"
    file.write_bytes(b"\n".join(lines))
    return file


def test_weights_that_serve_are_found_kept_and_used(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """From figures below one to one; the next search goes by them, unless it says otherwise."""
    file = str(queries(shelf, tmp_path))

    dry = run(shelf, encoder_url, "tune", "--queries", file, "--dry-run", "--json")
    assert dry.exception is None, dry.stderr
    assert not read_target(shelf.cluster, shelf.index).profiles

    kept = run(shelf, encoder_url, "tune", "--queries", file, "--json")
    (words,) = [one for one in json.loads(kept.stdout)["kinds"] if one["kind"] == "words"]
    assert words["is_kept"]
    assert words["weights"]["image"] < 0.5 < words["weights"]["text"]
    assert words["held_out"] > words["to_beat"] + 0.1

    measured = run(
        shelf, encoder_url, "eval", "--queries", file, "--run", "built-in:@none", "--json"
    )
    runs = {one["name"]: one for one in json.loads(measured.stdout)["runs"]}
    assert pytest.approx(words["train"], abs=0.02) == runs["hybrid"]["measures"]["nDCG@10"]["mean"]
    assert (
        pytest.approx(words["to_beat"], abs=0.02) == runs["built-in"]["measures"]["nDCG@10"]["mean"]
    )


def test_nothing_is_kept_of_judgments_by_chance(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """Thousands of settings, and none of them beats the default on held-out queries."""
    dice = np.random.default_rng(3)
    lines = [
        orjson.dumps(
            {
                "id": str(i),
                "text": f"thing number {i}",
                "relevant": {f"p{place}": 1 for place in dice.integers(0, 150, 3).tolist()},
            }
        )
        for i in range(40)
    ]
    file = tmp_path / "queries.ndjson"
    file.write_bytes(b"\n".join(lines))

    result = run(shelf, encoder_url, "tune", "--queries", str(file))

    assert result.exception is None, result.stderr
    assert "nothing beats the built-in weights beyond chance" in result.stdout
    assert not read_target(shelf.cluster, shelf.index).profiles


def test_few_queries_choose_nothing(shelf: Shelf, encoder_url: str, tmp_path: Path) -> None:
    """The sentence says how many are needed."""
    file = tmp_path / "queries.ndjson"
    file.write_bytes(orjson.dumps({"id": "1", "text": "red dress", "relevant": {"p0": 1}}))

    result = run(shelf, encoder_url, "tune", "--queries", str(file))

    assert "judge 20 or more" in result.stdout.replace("\n", " ")


def test_photo_that_is_not_there_is_named(shelf: Shelf, encoder_url: str, tmp_path: Path) -> None:
    """Tuning on the other queries would hide it."""
    file = tmp_path / "queries.ndjson"
    file.write_bytes(orjson.dumps({"id": "q7", "image": "gone.jpg", "relevant": {"p0": 1}}))

    result = run(shelf, encoder_url, "tune", "--queries", str(file))

    assert isinstance(result.exception, SearchError)
    assert "The photo of the query 'q7' cannot be read" in str(result.exception)


def test_profile_stays_beside_the_contract(shelf: Shelf) -> None:
    """The user's own notes and other profiles stay too; the search goes by the profile."""
    for name, keywords in (("default", 5.0), ("sale", 0.0)):
        preference = Preference({"keywords": keywords, "text": 0.0, "image": 1.0})
        write_profile(shelf.cluster, shelf.index, name, {"words": preference})

    target = read_target(shelf.cluster, shelf.index)
    assert {"default", "sale"} == target.profiles.keys()
    assert shelf.contract == target.contract
    searcher = searcher_of(shelf)
    plain = searcher.prepare(shelf.index, SearchRequest(text="red dress"))
    named = searcher.prepare(shelf.index, SearchRequest(text="red dress", profile="sale"))
    none = searcher.prepare(shelf.index, SearchRequest(text="red dress", profile="none"))
    assert pytest.approx((5 / 6, 1 / 6)) == plain.plan.shares
    assert named.plan.keywords is None
    assert pytest.approx((1 / 6, 5 / 6)) == none.plan.shares


@pytest.mark.parametrize("name", ["none", "Sale", "a b", ""])
def test_profile_that_cannot_be_named_is_refused(
    shelf: Shelf, encoder_url: str, tmp_path: Path, name: str
) -> None:
    """Before anything is read."""
    result = run(
        shelf, encoder_url, "tune", "--queries", str(tmp_path / "q.ndjson"), "--profile", name
    )

    assert isinstance(result.exception, UsageError)
