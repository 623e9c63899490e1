"""What several unit tests enrich with."""

import pytest
from enriching import CountingEncoder, make_contract

from diptych.testing import MemoryStore


@pytest.fixture
def encoder() -> CountingEncoder:
    """A fresh encoder."""
    return CountingEncoder()


@pytest.fixture
def store(encoder: CountingEncoder) -> MemoryStore:
    """A store with one product whose picture agrees with its words."""
    store = MemoryStore(make_contract(encoder))
    store.index("1", {"title": "red dress", "image": "red.jpg", "price": 5})
    return store
