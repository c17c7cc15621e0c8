"""One meaning: over columns, live, and straight from the definition (law 6)."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import MINUTE, columns_of, customers, event_is, predicates, true_at, true_now

from periplo.predicates import Happening, Live, Predicate, by_name, evaluate, evaluate_customers, parse


@settings(max_examples=300, deadline=None)
@given(predicates, customers)
def test_at_every_event_columns_and_live_agree_with_the_definition(
    predicate: Predicate, journeys: list[list[Happening]]
) -> None:
    expected = [true_at(predicate, events, row) for events in journeys for row in range(len(events))]
    assert evaluate(predicate, columns_of(journeys)).tolist() == expected
    live = Live(predicate)
    seen = []
    for events in journeys:
        state = live.new()
        for event in events:
            seen.append(live.see(state, event))
            state = msgspec.json.decode(msgspec.json.encode(state))
    assert seen == expected


@settings(max_examples=300, deadline=None)
@given(predicates, customers, st.integers(-1, 15).map(lambda minutes: minutes * MINUTE))
def test_over_customers_columns_and_live_agree_with_the_definition(
    predicate: Predicate, journeys: list[list[Happening]], at: int
) -> None:
    expected = [true_now(predicate, events, at) for events in journeys]
    assert evaluate_customers(predicate, columns_of(journeys), at).tolist() == expected
    live, seen = Live(predicate), []
    for events in journeys:
        state = live.new()
        for event in events:
            if event.time_us <= at:
                live.see(state, event)
        seen.append(live.at(state, at))
    assert seen == expected


@given(predicates, customers)
def test_whole_customers_can_be_evaluated_in_parts(predicate: Predicate, journeys: list[list[Happening]]) -> None:
    columns = columns_of(journeys)
    parts = [evaluate(predicate, part) for part in columns.parts(3)]
    assert np.concatenate([*parts, np.empty(0, np.bool_)]).tolist() == evaluate(predicate, columns).tolist()


@given(event_is, customers)
def test_where_the_name_decides_no_event_is_looked_at(predicate: Predicate, journeys: list[list[Happening]]) -> None:
    columns = columns_of(journeys)
    table = by_name(predicate, columns.event_names)
    if table is not None:
        assert table[columns.event].tolist() == evaluate(predicate, columns).tolist()


JOURNEY = [
    Happening(0, "A", "web", {"device": "mobile", "size": 5.0}),
    Happening(2 * MINUTE, "B", "store", {"device": None, "size": None}),
    Happening(4 * MINUTE, "A", "web", {"device": "desktop", "size": 7.5}),
    Happening(9 * MINUTE, "Order Completed", "web", {"device": "mobile", "size": 0.0}),
]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A", [1, 0, 1, 0]),
        ("purchase", [0, 0, 0, 1]),
        ("{event: [A, B]}", [1, 1, 1, 0]),
        ("event: '*'", [1, 1, 1, 1]),
        ("{where: {channel: store}}", [0, 1, 0, 0]),
        ("{event: A, where: {device: mobile}}", [1, 0, 0, 0]),
        ("{where: {device: {ne: mobile}}}", [0, 1, 1, 0]),
        ("{where: {device: {exists: false}}}", [0, 1, 0, 0]),
        ("{where: {size: {gte: 5, lt: 7.5}}}", [1, 0, 0, 0]),
        ("{where: {contact: purchase}}", [0, 0, 0, 1]),
        ("{did: A}", [1, 1, 1, 1]),
        ("{did: A, at_least: 2}", [0, 0, 1, 1]),
        ("{did: A, exactly: 1}", [1, 1, 0, 0]),
        ("{did: A, at_most: 1}", [1, 1, 0, 0]),
        ("{did: A, within: 4 min}", [1, 1, 1, 0]),
        ("{did: A, at_least: 2, within: 4 min}", [0, 0, 1, 0]),
        ("{did: A, at_least: 2, within: 239s}", [0, 0, 0, 0]),
        ("{did_not: B}", [1, 0, 0, 0]),
        ("{did: A, since: '1970-01-01T00:03:00Z'}", [0, 0, 1, 1]),
        ("{did: A, until: '1970-01-01T00:04:00Z', exactly: 1}", [1, 1, 1, 1]),
        ("{did: B, since: 1970-01-01, until: 1970-01-01}", [0, 1, 1, 1]),
        ("{first_touch: {device: mobile}}", [1, 1, 1, 1]),
        ("{first_touch: B}", [0, 0, 0, 0]),
        ("{sequence: [A, B, Order Completed]}", [0, 0, 0, 1]),
        ("{sequence: [A, B, Order Completed], within: 9 min}", [0, 0, 0, 1]),
        ("{sequence: [A, B, Order Completed], within: 8 min}", [0, 0, 0, 0]),
        ("{sequence: [B, A], within: 2 min}", [0, 0, 1, 1]),
        ("{sequence: [A, Order Completed], within: 5 min}", [0, 0, 0, 1]),
        ("{segment: buyers}", [0, 0, 0, 1]),
        ("{not: A}", [0, 1, 0, 1]),
        ("{any: [B, {where: {size: 0}}]}", [0, 1, 0, 1]),
        ("{all: [A, {did: B}]}", [0, 0, 1, 0]),
        ("{event: A, did: B}", [0, 0, 1, 0]),
    ],
)
def test_examples(written: str, expected: list[int]) -> None:
    predicate = parse(written, segments={"buyers": parse("Order Completed")})
    assert evaluate(predicate, columns_of([JOURNEY])).astype(int).tolist() == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A", [True, False]),
        ("{not: A}", [False, True]),
        ("{event: A, where: {device: desktop}}", [True, False]),
        ("{all: [A, {not: {where: {device: desktop}}}]}", [True, False]),
        ("{all: [{not: A}, {not: B}]}", [False, False]),
        ("{all: [A, {did_not: B}]}", [False, False]),
        ("{did: B, within: 8 min}", [False, True]),
    ],
)
def test_over_a_customer_a_condition_on_an_event_means_some_event(written: str, expected: list[bool]) -> None:
    columns = columns_of([JOURNEY, [Happening(6 * MINUTE, "B", "web", {"device": None, "size": None})]])
    assert evaluate_customers(parse(written), columns).tolist() == expected
