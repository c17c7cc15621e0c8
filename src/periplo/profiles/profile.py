"""One customer: who they are, what they did, what they brought. Read from their events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from periplo.vocabulary import Taxonomy

COLUMNS = ("seq", "type", "event", "channel", "occurred_at", "order_id", "revenue_minor", "currency", "properties")
"""The columns of events that a profile is read from."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """``identifiers`` by kind, strongest kind and oldest first. ``traits``: the last value told of each.

    ``revenue_minor`` by currency: of orders, less what was given back. ``channels``: events per channel.
    ``person`` is False for the anonymous customer of a single order.
    """

    number: int
    name: str
    person: bool
    identifiers: dict[str, list[str]]
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    events: int = 0
    orders: int = 0
    revenue_minor: dict[str, int] = {}
    channels: dict[str, int] = {}
    traits: dict[str, Any] = {}


def read_profile(
    number: int,
    *,
    name: str,
    person: bool,
    identifiers: Mapping[str, list[str]],
    events: pa.Table,
    words: Taxonomy,
) -> Profile:
    """The profile of a customer with these events (at least ``COLUMNS``), given in time order."""
    times = pc.min_max(events["occurred_at"]).as_py()
    money = {event: kind.money for event, kind in words.events.items() if kind.money}
    rows = events.select(list(COLUMNS)).to_pylist()
    return Profile(
        number=number,
        name=name,
        person=person,
        identifiers=dict(identifiers),
        first_seen=times["min"],
        last_seen=times["max"],
        events=events.num_rows,
        orders=len({row["order_id"] or row["seq"] for row in rows if money.get(row["event"]) == "in"}),
        revenue_minor=_revenue(rows, money),
        channels=dict(Counter(row["channel"] for row in rows if row["channel"]).most_common()),
        traits=_traits(rows),
    )


def _revenue(rows: list[dict[str, Any]], money: Mapping[str, str]) -> dict[str, int]:
    signs = {"in": 1, "out": -1}
    total: Counter[str] = Counter()
    for row in rows:
        total[row["currency"] or ""] += signs.get(money.get(row["event"], ""), 0) * (row["revenue_minor"] or 0)
    return {currency: minor for currency, minor in total.items() if minor}


def _traits(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the events that say who somebody is (identify, alias) told last."""
    traits: dict[str, Any] = {}
    for row in rows:
        if row["type"] == "identify" and row["properties"]:
            told = msgspec.json.decode(row["properties"])
            traits |= {name: value for name, value in told.items() if value not in (None, "")}
    return traits
