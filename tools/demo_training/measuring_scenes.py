"""Painted scenes found by words: combinations that no training has seen, and named searches."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from demo_training.captions import LANGUAGES
from demo_training.figures import Figure, share
from demo_training.ranking import hit_rate, precision
from demo_training.scenes import PaintedScene, held_out_scenes
from demo_training.seeing import Eye
from diptych.plugin.demo.scenes.collection import make_scenes
from diptych.plugin.demo.scenes.selection import PLANS

_SCENES: Final = "scenes, held out"
_SEARCHES: Final = "scenes, named searches"
_SEED: Final = 2024


def measure_scenes(eye: Eye, *, n: int) -> Iterator[Figure]:
    """Every figure about `n` scenes, and about the searches of the demonstration's own."""
    yield from _named_searches(eye)
    scenes = held_out_scenes(n, seed=_SEED)
    vectors = eye.drawn("held-out-scenes", scenes)
    facts = [scene.subject.facts for scene in scenes]
    subjects = np.array([scene.subject.thing for scene in scenes])
    for language in LANGUAGES:
        dice = np.random.default_rng(_SEED)
        captions = [scene.caption(language=language, dice=dice) for scene in scenes]
        scores = eye.captions(captions) @ vectors.T
        relevant = np.array(
            [[caption.says.items() <= seen.items() for seen in facts] for caption in captions]
        )
        yield share(_SCENES, f"R@1, {language}", hit_rate(scores, relevant, 1), n, 80.0)
        yield share(_SCENES, f"P@10, {language}", precision(scores, relevant, 10), n)
        is_right = subjects[scores.argmax(1)] == subjects
        yield share(_SCENES, f"subject right at 1, {language}", float(is_right.mean()), n)
        for subject in sorted(set(subjects.tolist())):
            rows = subjects == subject
            name = f"  {subject}, R@1, {language}"
            rate = hit_rate(scores[rows], relevant[rows], 1)
            yield share(_SCENES, name, rate, int(rows.sum()))


def _named_searches(eye: Eye) -> Iterator[Figure]:
    """Each search among the scenes of the demonstration: whether the first answer is right."""
    records = make_scenes()
    scenes = [PaintedScene(record.scene, record.image_seed) for record in records]
    scores = eye.words([plan.query for plan in PLANS]) @ eye.drawn("named-scenes", scenes).T
    for plan, row in zip(PLANS, scores, strict=True):
        is_right = plan.is_answered_by(scenes[int(row.argmax())].scene)
        yield share(_SEARCHES, f"{plan.query}, right at 1", float(is_right), 1, 100.0)
