"""What a simulation says of itself: figures, incidents and settings."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from periplo.simulator.incidents import Cost
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import basket_value
from periplo.simulator.parameters import Parameters
from periplo.simulator.story import Story
from periplo.simulator.walks import BOUNCE, ORDER
from periplo.simulator.world import World

RATIOS = {
    "session_conversion": "orders made on site or app / visits to site or app",
    "bounce": "visits of one page or screen / visits to site or app",
    "cart_abandonment": "carts without an order / carts",
    "mail_open": "mails opened / mails delivered",
    "mail_click": "mails clicked / mails delivered",
    "repeat": "customers with two orders or more / customers with one or more",
    "returned": "orders returned / orders",
    "late": "parcels delivered after the promised date / parcels",
    "known_orders": "orders that carry an identifier / orders",
}


class IncidentTruth(msgspec.Struct, frozen=True):
    """A planted incident in short: its name, how many customers it hit, how many orders were lost by it."""

    name: str
    affected: int
    lost_orders: int


class SimulationReport(msgspec.Struct, frozen=True):
    """What was written and where (paths), and the figures of the shop; ``ratios`` are named in ``RATIOS``."""

    file: str
    truth: str
    settings: str
    customers: int
    days: int
    seed: int
    events: int
    duplicates: int
    orders: int
    ratios: dict[str, float | None]
    incidents: list[IncidentTruth]
    seconds: float


def ratios(story: Story) -> dict[str, float | None]:
    """The figures of ``RATIOS``; None where there is nothing to divide by."""
    count = np.bincount(story.rows.kind, minlength=len(Kind))
    orders, depth = story.orders, story.walks.depth
    carts = np.unique(story.walks.cart[story.walks.cart >= 0])
    per_buyer = np.bincount(orders.customer)
    found = {
        "session_conversion": (int((depth == ORDER).sum()), len(depth)),
        "bounce": (int((depth == BOUNCE).sum()), len(depth)),
        "cart_abandonment": (len(carts) - int((depth == ORDER).sum()), len(carts)),
        "mail_open": (int(count[Kind.EMAIL_OPENED]), int(count[Kind.EMAIL_DELIVERED])),
        "mail_click": (int(count[Kind.EMAIL_CLICKED]), int(count[Kind.EMAIL_DELIVERED])),
        "repeat": (int((per_buyer >= 2).sum()), int((per_buyer >= 1).sum())),
        "returned": (int(count[Kind.ORDER_RETURNED]), len(orders)),
        "late": (int(story.parcels.late.sum()), len(story.parcels.late)),
        "known_orders": (len(orders) - int((orders.at_till & ~orders.with_card).sum()), len(orders)),
    }
    return {name: part / whole if whole else None for name, (part, whole) in found.items()}


def incident_truth(world: World, story: Story, cost: Cost) -> dict[str, Any]:
    """One incident in full, as it stands in ``truth.json``; amounts in minor units."""
    incident = cost.incident
    first, last = world.clocks.days(incident.first, min(incident.last, world.days))
    goods, discount = basket_value(world, story.needs, story.outcome, cost.lost)
    return {
        "name": incident.name,
        "since": _moment(first),
        "until": _moment(last),
        "filter": {"en": incident.en, "es": incident.es},
        "affected_customers": cost.affected.tolist(),
        "lost_orders": len(cost.lost) - cost.gained,
        "lost_orders_customers": np.unique(story.needs.customer[cost.lost]).tolist(),
        "lost_revenue_minor": int((goods - discount).sum()),
    }


def truth(world: World, story: Story, counted: dict[str, Any]) -> dict[str, Any]:
    """All of ``truth.json``."""
    return {
        "seed": world.seed,
        "customers": world.customers,
        "days": world.days,
        "since": _moment(world.clocks.start),
        "until": _moment(world.clocks.end),
        **counted,
        "orders": len(story.orders),
        "revenue_minor": int(story.orders.revenue_minor.sum()),
        "currency": world.parameters.shop.currency,
        "ratios": ratios(story),
        "ratios_mean": RATIOS,
        "incidents": [incident_truth(world, story, cost) for cost in story.costs],
        "parameters": msgspec.to_builtins(world.parameters),
    }


def settings(parameters: Parameters) -> str:
    """The settings of the shop, as a workspace reads them."""
    shop = parameters.shop
    lines = {"name": shop.name, "currency": shop.currency, "time_zone": shop.time_zone, "country": shop.country}
    return "".join(f'{name} = "{value}"\n' for name, value in lines.items()) + "simulated = true\n"


def _moment(ms: int) -> str:
    return f"{np.datetime64(ms, 'ms')}Z"
