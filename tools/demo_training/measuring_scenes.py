"""Painted scenes of combinations that no training has seen, found by words."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from demo_training.captions import LANGUAGES
from demo_training.figures import Figure, share
from demo_training.ranking import hit_rate, precision
from demo_training.scenes import held_out_scenes
from demo_training.seeing import Eye

_SCENES: Final = "scenes, held out"
_SEED: Final = 2024


def measure_scenes(eye: Eye, *, n: int) -> Iterator[Figure]:
    """Every figure about `n` scenes; none where the package has no scenes."""
    scenes = held_out_scenes(n, seed=_SEED)
    if not scenes:
        return
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
        yield share(_SCENES, f"R@1, {language}", hit_rate(scores, relevant, 1), n)
        yield share(_SCENES, f"P@10, {language}", precision(scores, relevant, 10), n)
        is_right = subjects[scores.argmax(1)] == subjects
        yield share(_SCENES, f"subject right at 1, {language}", float(is_right.mean()), n)
        for subject in sorted(set(subjects.tolist())):
            rows = subjects == subject
            name = f"  {subject}, R@1, {language}"
            rate = hit_rate(scores[rows], relevant[rows], 1)
            yield share(_SCENES, name, rate, int(rows.sum()))
