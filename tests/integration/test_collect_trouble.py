"""What goes wrong behind the door: a full disk, a folder that may only be read, a damaged cache, and bodies
that nobody thought of."""

from __future__ import annotations

import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from periplo.collect import Ticket, Writer, batch_of
from periplo.errors import ShopBusy
from periplo.server.collect.routes import ROUTES
from periplo.workspace import Shop
from support_collect import Client, basic, batch, events, track, verdicts

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["type", "event", "messageId", "userId", "timestamp", "sentAt", "context", "properties", "traits", "distinct_id"]
)
MESSAGES = st.dictionaries(FIELDS, ANYTHING | st.sampled_from(["track", "page", "$pageview"]), max_size=6) | ANYTHING
BODIES = (
    st.binary(max_size=200)
    | MESSAGES.map(lambda found: json.dumps(found).encode("utf-8", "surrogatepass"))
    | st.lists(MESSAGES, max_size=4).map(lambda found: json.dumps({"batch": found, "context": {}}).encode())
)


@contextmanager
def full_disk(shop: Shop) -> Iterator[None]:
    """No file can grow beyond what the log has."""
    most = max(file.stat().st_size for file in shop.path.glob("log.db*")) + 1
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def send(client: Client, key: str, *messages: Any) -> Any:
    return client.post("/v1/batch", content=batch(*messages), headers=basic(key))


def assert_again_later(answer: Any, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, code)
    assert answer.headers["retry-after"]
    assert answer.json()["error"]["fix"]


def test_a_full_disk_is_told_and_loses_nothing(shop: Shop, client: Client, key: str) -> None:
    assert verdicts(send(client, key, track(1))) == ["accepted"]
    large = [track(n, properties={"noise": f"{n * 7919:x}" * 300}) for n in range(2, 60)]
    with full_disk(shop):
        assert_again_later(send(client, key, *large), "cannot_write")
    assert set(verdicts(send(client, key, track(1), *large))) == {"accepted", "duplicate"}
    assert [found["event_id"] for found in events(shop)] == [f"m{n}" for n in range(1, 60)]


def test_a_folder_that_may_only_be_read_is_told(shop: Shop, client: Client, key: str) -> None:
    assert verdicts(send(client, key, track(1))) == ["accepted"]

    def only_read(connection: sqlite3.Connection, *_: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    engine = shop._stores.log_database._engine
    engine.dispose()
    event.listen(engine, "connect", only_read)
    assert_again_later(send(client, key, track(2)), "cannot_write")
    event.remove(engine, "connect", only_read)
    engine.dispose()
    assert verdicts(send(client, key, track(2))) == ["accepted"]


def test_when_more_comes_than_can_be_written_it_is_sent_away(shop: Shop) -> None:
    delivered: list[Ticket] = []
    writer = Writer(shop._stores.log, shop.quarantine, delivered.extend, most_waiting=1_000)
    source = shop.sources.all()[0]

    def ticket(number: int, size: int) -> Ticket:
        arrived = batch_of(batch(track(number)))
        return Ticket(arrived, arrived.received(source, 0, None), [], size)

    writer.put(ticket(1, 600))
    with pytest.raises(ShopBusy, match="Send them again"):
        writer.put(ticket(2, 600))
    writer.start()
    writer.stop()
    assert [one.answer.verdicts for one in delivered if one.answer] == [["accepted"]]
    with pytest.raises(ShopBusy):
        writer.put(ticket(3, 1))


@pytest.mark.parametrize("damage", ["garbage", "cut", "gone"])
def test_a_damaged_cache_of_keys_is_made_again(shop: Shop, client: Client, key: str, damage: str) -> None:
    send(client, key, track(1), track(2))
    shop.archive()
    for file in (shop.path / "cache" / "seen").iterdir():
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes(b"\7" * 16 if damage == "garbage" else file.read_bytes()[:-3])
    with Shop.open(shop.path) as other:
        found = other._stores.log.commit([batch_of(batch(track(2), track(3))).received(shop.sources.all()[0], 0, None)])
    assert found == [[0]]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(ROUTES)), body=BODIES)
def test_whatever_is_sent_is_answered_and_nothing_of_it_is_our_fault(
    shop: Shop, client: Client, key: str, path: str, body: bytes
) -> None:
    answer = client.post(path, content=body, headers=basic(key))
    assert answer.status_code in (200, 400, 413)
    assert answer.json()
    shop._stores.log.tail(shop._stores.log.settled() - 5)


def test_all_that_was_sent_before_can_be_read_and_archived(shop: Shop, client: Client, key: str) -> None:
    odd = (f'{{"event":"x","type":"track","messageId":"{n}","properties":{what}}}' for n, what in enumerate(ODD))
    answer = client.post("/v1/batch", content=('{"batch":[' + ",".join(odd) + "]}").encode(), headers=basic(key))
    assert set(verdicts(answer)) <= {"accepted", "quarantined"}
    taken = verdicts(answer).count("accepted")
    shop.archive()
    assert shop._stores.count() + shop.quarantine.count(stage="read") == taken
    assert shop._stores.log.count() == 0
    assert shop.journeys().columns.events <= taken


ODD = (
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"a":1e999}',
    '{"revenue":"much"}',
    '{"revenue":1e400}',
    '{"a":' + "9" * 400 + "}",
    '{"products":"none"}',
    "[" * 50 + "]" * 50,
    "7",
    "null",
    '{"email":{}}',
)
