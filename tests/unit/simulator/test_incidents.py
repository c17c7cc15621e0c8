"""Planted incidents can be seen in the events, and what they cost is counted against the same chances without them."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from periplo.simulator.chances import Chances
from periplo.simulator.decisions import Outcome, decide
from periplo.simulator.people import draw_people
from periplo.simulator.visits import draw_needs
from periplo.simulator.world import World

NAMES = ["mobile_card_payments", "campaign_coupon", "app_out_of_stock", "slow_weekend_replies", "late_carrier"]


@pytest.fixture(scope="module")
def outcomes() -> tuple[World, dict[str, Outcome]]:
    """What comes of the needs of one world: with all incidents, with each alone, and with none."""
    world = World(20_000, 120, 5)
    people = draw_people(world)
    needs, visits = draw_needs(world, people)
    chances = Chances.draw(world.random("chances"), len(needs))
    worlds = {"all": NAMES, "none": [], **{name: [name] for name in NAMES}}
    return world, {key: decide(world, people, needs, visits, chances, names) for key, names in worlds.items()}


def test_all_five_are_planted(simulated) -> None:
    assert [incident["name"] for incident in simulated.truth["incidents"]] == NAMES
    for incident in simulated.truth["incidents"]:
        assert incident["since"] < incident["until"] <= simulated.truth["until"]
        assert incident["filter"]["es"]
        assert incident["filter"]["en"]


@pytest.mark.parametrize("name", NAMES)
def test_an_incident_hits_some_and_costs_orders(outcomes: tuple[World, dict[str, Outcome]], name: str) -> None:
    _, told = outcomes
    alone, spared = told[name], told["none"]
    assert alone.hit[name].sum() > 10
    assert not spared.hit[name].any()
    assert 0 < (spared.ordered & ~alone.ordered).sum() <= alone.hit[name].sum()
    others = [other for other in NAMES if other != name]
    assert not any(alone.hit[other].any() for other in others)


def test_without_an_incident_nothing_else_changes(outcomes: tuple[World, dict[str, Outcome]]) -> None:
    world, told = outcomes
    card = told["mobile_card_payments"]
    first, last = world.clocks.days(66, 75)
    assert ((first <= card.scene.at) & (card.scene.at < last))[card.hit["mobile_card_payments"]].all()
    before = card.scene.at < first
    assert np.array_equal(card.ordered[before], told["none"].ordered[before])


def test_those_who_lost_an_order_were_hit(simulated) -> None:
    for incident in simulated.truth["incidents"]:
        assert set(incident["lost_orders_customers"]) <= set(incident["affected_customers"])
        assert 0 <= incident["lost_orders"] <= 2 * len(incident["affected_customers"])
        assert (incident["lost_revenue_minor"] > 0) == bool(incident["lost_orders_customers"])


def test_payments_fail_on_mobile_with_cards_in_those_days(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    incident = simulated.incident("mobile_card_payments")
    rows = sql.execute(
        """
        select moment between ? and ? as during, device, (type = 'track' and
            event = 'Payment Failed')::int as failed, properties->>'payment_method' = 'card' as card
        from messages where event in ('Payment Info Entered', 'add_payment_info', 'Payment Failed')
            and library = 'analytics.js'
        """,
        [incident["since"], incident["until"]],
    ).fetchall()

    def share(during: bool, device: str) -> float:
        some = [failed for d, kind, failed, card in rows if (d, kind) == (during, device) and card]
        return sum(some) / max(len(some), 1)

    assert share(True, "mobile") > 0.4
    assert share(False, "mobile") < 0.15


def test_coupons_are_denied_in_those_days(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    incident = simulated.incident("campaign_coupon")
    applied, denied = sql.execute(
        "select count(*) filter (where event = 'Coupon Applied'), count(*) filter (where event = 'Coupon Denied')"
        " from messages where properties->>'coupon' = 'MAMA15' and moment between ? and ?",
        [incident["since"], incident["until"]],
    ).fetchone()
    assert denied == len(incident["affected_customers"])
    assert applied <= 1


def test_the_app_lacks_a_category_that_the_web_sells(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    incident = simulated.incident("app_out_of_stock")
    lacking, added = sql.execute(
        """
        select count(*) filter (where event = 'Product Out Of Stock Viewed'),
            count(*) filter (where event in ('Product Added', 'Added Product'))
        from messages where moment between ? and ? and properties->>'category' = 'riego'
            and library != 'analytics.js'
        """,
        [incident["since"], incident["until"]],
    ).fetchone()
    assert lacking >= len(incident["affected_customers"]) > 0
    assert added <= lacking


def test_nobody_replies_at_weekends(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    incident = simulated.incident("slow_weekend_replies")
    weekend, week = sql.execute(
        """
        with t as (
            select properties->>'ticket_id' as id, min(moment) filter (where event = 'Ticket Opened') as opened,
                min(moment) filter (where event = 'Ticket Replied') as replied,
                min(isodow(local)) filter (where event = 'Ticket Opened') >= 6 as weekend
            from messages where event in ('Ticket Opened', 'Ticket Replied') group by 1
        ), waits as (
            select date_diff('minute', opened, replied) as minutes, weekend
            from t where replied is not null and opened between ? and ?
        )
        select median(minutes) filter (where weekend), median(minutes) filter (where not weekend) from waits
        """,
        [incident["since"], incident["until"]],
    ).fetchone()
    assert weekend > 12 * 60
    assert week < 3 * 60


def test_one_carrier_is_late_in_those_days(sql: duckdb.DuckDBPyConnection, simulated) -> None:
    incident = simulated.incident("late_carrier")
    rows = sql.execute(
        """
        with late as (select distinct order_id as id from messages where event = 'Delivery Delayed')
        select properties->>'carrier' = 'EnvioSur' as carrier, avg((order_id in (from late))::int)
        from messages where event = 'Order Shipped' and moment between ? and ? group by 1 order by 1
        """,
        [incident["since"], incident["until"]],
    ).fetchall()
    (_, others), (_, carrier) = rows
    assert carrier > 0.6
    assert others < 0.25
