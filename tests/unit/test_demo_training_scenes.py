"""Scenes as training data."""

import numpy as np
import pytest

from demo_training.captions import LANGUAGES
from demo_training.facts import THING
from demo_training.scenes import (
    held_out_scenes,
    scene_concepts,
    training_scenes,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_caption_says_is_true_of_its_scene(language: str) -> None:
    """Its subject, and facts that the scene has."""
    dice = np.random.default_rng(1)

    for scene in training_scenes(100, seed=1):
        caption = scene.caption(language=language, dice=dice)

        assert caption.text
        assert caption.says.items() <= scene.subject.facts.items()
        assert caption.says[THING] == scene.subject.thing


def test_training_and_evaluation_share_no_scene() -> None:
    """What is held out has facts that no training scene has together."""
    trained = {repr(sorted(s.scene.facts.items())) for s in training_scenes(200, seed=1)}
    asked = {repr(sorted(s.scene.facts.items())) for s in held_out_scenes(50, seed=1)}

    assert trained.isdisjoint(asked)


def test_each_subject_is_a_thing_of_its_own() -> None:
    """One concept for each, which means that subject alone."""
    leaves = frozenset(scene.subject.thing for scene in training_scenes(100, seed=1))

    concepts = scene_concepts(leaves)

    assert leaves == {concept.key for concept in concepts}
    assert all(concept.meant == {concept.key} for concept in concepts)
