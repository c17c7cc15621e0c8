"""While events come in, all parts of an answer are of one moment; the next answer is of a later one."""

from __future__ import annotations

from contextvars import copy_context
from pathlib import Path
from threading import Event, Semaphore, Thread

import pytest
from litestar.testing import TestClient

from periplo.server import create_app
from periplo.workspace import Shop, standing_still
from support_events import event


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    found = Shop.create(tmp_path / "shop")
    found.record([event("e0", anonymous_id="a")])
    return found


def seen(shop: Shop) -> tuple[str, int]:
    return shop.version(), shop.journeys().columns.events


def test_inside_the_block_nothing_changes_and_outside_all_is_new(shop: Shop) -> None:
    with standing_still():
        before = seen(shop)
        shop.record([event("e1", anonymous_id="b")])
        assert seen(shop) == before == ("1", 1)
        assert copy_context().run(seen, shop) == before, "a thread that answers a part sees the same"
    assert seen(shop) == ("2", 2)
    with standing_still():
        assert seen(shop) == ("2", 2)


def test_customers_who_come_meanwhile_have_their_timeline(shop: Shop) -> None:
    with standing_still():
        shop.journeys()
        shop.record([event("e1", anonymous_id="b")])
        assert shop.timeline(shop.customer_number("b")).num_rows == 1


def test_an_answer_is_of_one_moment(shop: Shop) -> None:
    over, recorded = Event(), Semaphore(0)

    def record() -> None:
        number = 0
        while not over.is_set():
            number += 1
            shop.record([event(f"n{number}", anonymous_id=f"a{number}")])
            recorded.release()

    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        recording = Thread(target=record)
        recording.start()
        try:
            for number in range(1, 20):
                recorded.acquire()
                answer = client.get("/api/v1/shop").json()
                assert int(answer["version"]) == answer["events"] == answer["customers"]
                assert answer["events"] > number
        finally:
            over.set()
            recording.join()
