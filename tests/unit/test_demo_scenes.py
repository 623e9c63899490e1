"""The scenes: what they may show, their captions, and the collection of them."""

import re
from pathlib import Path

import numpy as np
import orjson
import pytest
from PIL import Image

from diptych.errors import CatalogError
from diptych.plugin.demo.collection import read_truth
from diptych.plugin.demo.scenes.captions import (
    LANGUAGES,
    Caption,
    caption,
    caption_saying,
    said_caption,
    wide_caption,
)
from diptych.plugin.demo.scenes.collection import make_scenes
from diptych.plugin.demo.scenes.folder import write_scenes
from diptych.plugin.demo.scenes.queries import make_scene_queries
from diptych.plugin.demo.scenes.selection import PLANS, Plan
from diptych.plugin.demo.scenes.subjects import (
    ANIMALS,
    CHOICES,
    SUBJECTS,
    Scene,
    is_held_out,
    random_scene,
)
from diptych.plugin.demo.scenes.words import TERMS, WIDE

COLLECTION = make_scenes()


def _captions(subject: str, language: str, *, n: int = 150) -> list[tuple[Scene, Caption]]:
    dice = np.random.default_rng(3)
    scenes = [random_scene(dice, subject=subject) for _ in range(n)]
    return [(scene, said_caption(scene, language=language, dice=dice)) for scene in scenes]


def _names(attribute: str, value: str, language: str) -> tuple[str, ...]:
    term = TERMS[attribute][value]
    return term.en if language == "en" else term.zh


def _occurs(name: str, text: str) -> bool:
    """English as whole words, Chinese anywhere."""
    if not name.isascii():
        return name in text
    return re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", text.lower()) is not None


@pytest.mark.parametrize("subject", SUBJECTS)
def test_scene_has_only_what_its_subject_allows(subject: str) -> None:
    """Every attribute has one of the values that are listed for it."""
    dice = np.random.default_rng(0)

    for scene in (random_scene(dice, subject=subject) for _ in range(100)):
        facts = dict(scene.facts)
        if subject == "animals":
            tables = ANIMALS[facts.pop("kind")]
            allowed = dict(zip(("colour", "place", "action"), tables, strict=True))
        else:
            allowed = dict(CHOICES[subject])
        assert facts.keys() == allowed.keys()
        assert all(facts[name] in values for name, values in allowed.items())


def test_given_facts_are_kept_and_the_kind_fits_them() -> None:
    """Only a bird flies, only cats are orange."""
    dice = np.random.default_rng(0)

    flying = [random_scene(dice, subject="animals", action="flying") for _ in range(20)]
    orange = [random_scene(dice, subject="animals", colour="orange") for _ in range(20)]

    assert {"bird"} == {scene.facts["kind"] for scene in flying}
    assert {"cat"} == {scene.facts["kind"] for scene in orange}


def test_about_an_eighth_of_the_combinations_is_held_out() -> None:
    """The order of the facts makes no difference."""
    dice = np.random.default_rng(0)
    scenes = [random_scene(dice) for _ in range(3000)]

    share = np.mean([is_held_out(scene) for scene in scenes])

    assert 0.08 <= share <= 0.16
    for scene in scenes[:50]:
        turned = Scene(scene.subject, dict(reversed(list(scene.facts.items()))))
        assert is_held_out(scene) == is_held_out(turned)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_caption_says_only_true_facts(subject: str, language: str) -> None:
    """All that it claims to say is a fact of the scene, or its subject."""
    for scene, said in _captions(subject, language):
        assert said.text == said.text.strip() != ""
        assert said.said.items() <= {"subject": subject, **scene.facts}.items()
        assert said.text.isascii() == (language == "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("subject", "attributes"),
    [
        ("animals", ("kind", "colour", "place", "action")),
        ("beach", ("feature",)),
        ("cells", ("kind", "colour")),
        ("medicine", ("kind",)),
    ],
)
def test_said_fact_is_in_the_words(
    subject: str, attributes: tuple[str, ...], language: str
) -> None:
    """By one of its value's names; a Chinese place may go without its preposition."""
    for _, said in _captions(subject, language):
        for name in set(attributes) & said.said.keys():
            names = _names(name, said.said[name], language)
            assert any(_occurs(each.removeprefix("在"), said.text) for each in names), said


def test_unsaid_fact_is_not_in_the_words() -> None:
    """Nor is any other value of it: what an English animal caption says is all it says."""
    for _, said in _captions("animals", "en", n=400):
        for name in {"kind", "colour", "action"} - said.said.keys():
            values = (
                TERMS[name] if name != "kind" else {kind: TERMS[name][kind] for kind in ANIMALS}
            )
            silent = [each for value in values for each in _names(name, value, "en")]
            assert not any(_occurs(each, said.text) for each in silent), said


@pytest.mark.parametrize(
    ("text", "subject", "facts"),
    [
        (
            "一只白色的猫在草地上玩耍",
            "animals",
            {"kind": "cat", "colour": "white", "place": "grass", "action": "playing"},
        ),
        ("夕阳下的海滩", "beach", {"time": "sunset"}),
        ("世界杯决赛", "stadium", {"sport": "football", "event": "final"}),
        ("胸部X光片", "medicine", {"kind": "chest x-ray"}),
    ],
)
def test_query_is_among_the_captions_of_what_it_asks_for(
    text: str, subject: str, facts: dict[str, str]
) -> None:
    """People ask as captions speak."""
    dice = np.random.default_rng(0)

    texts = {caption_saying(subject, facts, language="zh", dice=dice).text for _ in range(1500)}

    assert text in texts


@pytest.mark.parametrize(
    ("text", "subject"), [("海边度假", "holiday"), ("细胞结构", "cells"), ("医学图片", "medicine")]
)
def test_wide_query_is_a_wide_caption(text: str, subject: str) -> None:
    """It says the subject and no fact."""
    dice = np.random.default_rng(0)

    captions = [wide_caption(subject, language="zh", dice=dice) for _ in range(60)]

    assert text in {each.text for each in captions}
    assert all({"subject": subject} == each.said for each in captions)
    assert set(SUBJECTS) == set(WIDE)


def test_captions_of_one_scene_vary() -> None:
    """In words, order and length."""
    dice = np.random.default_rng(0)
    scene = random_scene(dice, subject="animals", kind="dog")

    texts = {caption(scene, language="en", dice=dice) for _ in range(60)}

    assert 25 < len(texts)


def test_same_seed_gives_the_same_collection() -> None:
    """And another seed gives another."""
    assert COLLECTION == make_scenes()
    assert [r.record for r in COLLECTION] != [r.record for r in make_scenes(seed=8)]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.query)
def test_every_named_query_has_several_right_answers(plan: Plan) -> None:
    """But most of the collection is something else."""
    right = [r for r in COLLECTION if plan.is_answered_by(r.scene)]

    assert 8 <= len(right) <= 120


def test_a_third_of_the_words_leave_all_to_the_picture() -> None:
    """They name the subject only."""
    n_wide = sum(record.unsaid == set(record.scene.facts) for record in COLLECTION)

    assert 400 == len(COLLECTION)
    assert 120 <= n_wide <= 220


def test_scenes_have_judged_queries_of_every_form_in_both_halves() -> None:
    """Their grades are those of the scenes' facts."""
    judged = make_scene_queries(COLLECTION).judged
    facts = {record.id: record.facts for record in COLLECTION}

    forms = {(each.query.id.rpartition("-")[0], each.query.half) for each in judged}
    assert 10 == len(forms)
    for each in judged:
        full = [facts[id_] for id_, grade in each.relevant.items() if grade == 2]
        assert full
        assert all(each.query.asked.items() <= found.items() for found in full)
        assert not any(each.query.avoided.items() & found.items() for found in full)


def test_written_collection_has_records_pictures_and_the_truth(tmp_path: Path) -> None:
    """Records hold words and the picture's path; the truth lies beside them."""
    progress: list[tuple[int, int]] = []

    path = write_scenes(tmp_path, n=3, on_progress=lambda *counts: progress.append(counts))
    records = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    truth = read_truth(tmp_path)

    assert "scenes.ndjson" == path.name
    assert [(1, 3), (2, 3), (3, 3)] == progress
    assert ["s0001", "s0002", "s0003"] == [record["id"] for record in records] == list(truth)
    assert {"id", "title", "description", "category", "image"} == set(records[0])
    assert {"subject", "only_in_picture"} <= set(truth["s0001"])
    with Image.open(tmp_path / records[0]["image"]) as picture:
        assert ("JPEG", (224, 224)) == (picture.format, picture.size)


@pytest.mark.parametrize(("n", "seed", "n_drawn"), [(1, 1, 0), (1, 2, 1), (2, 1, 2)])
def test_collection_that_is_already_there_is_kept(
    tmp_path: Path, n: int, seed: int, n_drawn: int
) -> None:
    """Nothing is drawn again, until another size or seed is asked for."""
    drawn: list[int] = []
    write_scenes(tmp_path, n=1, seed=1)

    write_scenes(tmp_path, n=n, seed=seed, on_progress=lambda done, _: drawn.append(done))

    assert n_drawn == len(drawn)


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One sentence, with what to do."""
    (tmp_path / "file").touch()

    with pytest.raises(CatalogError, match=r"scenes cannot be written to .*file: .*Name a folder"):
        write_scenes(tmp_path / "file", n=1)
