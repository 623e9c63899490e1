"""Clicks: what they say of documents, of people and of profiles."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pytest

from diptych.plugin.feedback.click_model import fit
from diptych.plugin.feedback.interleaving import contests, sign_test, team_draft
from diptych.plugin.feedback.judging import from_clicks
from diptych.plugin.feedback.satisfaction import Satisfaction, by_day_and_profile
from diptych.plugin.feedback.shown import Click, Shown
from diptych.plugin.relevance.measures import measure
from diptych.plugin.relevance.questions import Question

START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
#: How often each of ten places is looked at.
EXAMINED = 1 / np.arange(1, 11) ** 0.7


def shown(
    number: int,
    *clicks: tuple[str, float],
    query: str = "dress",
    ids: Sequence[str] = ("a", "b", "c"),
    minutes: float = 0.0,
    profile: str = "default",
    client: str | None = None,
) -> Shown:
    """An answer, clicked after so many seconds."""
    return Shown(
        query_id=f"q{number}",
        query=query,
        at=START + timedelta(minutes=minutes),
        ids=ids,
        profile=profile,
        client=client,
        clicks=[Click(id_, delay_s) for id_, delay_s in clicks],
    )


def test_figures_are_those_worked_out_by_hand() -> None:
    """Four answers: clicked at rank 1 and 3, at rank 2, not at all, not at all."""
    found = satisfaction(
        [
            shown(1, ("c", 4.0), ("a", 9.0)),
            shown(2, ("b", 2.0)),
            shown(3),
            shown(4),
        ]
    )

    assert (4, 0.5, None) == (found.n, found.click_rate, found.reformulated)
    assert pytest.approx((1 + 1 / 2) / 4) == found.reciprocal_rank
    assert (0.5, 3.0) == (found.abandoned, found.first_click_s)


def test_asking_otherwise_soon_is_a_reformulation() -> None:
    """Within five minutes, by the same client, other words, and nothing was clicked before."""
    found = satisfaction(
        [
            shown(1, client="x", query="dress"),
            shown(2, ("a", 1.0), client="x", query="red dress", minutes=1),
            shown(3, client="x", query="hat", minutes=2),
            shown(4, client="y", query="mug"),
            shown(5, ("a", 1.0), client="y", query="cup", minutes=9),
        ]
    )

    assert 1 / 5 == found.reformulated
    assert 2 / 5 == found.abandoned


def test_next_page_is_no_new_question() -> None:
    """Its clicks are of the model alone."""
    page_two = Shown("q2", "dress", START, ["d"], first_rank=11, clicks=[Click("d", 1.0)])

    assert 1 == satisfaction([shown(1), page_two]).n


def test_days_and_profiles_are_told_apart() -> None:
    """In order, and only those that there were."""
    found = by_day_and_profile(
        [shown(1), shown(2, ("a", 1.0), profile="sale"), shown(3, minutes=24 * 60)]
    )

    assert [("2026-11-01", "default"), ("2026-11-01", "sale"), ("2026-11-02", "default")] == list(
        found
    )
    assert (0.0, 1.0) == tuple(found["2026-11-01", name].click_rate for name in ("default", "sale"))


def test_team_draft_deals_the_best_that_is_left() -> None:
    """Whoever begins: both first documents come first, nothing twice, half of each team."""
    rankings = {"x": ["a", "b", "c", "d"], "y": ["e", "a", "f", "g"]}
    for seed in range(20):
        dealt = team_draft(rankings, np.random.default_rng(seed), size=6)
        ids = [id_ for id_, _ in dealt]
        assert {"a", "e"} == set(ids[:2])
        assert len(set(ids)) == 6
        assert 3 == sum(team == "x" for _, team in dealt)


def test_team_draft_ends_where_both_rankings_do() -> None:
    """Two short ones give no more than they have."""
    dealt = team_draft({"x": ["a"], "y": ["a", "b"]}, np.random.default_rng(0), size=10)

    assert ["a", "b"] == sorted(id_ for id_, _ in dealt)


def test_contest_counts_answers_not_clicks() -> None:
    """Three for x, one for y, one equal; 4 throws of a coin: P(3 or 4 or 1 or 0) = 10 / 16."""
    teams = {"a": "x", "b": "y", "c": "x"}

    def clicked(number: int, *ids: str) -> Shown:
        return Shown(
            f"q{number}", "dress", START, ["a", "b", "c"], clicks=[Click(i, 1.0) for i in ids],
            teams=teams,
        )  # fmt: skip

    (found,) = contests(
        [clicked(1, "a"), clicked(2, "c"), clicked(3, "a", "c"), clicked(4, "b"), clicked(5)]
    )

    assert ("x", "y", 3, 1, 1) == (
        *(found.one, found.other),
        *(found.n_for_one, found.n_for_other, found.n_equal),
    )
    assert pytest.approx(10 / 16) == found.p


def test_answers_of_one_search_are_one_trial() -> None:
    """Pages of one client, with one more click for x than for y; and one answer to nobody known."""
    teams = {"a": "x", "b": "x", "c": "y"}
    pages = [
        replace(shown(1, ("a", 1), client="c1"), teams=teams),
        replace(shown(2, ("b", 1), client="c1"), teams=teams),
        replace(shown(3, ("c", 1), client="c1"), teams=teams),
    ]
    unknown = [replace(shown(n, ("c", 1)), teams=teams) for n in (4, 5)]

    (found,) = contests([*pages, *unknown])

    assert (1, 2, 0) == (found.n_for_one, found.n_for_other, found.n_equal)


def test_sign_test_is_the_binomial_one() -> None:
    """10 of 10: 2 in 1,024; no throws decide nothing."""
    assert pytest.approx(2 / 1024) == sign_test(10, 0)
    assert 1.0 == sign_test(0, 0)


def satisfaction(answers: Sequence[Shown]) -> Satisfaction:
    """The figures of answers of one day and profile."""
    (figures,) = by_day_and_profile(answers).values()
    return figures


class Month:
    """A month of a shop whose documents attract as we know, and whose people look as we know."""

    def __init__(self, seed: int) -> None:
        """Thirty queries with twenty documents each."""
        self.dice = np.random.default_rng(seed)
        self.attraction = {
            f"query {i}": {f"d{j}": float(a) for j, a in enumerate(self.dice.beta(0.6, 2.0, 20))}
            for i in range(30)
        }

    def ranking(self, query: str, noise: float) -> list[str]:
        """As a profile of this much noise would rank; the same each time."""
        dice = np.random.default_rng(zlib.crc32(f"{query}/{noise}".encode()))
        attraction = self.attraction[query]
        return sorted(attraction, key=lambda id_: -attraction[id_] + noise * dice.normal())[:10]

    def answers(self, noises: Sequence[float], n: int) -> list[Shown]:
        """Each query `n` times, each time by any of the profiles."""
        found: list[Shown] = []
        for query in self.attraction:
            for _ in range(n):
                noise = noises[int(self.dice.integers(len(noises)))]
                ids = self.ranking(query, noise)
                looks = self.dice.random(10) < EXAMINED
                attracts = self.dice.random(10) < [self.attraction[query][id_] for id_ in ids]
                clicks = [
                    Click(id_, 1.0) for id_, hit in zip(ids, looks & attracts, strict=True) if hit
                ]
                found.append(
                    Shown(f"q{len(found)}", query, START, ids, profile=f"{noise}", clicks=clicks)
                )
        return found


NOISES = (0.05, 0.15, 0.3, 0.6)


def test_places_that_are_looked_at_are_found_again() -> None:
    """From clicks alone, where documents were seen at several places."""
    model = fit(Month(1).answers(NOISES, 300), max_rank=10)

    assert pytest.approx(EXAMINED, abs=0.08) == model.examined


def test_attraction_is_found_again_whatever_the_place() -> None:
    """Clicks alone would praise what was first: their error is larger."""
    month = Month(2)
    answers = month.answers(NOISES, 300)
    model = fit(answers, max_rank=10)

    often = [
        (query, id_) for query, views in model.views.items() for id_, n in views.items() if n >= 100
    ]
    true = np.array([month.attraction[query][id_] for query, id_ in often])
    found = np.array([model.attraction[query][id_] for query, id_ in often])
    counted = np.array(
        [
            np.mean(
                [id_ in one.clicked for one in answers if one.query == query and id_ in one.ids]
            )
            for query, id_ in often
        ]
    )
    assert np.abs(found - true).mean() < 0.05
    assert np.abs(counted - true).mean() > 2 * np.abs(found - true).mean()


def test_judgments_from_a_month_of_clicks_rank_profiles_as_the_truth_does() -> None:
    """nDCG@10 by recovered judgments puts the four profiles in the order of the true ones."""
    month = Month(3)
    model = fit(month.answers(NOISES, 120), max_rank=10)

    def order(grades: dict[str, dict[str, float]]) -> list[float]:
        questions = [Question(query, text=query, grades=of) for query, of in grades.items()]
        means = {}
        for noise in NOISES:
            rankings = {query: month.ranking(query, noise) for query in grades}
            means[noise] = measure(["nDCG@10"], questions, rankings)["nDCG@10"].mean()
        return sorted(NOISES, key=lambda noise: -means[noise])

    recovered = {query: dict(grades) for query, grades in model.attraction.items()}
    assert list(NOISES) == order(month.attraction) == order(recovered)


def test_sign_test_of_many_throws_is_the_normal_one() -> None:
    """1,060 of 2,000: z = (120 - 1) / sqrt(2,000) = 2.661, two-sided 0.0078."""
    assert pytest.approx(0.0078, abs=1e-4) == sign_test(1_060, 940)
    assert 1.0 == sign_test(1_000, 1_000)


def test_click_on_a_later_page_is_one_of_the_search() -> None:
    """Found at rank 12, 40 s after the first page, so nothing was abandoned."""
    first = shown(1, client="c1", ids=[f"a{i}" for i in range(10)])
    second = replace(
        shown(2, ("b1", 10), client="c1", minutes=0.5, ids=("b0", "b1")), first_rank=11
    )

    found = satisfaction([first, second])

    assert (1, 0.0, 0.0, 40.0) == (
        found.n,
        found.click_rate,
        found.abandoned,
        found.first_click_s,
    )
    assert pytest.approx(1 / 12) == found.reciprocal_rank


def test_reformulation_is_seen_across_profiles() -> None:
    """The second answer was sorted, which no profile decides."""
    first = shown(1, client="c1", query="red dres", profile="interleaved")
    second = shown(2, ("a", 5), client="c1", query="red dress", minutes=0.4)

    found = by_day_and_profile([first, second])

    figures = found["2026-11-01", "interleaved"]
    assert (0.0, 1.0) == (figures.abandoned, figures.reformulated)


def test_only_words_asked_alone_are_judged() -> None:
    """The same words with a photo ask for something else."""
    plain = [shown(n, ("a", 5), query="in blue") for n in range(10)]
    with_photo = [
        replace(shown(n, ("c", 5), query="in blue"), is_plain=False) for n in range(10, 30)
    ]

    found = from_clicks([*plain, *with_photo], min_asked=10, min_views=5)

    (line,) = found.lines
    grades = orjson.loads(line)["relevant"]
    assert max(grades, key=grades.__getitem__) == "a"
    assert 10 == found.n_clicks
