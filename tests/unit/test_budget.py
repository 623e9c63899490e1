"""A request's time is shared out between the encoder and the cluster."""

import math

import pytest

from diptych.errors import UnavailableError
from diptych.query.budget import Budget


def test_without_a_limit_nobody_is_hurried() -> None:
    """Client and encoder have limits of their own."""
    budget = Budget(None)

    assert (None, None) == (budget.encoder_s, budget.left_s)


def test_the_encoder_gets_half_of_the_time() -> None:
    """The cluster keeps the other half, whatever the encoder does."""
    budget = Budget(60.0)

    assert 30.0 == budget.encoder_s
    assert budget.left_s is not None
    assert 59 < budget.left_s <= 60


def test_time_that_is_used_up_is_one_sentence() -> None:
    """The smallest budget is over before anything can be sent."""
    budget = Budget(math.ulp(0.0))

    with pytest.raises(UnavailableError, match="did not end within"):
        _ = budget.left_s
