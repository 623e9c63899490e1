"""`diptych eval` on a real index: figures, doubts, files, and a measurement that can fail."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from shelf import Shelf, own_shelf

from diptych.errors import CatalogError, SearchError, UsageError
from diptych.plugin.cli import diptych

pytestmark = pytest.mark.integration

N = 60


@pytest.fixture(scope="module")
def shelf(cluster_url: str) -> Iterator[Shelf]:
    """60 products; read by all tests, written by none."""
    with own_shelf(cluster_url, N) as shelf:
        yield shelf


def queries(shelf: Shelf, folder: Path, *more: Mapping[str, object]) -> Path:
    """ "red dress" and all its like, each answered by the products whose titles say both words."""
    titles = {name: str(source["title"]).lower() for name, source in shelf.sources.items()}
    rows: list[Mapping[str, object]] = [
        {
            "id": f"{colour} {kind}",
            "text": f"{colour} {kind}",
            "relevant": {
                name: 1 for name, title in titles.items() if {colour, kind} <= set(title.split())
            },
        }
        for colour in ("red", "blue", "green", "black")
        for kind in ("dress", "coat", "shirt", "skirt", "hat", "scarf")
    ]
    file = folder / "queries.ndjson"
    file.write_bytes(b"\n".join(orjson.dumps(row) for row in (*rows, *more)))
    return file


def run(shelf: Shelf, encoder_url: str, *arguments: str) -> Result:
    """The command as it is typed; errors of ours come out as they are."""
    options = ["--cluster-url", shelf.cluster.url, "--encoder-url", encoder_url]
    return CliRunner().invoke(diptych, ["eval", shelf.index, *arguments, *options])


def figures(result: Result) -> dict[str, dict[str, float]]:
    """Run -> measure -> mean."""
    assert result.exception is None, result.stderr
    return {
        one["name"]: {name: bounds["mean"] for name, bounds in one["measures"].items()}
        for one in json.loads(result.stdout)["runs"]
    }


def test_runs_are_measured_side_by_side(shelf: Shelf, encoder_url: str, tmp_path: Path) -> None:
    """Titles say what is asked, so keywords find all that is relevant before anything else."""
    file = queries(shelf, tmp_path)
    result = run(shelf, encoder_url, "--queries", str(file), "--json", "--run", "r:/rrf:60")

    found = figures(result)
    assert ["hybrid", "keywords", "text vector", "image vector", "r"] == list(found)
    assert pytest.approx(1.0) == found["keywords"]["nDCG@10"]
    assert pytest.approx(1.0) == found["keywords"]["MRR@10"]
    # The fake encoder knows no meaning of pictures: chance is far below.
    assert found["image vector"]["nDCG@10"] < 0.9


def test_tables_name_runs_and_the_worst_queries(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """What a person reads: figures, intervals, p-values, and why something is missing."""
    file = queries(shelf, tmp_path)
    result = run(shelf, encoder_url, "--queries", str(file), "--worst", "1")

    assert result.exception is None, result.stderr
    assert "nDCG@10" in result.stdout
    assert "image vector" in result.stdout
    assert "against hybrid" in result.stdout
    assert "The worst queries of 'hybrid'" in result.stdout


def test_missing_vectors_are_noticed(shelf: Shelf, encoder_url: str, tmp_path: Path) -> None:
    """Every 11th product of the shelf has none: 6 of 60."""
    result = run(shelf, encoder_url, "--queries", str(queries(shelf, tmp_path)))

    assert "6 of 60 documents have no vector" in result.stderr


def test_judgments_of_another_index_are_refused(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """None of the documents is there."""
    qrels = tmp_path / "qrels.txt"
    qrels.write_text("1 0 nowhere 1\n")
    topics = tmp_path / "topics.tsv"
    topics.write_text("1\tred dress\n")

    result = run(shelf, encoder_url, "--queries", str(topics), "--qrels", str(qrels))

    assert isinstance(result.exception, CatalogError)
    assert "None of the 1 judged documents is in" in str(result.exception)


def test_documents_that_left_the_index_are_counted(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """Judgments grow old."""
    gone = {"id": "old", "text": "red dress", "relevant": {"p0": 1, "gone": 1}}
    result = run(shelf, encoder_url, "--queries", str(queries(shelf, tmp_path, gone)))

    assert "judged documents are not in" in result.stderr
    assert "the first is 'gone'" in result.stderr


def test_judgments_that_are_mixed_up_are_noticed(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """Each query with the answers of the next one."""
    rows = [orjson.loads(line) for line in queries(shelf, tmp_path).read_bytes().splitlines()]
    rows = [row for row in rows if row["relevant"]]
    answers = [row["relevant"] for row in rows]
    file = tmp_path / "mixed.ndjson"
    file.write_bytes(
        b"\n".join(
            orjson.dumps({**row, "relevant": other})
            for row, other in zip(rows, [*answers[1:], answers[0]], strict=True)
        )
    )

    result = run(shelf, encoder_url, "--queries", str(file))

    assert "no better than those of other queries" in result.stderr


def test_bar_that_is_not_reached_fails(shelf: Shelf, encoder_url: str, tmp_path: Path) -> None:
    """For CI: the figures are printed all the same."""
    file = str(queries(shelf, tmp_path))
    passed = run(shelf, encoder_url, "--queries", file, "--fail-under", "keywords:nDCG@10=0.99")
    failed = run(shelf, encoder_url, "--queries", file, "--fail-under", "image vector:P@10=0.99")

    assert passed.exception is None
    assert isinstance(failed.exception, SearchError)
    assert "P@10 of image vector is 0." in str(failed.exception)
    assert "nDCG@10" in failed.stdout


def test_photo_has_no_answer_by_keywords_and_the_run_says_so(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """Other queries of the run are measured as ever."""
    from PIL import Image

    Image.new("RGB", (32, 32), "red").save(tmp_path / "red.png")
    photo = {"id": "photo", "image": "red.png", "relevant": {"p0": 1}}
    missing = {"id": "missing", "image": "none.png", "relevant": {"p0": 1}}
    file = queries(shelf, tmp_path, photo, missing)

    result = run(shelf, encoder_url, "--queries", str(file), "--json")

    assert figures(result)["hybrid"]["nDCG@10"] > 0.5
    assert "keywords: 1 of" in result.stderr
    assert "none.png cannot be read: No such file or directory." in result.stderr


def test_report_and_files_for_other_tools_are_written(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """What is written can be read again, with the same figures."""
    file = str(queries(shelf, tmp_path))
    names = [tmp_path / name for name in ("report.html", "set.json", "judgments.json")]
    flags = ("--html", "--write-queries", "--write-judgments")
    pairs = [text for pair in zip(flags, map(str, names), strict=True) for text in pair]
    first = run(shelf, encoder_url, "--queries", file, "--json", *pairs)

    again = run(shelf, encoder_url, "--queries", str(names[1]), "--qrels", str(names[2]), "--json")

    assert figures(first) == figures(again)
    assert "<svg" in names[0].read_text()


def test_misspelt_measure_is_refused_before_anything_is_asked(
    shelf: Shelf, encoder_url: str, tmp_path: Path
) -> None:
    """Exit status 2."""
    file = str(queries(shelf, tmp_path))
    result = run(shelf, encoder_url, "--queries", file, "--measure", "nCDG@10")

    assert isinstance(result.exception, UsageError)
