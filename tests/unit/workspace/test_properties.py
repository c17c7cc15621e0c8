"""Property columns: promoted ones and those inside the JSON, text or numbers, in the order of the journeys."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from periplo.operation import shelf
from periplo.workspace import Shop, arrivals, properties
from periplo.workspace.arrived import Arrived, Growing
from support_events import event


@pytest.fixture(params=["in memory", "out of memory"])
def shop(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Also as if nothing fitted into memory."""
    if request.param == "out of memory":
        monkeypatch.setattr(shelf, "_LARGE", 1)
        for room, name in ((arrivals, "ROWS_AT_ONCE"), (shelf, "_ROWS_AT_ONCE"), (properties, "ROWS_AT_ONCE")):
            monkeypatch.setattr(room, name, 2)
    return Shop.open(tmp_path / "shop", create=True)


def values(shop: Shop, name: str) -> list[Any]:
    """The values of a column in journey order, None where there is none."""
    column = shop.journeys().columns.properties.column(name)
    if column is None:
        return []
    if isinstance(column, np.ndarray):
        return [None if math.isnan(value) else value for value in column]
    return [[*column.values, None][code] for code in column.codes]


def test_columns_follow_the_journeys_and_not_the_arrival(shop: Shop) -> None:
    shop.record(
        [
            event("1", user_id="b", page="/late", minute=9),
            event("2", user_id="a", page="/a", revenue_minor=150),
            event("3", user_id="b", page="/early", minute=1),
            event("4", user_id="b", minute=5),
        ]
    )
    assert shop.customer_names(shop.journeys().columns.customer) == ["b", "a"]
    assert values(shop, "page") == ["/early", None, "/late", "/a"]
    assert values(shop, "revenue_minor") == [None, None, None, 150]
    assert values(shop, "coupon") == []


def test_what_lies_in_the_properties(shop: Shop) -> None:
    shop.record(
        [
            event("1", user_id="a", properties='{"size": "XL", "stars": 4, "a.b": "dotted", "say \\"hi\\"": "q"}'),
            event("2", user_id="a", properties='{"stars": 4.5, "gift": true, "a": {"b": "nested"}}', minute=1),
            event("3", user_id="a", properties='{"size": "007", "mixed": 1, "code": "007"}', minute=2),
            event("4", user_id="a", properties='{"mixed": "one", "nothing": null}', minute=3),
            event("5", user_id="a", minute=4),
        ]
    )
    assert values(shop, "size") == ["XL", None, "007", None, None]
    assert values(shop, "stars") == [4, 4.5, None, None, None]
    assert values(shop, "gift") == [None, "true", None, None, None]
    assert values(shop, "a.b") == ["dotted", "nested", None, None, None]
    assert values(shop, 'say "hi"') == ["q", None, None, None, None]
    assert values(shop, "mixed") == [None, None, "1", "one", None]
    assert values(shop, "code") == [None, None, "007", None, None]
    assert values(shop, "nothing") == []
    assert values(shop, "it's") == []


def test_names_are_the_promoted_ones_and_those_that_occur(shop: Shop) -> None:
    shop.record([event("1", user_id="a", properties='{"size": 1, "device": "mobile"}')])
    names = shop.journeys().columns.properties.names()
    assert {"page", "device", "revenue_minor", "size"} <= set(names)
    assert len(names) == len(set(names))
    assert not {"event_id", "occurred_at", "properties"} & set(names)
    shop.record([event("2", user_id="a", properties='{"color": 1}')])
    assert {"size", "color"} <= set(shop.journeys().columns.properties.names())


def test_new_events_add_to_the_columns(shop: Shop) -> None:
    for n in range(6):
        text = "NaN" if n == 4 else str(n)
        shop.record(
            [event(f"{n}", user_id="u", anonymous_id="x", properties=f'{{"n": {n}, "t": "{text}"}}', minute=-n)]
        )
        assert values(shop, "n") == [*range(n, -1, -1)]
    assert values(shop, "t") == ["5", "NaN", "3", "2", "1", "0"]


def test_numbers_that_become_text_are_text_from_then_on(shop: Shop) -> None:
    shop.record([event("1", user_id="u", properties='{"size": 38}')])
    assert values(shop, "size") == [38]
    shop.record([event("2", user_id="u", properties='{"size": "M"}', minute=1)])
    assert values(shop, "size") == ["38", "M"]
    shop.record([event("3", user_id="u", properties='{"size": 40}', minute=2)])
    assert values(Shop.open(shop.path), "size") == ["38", "M", "40"]


def test_events_of_nobody_stay_out(shop: Shop) -> None:
    shop.record([event("1", page="/nobody"), event("2", user_id="u", page="/somebody"), event("3", page="/nobody")])
    assert values(shop, "page") == ["/somebody"]


def test_texts_that_are_known_are_kept_once(tmp_path: Path) -> None:
    growing = Growing(Arrived.nothing(), 6, tmp_path)
    for first in range(0, 6, 2):
        growing.add(np.arange(first, first + 2), pa.array(["EUR", None]), False)
    whole = growing.all()
    assert (whole.codes.tolist(), whole.texts.to_pylist()) == ([0, -1] * 3, ["EUR"])
    assert len(growing._texts) == 2, "each that is empty holds on to the memory around it"
