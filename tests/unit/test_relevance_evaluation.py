"""Evaluations of runs that are made up, so that every figure is known."""

import re
from collections.abc import Mapping, Sequence

import pytest

from diptych.errors import CatalogError, SearchError, UnavailableError, UsageError
from diptych.plugin.relevance.answering import Answer, Answers, ask_all
from diptych.plugin.relevance.bars import check_bars, parse_bar
from diptych.plugin.relevance.doubts import about_answers, about_questions, answerable
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.html_report import html_report
from diptych.plugin.relevance.measuring import Wanted
from diptych.plugin.relevance.questions import Question
from diptych.plugin.relevance.runs import HYBRID, Run, parse_run
from diptych.plugin.relevance.tables import against_first, to_json
from diptych.plugin.relevance.whys import Explained, Missed
from diptych.query.blend import Blending
from diptych.query.request import SearchRequest
from diptych.query.response import Hit, SearchResponse

#: Twenty questions, each with a document of its own that is right.
QUESTIONS = [
    Question(f"q{i}", text=f"thing {i}" if i % 2 else f"东西 {i}", grades={f"d{i}": 1})
    for i in range(20)
]


def answers(run: Run, ids: Mapping[str, Sequence[str]]) -> Answers:
    """A run that found these."""
    return Answers(run, {name: Answer(tuple(found)) for name, found in ids.items()})


def right_at(rank: int) -> dict[str, list[str]]:
    """Rankings with the right document at a rank, after strangers."""
    return {f"q{i}": [*["x", "y", "z"][: rank - 1], f"d{i}"] for i in range(20)}


def evaluation(*of: Answers) -> Evaluation:
    """By reciprocal rank, and success in the first place."""
    return Evaluation("shop", QUESTIONS, of, ("MRR", "P@1"), relevant_from=1.0)


FIRST, SECOND = answers(HYBRID, right_at(1)), answers(Run("keywords"), right_at(2))


def test_runs_are_compared_with_the_first() -> None:
    """1 against 1/2 in all of twenty questions: chance makes that in 2 of 2^20."""
    found = evaluation(FIRST, SECOND)

    assert (1.0, 0.5) == (found.mean("hybrid", "MRR"), found.mean("keywords", "MRR"))
    assert "-0.500, p < 0.001" == against_first(found, "keywords")
    assert "" == against_first(found, "hybrid")


def test_equal_runs_differ_by_chance_alone() -> None:
    """Nothing is claimed of them."""
    found = evaluation(FIRST, answers(Run("mine"), right_at(1)))

    assert "+0.000, p = 1.000 (by chance)" == against_first(found, "mine")


def test_kinds_are_told_apart() -> None:
    """Chinese questions found, English ones not."""
    half = right_at(1) | {f"q{i}": ["x"] for i in range(1, 20, 2)}
    found = evaluation(answers(HYBRID, half))

    assert ["words, CJK", "words"] == found.kinds
    assert 1.0 == found.mean("hybrid", "MRR", kind="words, CJK")
    assert 0.0 == found.mean("hybrid", "MRR", kind="words")
    assert 0.5 == found.mean("hybrid", "MRR")


def test_worst_questions_come_first() -> None:
    """The one whose document is third, then those at rank 1 in the order of the file."""
    found = evaluation(answers(HYBRID, right_at(1) | {"q7": ["x", "y", "d7"]}))

    assert [("q7", 1 / 3), ("q0", 1.0)] == [(q.id, value) for q, value in found.worst(2)]


def test_judgments_of_other_queries_are_noticed() -> None:
    """Each question judged by the document of the next: the answers fit nothing."""
    mixed_up = {f"q{i}": ["x", f"d{(i + 1) % 20}"] for i in range(20)}

    assert [] == list(about_answers(QUESTIONS, [FIRST], "MRR"))
    (notice,) = about_answers(QUESTIONS, [answers(HYBRID, mixed_up)], "MRR")
    assert "no better than those of other queries" in notice


def test_questions_without_anything_relevant_are_left_out_and_counted() -> None:
    """They could only be answered wrongly."""
    asked = [*QUESTIONS, Question("q20", text="?", grades={"d": 0.5})]
    left = answerable(asked, relevant_from=1.0)

    assert QUESTIONS == left
    assert ["1 of 21 queries have no relevant document and are left out."] == list(
        about_questions(asked, left)
    )


def test_judgments_of_no_query_are_refused() -> None:
    """As where the two files number queries differently."""
    with pytest.raises(CatalogError, match="None of the 1 queries"):
        answerable([Question("q", text="x")], relevant_from=1.0)


class Scripted:
    """Answers as told, and fails where told."""

    def search(self, index: str, request: SearchRequest) -> SearchResponse:
        """By the words of the request."""
        if request.text == "thing 1":
            raise SearchError("No words.")
        if request.text == "thing 3":
            raise UnavailableError("The cluster is away.")
        hits = [Hit("d0", 1.0, {}), Hit("liked", 0.5, {})]
        reason = "The models were too slow." if request.weights else None
        return SearchResponse(tuple(hits), 2, took_ms=1.0, encode_ms=0.0, degraded_reason=reason)


def test_question_that_fails_does_not_stop_the_others() -> None:
    """It has no ranking, and its problem is counted."""
    found = ask_all(Scripted(), "shop", QUESTIONS[:2], [HYBRID], size=10)[0]

    assert {"q0": ("d0", "liked"), "q1": ()} == found.rankings
    assert {"No words.": 1} == dict(found.problems)


def test_what_a_question_is_like_is_no_answer_to_it() -> None:
    """It would be found first, always."""
    like = Question("q", like=("liked",), grades={"d0": 1})

    found = ask_all(Scripted(), "shop", [like], [HYBRID], size=10)[0]

    assert {"q": ("d0",)} == found.rankings


def test_degraded_answers_are_a_problem_of_the_run() -> None:
    """Keywords alone would be measured under the name of the hybrid."""
    run = Run("mine", {"keywords": 0.3})
    found = ask_all(Scripted(), "shop", QUESTIONS[:1], [run], size=10)

    (notice,) = about_answers(QUESTIONS[:1], found, "MRR")
    assert "mine: 1 of 1 queries: The models were too slow." == notice


def test_cluster_that_does_not_answer_ends_the_evaluation() -> None:
    """Half an evaluation is none."""
    with pytest.raises(UnavailableError, match="is away"):
        ask_all(Scripted(), "shop", QUESTIONS[:4], [HYBRID], size=10)


def test_run_is_read_from_its_words() -> None:
    """Weights, blending, or both."""
    run = parse_run("mine:keywords=0.3,image=1/rrf:30")

    assert ("mine", {"keywords": 0.3, "image": 1.0}) == (run.name, run.weights)
    assert Blending("rrf", rank_constant=30) == run.blending
    assert Blending("z_score") == parse_run("z:/z_score").blending
    assert parse_run("mine:image=1").blending is None


@pytest.mark.parametrize("text", ["", "mine", ":image=1", "mine:image", "mine:/none"])
def test_run_that_cannot_be_read_is_refused(text: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError):
        parse_run(text)


def test_two_runs_of_one_name_are_refused() -> None:
    """Their figures could not be told apart."""
    with pytest.raises(UsageError, match="Two runs are called 'hybrid'"):
        Wanted(runs=(HYBRID, parse_run("hybrid:image=1")))


def test_bar_fails_where_less_is_reached() -> None:
    """The sentence has both figures."""
    found = evaluation(FIRST, SECOND)
    wanted = Wanted(runs=(HYBRID, Run("keywords")), measures=("MRR", "P@1"))

    check_bars(found, [parse_bar("MRR=1", wanted), parse_bar("keywords:MRR=0.5", wanted)])
    with pytest.raises(SearchError, match=r"MRR of keywords is 0\.500, less than 0\.6"):
        check_bars(found, [parse_bar("keywords:MRR=0.6", wanted)])


@pytest.mark.parametrize("text", ["MRR", "MRR=much", "MAP=0.5", "other:MRR=0.5"])
def test_bar_that_cannot_be_read_is_refused(text: str) -> None:
    """A misspelt bar must not pass."""
    with pytest.raises(UsageError, match="The bar"):
        parse_bar(text, Wanted(runs=(HYBRID,), measures=("MRR",)))


def test_report_holds_every_figure_and_runs_nothing() -> None:
    """Queries are what strangers type: no tag of theirs survives."""
    hostile = Question("q<0>", text="<script>alert(1)</script>", grades={"d0": 1})
    found = Evaluation(
        "shop", [hostile], [answers(HYBRID, {})], ("MRR",), 1.0, ("<b>A notice.</b>",)
    )
    worst = [Explained(hostile, 0.0, (Missed("d<0>", 1.0, "rank 12"),))]

    page = html_report(found, worst)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;A notice.&lt;/b&gt;" in page
    assert "d&lt;0&gt;: rank 12." in page
    assert not re.search(r"<script|<b>|src=|href=", page)


def test_json_has_figures_notices_and_queries_worst_first() -> None:
    """Programs read these names."""
    found = evaluation(answers(HYBRID, right_at(1) | {"q7": ["x"]}), SECOND)
    said = to_json(found, [Explained(QUESTIONS[7], 0.0, ())])

    assert (20, "shop") == (said["n_queries"], said["index"])
    assert ["hybrid", "keywords"] == [run["name"] for run in said["runs"]]
    assert pytest.approx(19 / 20) == said["runs"][0]["measures"]["MRR"]["mean"]
    assert {"id": "q7", "kind": "words", "asked": "thing 7"}.items() <= said["queries"][0].items()
    assert ["q7"] == [one["id"] for one in said["worst"]]
