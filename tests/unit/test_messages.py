"""Messages on the queue."""

import pytest

from diptych.errors import UsageError
from diptych.ingest.publishing import MAX_IDS, Lane, Message, message_from_json, publish_ids
from diptych.testing import MemoryPublisher
from diptych.workers.app import make_app, masked


@pytest.mark.parametrize(("is_forced", "is_refetch"), [(True, False), (False, True)])
def test_message_survives_json(is_forced: bool, is_refetch: bool) -> None:
    """What is published is what a worker reads."""
    message = Message("products-1", ("a", "b"), is_forced=is_forced, is_refetch=is_refetch)

    assert message == message_from_json(message.to_json())


def test_message_says_where_documents_live_and_what_its_sender_saw() -> None:
    """Routing stays with its ids when a message is split."""
    message = Message("products-1", ("a", "b", "c"), routing={"b": "x"}, contract="f00d")

    assert message == message_from_json(message.to_json())
    assert ({}, {"b": "x"}) == (message.part(["a"]).routing, message.part(["b", "c"]).routing)


def test_message_of_an_older_program_is_read() -> None:
    """It knows neither routing nor contract."""
    old = {"schema": 1, "index": "i", "ids": ["a"], "is_forced": True}

    assert Message("i", ("a",), is_forced=True) == message_from_json(old)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"schema": 2, "index": "i", "ids": ["a"]},
        {"schema": 1, "index": 5, "ids": ["a"]},
        {"schema": 1, "index": "i", "ids": []},
        {"schema": 1, "index": "i", "ids": ["a", 5]},
        {"schema": 1, "index": "i", "ids": ["a"], "routing": {"a": 5}},
        {"schema": 1, "index": "i", "ids": ["a"] * (MAX_IDS + 1)},
    ],
)
def test_message_of_another_kind_is_refused(body: object) -> None:
    """A stranger on the broker cannot make a worker do anything else."""
    with pytest.raises(UsageError, match="A message"):
        message_from_json(body)


def test_many_ids_go_out_in_few_messages() -> None:
    """600 ids are 256 + 256 + 88."""
    publisher = MemoryPublisher()

    publish_ids(publisher, "products", [str(n) for n in range(600)], Lane.BACKFILL)

    assert [256, 256, 88] == [len(message.ids) for message, _ in publisher.messages]


def test_broker_address_is_shown_without_its_password() -> None:
    """Errors and logs name the broker, never the secret."""
    assert "amqps://mq:5671/shop" == masked("amqps://user:secret@mq:5671/shop")


def test_rabbitmq_queues_are_quorum_queues_with_a_delivery_limit() -> None:
    """A poison message must not end workers for ever."""
    queues = make_app("amqp://localhost//").conf.task_queues

    assert {"diptych.live", "diptych.backfill"} == {queue.name for queue in queues}
    assert all(queue.queue_arguments["x-queue-type"] == "quorum" for queue in queues)
    assert all(queue.queue_arguments["x-delivery-limit"] == 4 for queue in queues)
