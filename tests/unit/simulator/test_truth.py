"""The truth beside the events agrees with the events."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from periplo.events.identifiers import normalise
from periplo.vocabulary import taxonomy

KINDS = ("user_id", "email", "phone", "loyalty_card", "anonymous_id")


def carried(row: dict[str, Any]) -> dict[str, str]:
    """The identifiers of one message, in their normal form."""
    told = json.loads(row["told"] or "{}")
    given = {**{kind: told.get(kind) for kind in KINDS}, "user_id": row["userId"], "anonymous_id": row["anonymousId"]}
    normal = {kind: normalise(kind, value, "ES") for kind, value in given.items()}
    return {kind: value for kind, value in normal.items() if value}


@pytest.fixture(scope="module")
def messages(sql: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every message once, with its instant, its identifiers and its order."""
    query = """
        select moment, sent_as, userId, anonymousId, told, order_id, properties->>'survey' as survey,
            (properties->>'score')::int as score
        from messages order by moment, messageId
        """
    rows = sql.cursor().sql(query).to_arrow_table()
    found = rows.to_pylist()
    for row in found:
        row["ids"] = carried(row)
    return found


@pytest.fixture(scope="module")
def owners(simulated) -> dict[tuple[str, str], set[int]]:
    """Which customers use each identifier, as the truth says."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in simulated.parquet("customers").to_pylist():
        found[row["kind"], row["value"]].add(row["customer"])
    return found


def test_counts_are_those_of_the_file(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    truth = simulated.truth
    assert sql.execute("select count(*) from lines").fetchone() == (truth["messages"],)
    assert sql.execute("select count(*) from messages").fetchone() == (truth["distinct"],)
    sent = dict(sql.execute("select sent_as, count(*) from lines group by 1").fetchall())
    assert sent == truth["names_as_sent"]
    calls = {"page": "Page Viewed", "screen": "Screen Viewed", "identify": "Customer Identified"}
    events: dict[str, int] = defaultdict(int)
    for name, count in sql.execute("select sent_as, count(*) from messages group by 1").fetchall():
        events[calls.get(name) or taxonomy().canonical(name)[0]] += count
    assert events == truth["events"]


def test_orders_and_revenue_are_those_of_the_file(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    found = sql.execute(
        "select count(*), sum(round((properties->>'revenue')::double * 100)), count(distinct order_id)"
        " from messages where event in ('Order Completed', 'Completed Order', 'purchase')"
    ).fetchone()
    truth = simulated.truth
    assert found == (truth["orders"], truth["revenue_minor"], truth["orders"])


def test_ratios_can_be_counted_in_the_file(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    count = "count(*) filter (where event = '{}')".format
    opened, delivered, returned = sql.execute(
        f"select {count('Email Opened')}, {count('Email Delivered')}, {count('Order Returned')} from messages"
    ).fetchone()
    carts, bought = sql.execute(
        "select count(distinct properties->>'cart_id'), count(distinct properties->>'cart_id') filter"
        " (where event in ('Order Completed', 'Completed Order', 'purchase')) from messages"
    ).fetchone()
    ratios, orders = simulated.truth["ratios"], simulated.truth["orders"]
    assert ratios["mail_open"] == pytest.approx(opened / delivered)
    assert ratios["returned"] == pytest.approx(returned / orders)
    assert ratios["cart_abandonment"] == pytest.approx(1 - bought / carts)


def test_an_identifier_belongs_to_one_customer_unless_its_device_is_shared(owners, simulated) -> None:
    table = simulated.parquet("customers").to_pylist()
    shared = {(row["kind"], row["value"]) for row in table if row["shared"]}
    assert {kind for kind, _ in shared} == {"anonymous_id"}
    assert all(len(customers) == 1 for key, customers in owners.items() if key not in shared)
    assert any(len(owners[key]) == 2 for key in shared)
    assert max(len(owners[key]) for key in shared) > 5


def test_the_truth_knows_exactly_the_identifiers_of_the_file(messages, owners) -> None:
    in_file = {pair for row in messages for pair in row["ids"].items()}
    assert in_file == {key for key in owners if key[0] != "order_id"}
    orders = {row["order_id"] for row in messages if row["order_id"]}
    assert orders == {value for kind, value in owners if kind == "order_id"}


def test_identifiers_that_meet_in_a_message_have_a_customer_in_common(messages, owners) -> None:
    for row in messages:
        keys = [*row["ids"].items(), *([("order_id", row["order_id"])] if row["order_id"] else [])]
        if keys:
            assert set.intersection(*(owners[key] for key in keys))


def test_entering_times_follow_from_the_file(messages, owners, simulated) -> None:
    """Stages and cycles once more, event by event, for the customers who share no device."""
    sharing = {c for customers in owners.values() if len(customers) > 1 for c in customers}
    timelines: dict[int, list[tuple[datetime, str, bool]]] = defaultdict(list)
    calls = {"page": "Page Viewed", "screen": "Screen Viewed", "identify": "Customer Identified"}
    for row in messages:
        keys = [*row["ids"].items(), ("order_id", row["order_id"])]
        who = next((owners[key] for key in keys if len(owners.get(key, ())) == 1), set())
        for customer in who - sharing:
            name = calls.get(row["sent_as"]) or taxonomy().canonical(row["sent_as"])[0]
            promoter = row["survey"] == "nps" and row["score"] >= 9
            timelines[customer].append((row["moment"].replace(tzinfo=UTC), name, promoter))
    expected = {
        (customer, cycle, stage, at) for customer, events in timelines.items() for cycle, stage, at in entered(events)
    }
    told = {
        (row["customer"], row["cycle"], row["stage"], row["entered_at"])
        for row in simulated.parquet("stages").to_pylist()
        if row["customer"] not in sharing
    }
    assert len(expected) > 5_000
    assert told == expected


def entered(events: list[tuple[datetime, str, bool]]) -> list[tuple[int, str, datetime]]:
    found: dict[tuple[int, str], datetime] = {}
    cycle, ordered, orders = 0, False, 0
    for at, name, promoter in events:
        is_order = name == "Order Completed"
        orders += is_order
        stage = "advocacy" if promoter else taxonomy().events[name].stage
        if name.endswith(" Clicked") and not stage:
            stage = "loyalty" if orders else "awareness"
        if is_order and orders > 1:
            stage = "loyalty"
        if not stage:
            continue
        if ordered and (is_order or stage in ("awareness", "consideration", "purchase")):
            cycle, ordered = cycle + 1, False
        ordered = ordered or is_order
        found.setdefault((cycle, stage), at)
    return [(cycle, stage, at) for (cycle, stage), at in found.items()]
