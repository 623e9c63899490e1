"""Training the demonstration model: truth, losses, schedule, going on, and a model at the end."""

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from demo_training.batches import Batches
from demo_training.checkpoints import Checkpoint, Progress
from demo_training.concepts import Concept
from demo_training.facts import THING, UNKNOWN, Axis, Caption, Subject, axes_of, fact_rows
from demo_training.losses import Heads, picture_contrast, soft_cross_entropy
from demo_training.pictures import Collection, PictureSet, collection
from demo_training.pixels import kept_pixels
from demo_training.rendered import training_products
from demo_training.schedule import Schedule
from demo_training.training import Options, Report, Training
from demo_training.truth import FALSE, TRUE, UNSURE, Truth
from diptych.plugin.demo.vocabulary import Term
from diptych.workers.encoders.loading import load_encoder

_NAMELESS = Term((), ())


def test_truth_of_captions_by_hand() -> None:
    """A coat may be a jacket; a photo's colour is not known; a mug has no sleeves."""
    subjects = [
        Subject({THING: "coat", "colour": "red", "sleeve": "long"}),
        Subject({THING: "jacket", "sleeve": "long"}),
        Subject({THING: "mug", "colour": "red", "sleeve": None}),
    ]
    concepts = [
        Concept("coat", _NAMELESS, frozenset({"coat"}), frozenset({"jacket"})),
        Concept("clothes", _NAMELESS, frozenset({"coat", "jacket"})),
    ]
    captions = [
        Caption("coat", {THING: "coat"}),
        Caption("red clothes", {THING: "clothes", "colour": "red"}),
        Caption("long-sleeved", {"sleeve": "long"}),
        Caption("red", {"colour": "red"}),
    ]
    axes = axes_of(subjects)
    truth = Truth(axes, concepts)

    matrix = truth.matrix(
        torch.from_numpy(truth.says_rows(captions)), torch.from_numpy(fact_rows(axes, subjects))
    )

    expected = [
        [TRUE, UNSURE, FALSE],
        [TRUE, UNSURE, FALSE],
        [TRUE, TRUE, FALSE],
        [TRUE, UNSURE, TRUE],
    ]
    assert expected == matrix.tolist()


def test_soft_cross_entropy_shares_among_the_true_and_skips_the_unsure() -> None:
    """Two true of three sure at equal logits: ln 3; a row with nothing true counts for nothing."""
    logits = torch.tensor([[1.0, 1.0, 1.0, 9.0], [5.0, 0.0, 0.0, 0.0]])
    truth = torch.tensor([[TRUE, TRUE, FALSE, UNSURE], [FALSE, FALSE, FALSE, FALSE]])

    loss = soft_cross_entropy(logits, truth)

    assert math.log(3) == pytest.approx(loss.item())


def test_pictures_of_equal_facts_attract_each_other() -> None:
    """Of three pictures two are alike: the loss is smaller where those two are near."""
    facts = torch.tensor([[0, 1], [0, -1], [2, 1]])
    near = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    # Each of the two sees its like at 12 and the other at 0.
    expected = pytest.approx(math.log1p(math.exp(-12)), rel=0.05)
    assert expected == picture_contrast(near, facts).item()
    assert 1 < picture_contrast(near[[0, 2, 1]], facts).item()


def test_head_counts_as_much_as_pictures_have_its_axis() -> None:
    """Weights of zero choose evenly: ln 2 for both pictures, and ln 4 for the one of two."""
    heads = Heads(3, [Axis("thing", ("a", "b")), Axis("place", ("c", "d", "e", "f"))])
    for parameter in heads.parameters():
        torch.nn.init.zeros_(parameter)

    loss = heads.loss(torch.ones(2, 3), torch.tensor([[0, UNKNOWN], [1, 3]]))

    assert math.log(2) + math.log(4) / 2 == pytest.approx(loss.item())


def test_schedule_follows_the_clock() -> None:
    """Half way along the cosine the rate is half, pictures are large, and the end is the end."""
    schedule = Schedule(100.0, rate=2.0, small_px=64, full_px=96, grows_at=0.5)

    assert 1.0 == pytest.approx(schedule.rate_at(50.0, step=1000))
    assert 2.0 / 60 == pytest.approx(schedule.rate_at(0.0, step=0))
    assert (64, 96) == (schedule.side_px(49.0), schedule.side_px(50.0))
    assert (False, True) == (schedule.is_over(99.0), schedule.is_over(100.0))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Sixteen drawn products."""
    products = training_products(16, seed=4)
    folder = tmp_path_factory.mktemp("pictures")
    pixels = kept_pixels("products", products, folder=folder, version="1", processes=1)
    return collection(
        [PictureSet("products", pixels, [product.subject for product in products], share=1.0)]
    )


def test_batch_of_a_step_is_the_same_each_time(drawn: Collection) -> None:
    """A run that goes on at a step sees what the killed one would have seen."""
    batches = Batches(drawn, size=8, seed=3)

    first, again, other = (batches.batch(step, side_px=32) for step in (5, 5, 6))

    assert first.texts == again.texts
    assert torch.equal(first.pixels, again.pixels)
    assert first.texts != other.texts
    assert (8, 3, 32, 32) == tuple(first.pixels.shape)


def test_every_caption_of_a_batch_is_true_of_its_picture(drawn: Collection) -> None:
    """The diagonal of the truth matrix is true."""
    batches = Batches(drawn, size=16, seed=3)
    batch = batches.batch(0, side_px=32)

    matrix = batches.truth.matrix(batch.says, batch.facts)

    assert [TRUE] * 16 == matrix.diagonal().tolist()


def test_checkpoint_puts_model_and_optimiser_back(tmp_path: Path) -> None:
    """After a kill the weights, the optimiser's memory and the step are as they were."""
    layer = torch.nn.Linear(2, 1)
    optimiser = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 2)).backward()
    optimiser.step()
    checkpoint = Checkpoint(tmp_path / "checkpoint.pt")
    checkpoint.write(Progress(7, 12.5), layer, optimiser)
    fresh = torch.nn.Linear(2, 1)
    fresh_optimiser = torch.optim.AdamW(fresh.parameters())

    progress = checkpoint.read(fresh, fresh_optimiser)

    assert Progress(7, 12.5) == progress
    assert torch.equal(layer.weight, fresh.weight)
    assert 2 == len(fresh_optimiser.state_dict()["state"])


_TINY = Options("mobilenet", Schedule(600.0, small_px=32, full_px=32), batch_size=8, max_steps=2)


def test_two_steps_end_with_a_model_that_the_package_loads(
    drawn: Collection, tmp_path: Path
) -> None:
    """The saved folder encodes words and pictures through the package's own path."""
    reports: list[Report] = []

    Training(drawn, _TINY, tmp_path).run(reports.append)

    encoder = load_encoder(text_model=str(tmp_path), image_model=str(tmp_path), device="cpu")
    words = encoder.encode_words(["red coat", "红色外套"])
    file = io.BytesIO()
    training_products(1, seed=4)[0].picture(64).save(file, "PNG")
    pictures = encoder.encode_images([file.getvalue()])
    assert ((2, 96), (1, 96)) == (words.shape, pictures.vectors.shape)
    assert np.isfinite(words).all()
    assert not pictures.errors
    assert not (tmp_path / "checkpoint.pt").exists()


def test_killed_training_goes_on_where_it_was(drawn: Collection, tmp_path: Path) -> None:
    """A checkpoint at every step; the second run begins at the step of the kill."""

    class Killed(Exception):
        pass

    def kill(report: Report) -> None:
        raise Killed

    options = replace(_TINY, checkpoint_s=0.0, report_steps=2, max_steps=3)
    with pytest.raises(Killed):
        Training(drawn, options, tmp_path).run(kill)

    again = Training(drawn, options, tmp_path)

    assert 1 == again.first_step
