"""Rankings and gains in memory, against the search's own blending and against hand."""

import math

import numpy as np
import pytest

from diptych.plugin.relevance.gains import Window, ndcg, normalised, rankings
from diptych.plugin.relevance.grid import KEYWORDS_ALONE, Setting, settings
from diptych.plugin.relevance.legs_in_memory import MemoryLegs
from diptych.query.blend import MIN_MAX, Blending, Leg, blend, normalise
from diptych.query.page import WINDOW
from diptych.query.weights import Weights

BLENDINGS = (
    MIN_MAX,
    Blending("z_score"),
    Blending("rrf"),
    Blending("bounds", bounds=((0.0, 8.0), (-0.5, 0.9))),
)
SCORES = (9.0, 7.5, 7.5, 3.25, 1.0)


def name(place: int) -> str:
    """Ids in the order of their places."""
    return f"d{place:05d}"


def legs(n: int = 1_000, *, seed: int = 1, says: tuple[bool, bool] = (True, True)) -> MemoryLegs:
    """A question with scores at random: 60 documents by keyword, all but every 9th by vector."""
    dice = np.random.default_rng(seed)
    places = dice.permutation(n)[:60].astype(np.int64)
    return MemoryLegs(
        keywords=(places, np.sort(dice.uniform(1, 12, 60))[::-1]),
        parts=dice.uniform(-0.2, 0.9, (3, n)).astype(np.float32),
        says=says,
        allowed=np.arange(n) % 9 > 0,
        gains=(dice.random(n) < 0.05).astype(np.float64),
    )


@pytest.mark.parametrize("blending", BLENDINGS, ids=lambda one: one.method)
@pytest.mark.parametrize("scores", [SCORES, (2.0, 2.0, 2.0), (4.0,), ()])
def test_arrays_are_normalised_as_the_search_does_it(
    blending: Blending, scores: tuple[float, ...]
) -> None:
    """One definition, two forms: `diptych.query.blend` is the reference."""
    window = Window(np.arange(len(scores)), np.array(scores))
    expected = normalise({name(i): score for i, score in enumerate(scores)}, blending, position=1)

    found = normalised(window, blending, position=1)

    assert pytest.approx(list(expected.scores.values())) == found.tolist()


@pytest.mark.parametrize("blending", BLENDINGS, ids=lambda one: one.method)
@pytest.mark.parametrize(
    "weights",
    [Weights(0.2, 0.2, 0.8, 0.0), Weights(1.0, 0.5, 0.5, 0.1), Weights(5.0, 0.0, 1.0, 0.0)],
)
def test_rankings_are_those_of_the_blend(blending: Blending, weights: Weights) -> None:
    """The windows of both legs through the search's own function give the same first twenty."""
    question = legs()
    assert question.keywords is not None
    assert question.parts is not None
    row = np.array([weights.text, weights.image, weights.agreement], np.float32) @ question.parts
    near = sorted(
        ((float(row[i]), i) for i in np.nonzero(question.allowed)[0]), key=lambda pair: -pair[0]
    )
    keywords = {name(int(i)): float(s) for i, s in zip(*question.keywords, strict=True)}
    nearest = {name(int(i)): score for score, i in near[:WINDOW]}
    expected = blend(
        [Leg(keywords, weights.keywords), Leg(nearest, weights.vector)], blending=blending
    )

    (found,) = rankings(question, [Setting(weights, blending)], k=20)

    assert [one for one, _ in expected[:20]] == [name(int(place)) for place in found]


def test_block_that_the_question_says_nothing_about_counts_nothing() -> None:
    """A photo with a text weight, where the models differ: the same as without that weight."""
    question = legs(says=(False, True))
    with_text = Setting(Weights(0.3, 0.6, 0.4, 0.0))
    without = Setting(Weights(0.3, 0.0, 0.4, 0.0))

    first, second = rankings(question, [with_text, without], k=10)

    assert first.tolist() == second.tolist()


def test_one_leg_alone_keeps_its_own_order() -> None:
    """Keywords alone are the keyword leg, best first; without a vector nothing else is left."""
    question = legs()
    assert question.keywords is not None

    alone, nothing_said = (
        rankings(one, [setting], k=5)[0]
        for one, setting in (
            (question, KEYWORDS_ALONE),
            (legs(says=(False, False)), Setting(Weights(0.0, 1.0, 1.0, 0.5))),
        )
    )

    assert question.keywords[0][:5].tolist() == alone.tolist() == nothing_said.tolist()


def test_gain_is_the_discounted_one_worked_out_by_hand() -> None:
    """By vector: d0, d1, d2; grades 0, 2, 1 against 2, 1."""
    question = MemoryLegs(
        keywords=None,
        parts=np.array([[0.9, 0.8, 0.7], [0, 0, 0], [0, 0, 0]], np.float32),
        says=(True, True),
        allowed=np.ones(3, bool),
        gains=np.array([0.0, 2.0, 1.0]),
    )

    (value,) = ndcg(question, [Setting(Weights(0.0, 1.0, 0.0, 0.0))])

    ideal = 2 + 1 / math.log2(3)
    assert pytest.approx((2 / math.log2(3) + 1 / 2) / ideal) == value


def test_grid_tries_each_setting_once_and_has_the_defaults_neighbourhood() -> None:
    """Thousands of them, keywords alone and each vector alone among them."""
    tried = list(settings())

    assert len(set(tried)) == len(tried) > 2_000
    assert Setting(Weights(0.2, 0.2, 0.8, 0.0)) in tried
    assert Setting(Weights(0.0, 0.0, 1.0, 0.0)) in tried
    assert KEYWORDS_ALONE in tried
