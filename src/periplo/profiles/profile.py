"""One customer: who they are, what they did, what they brought. Read from their events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from periplo.profiles.carts import Cart, open_carts
from periplo.profiles.consents import Consent, read_consents
from periplo.profiles.contacts import Contact, last_contacts
from periplo.profiles.devices import Device, read_devices
from periplo.profiles.orders import Order, read_orders
from periplo.profiles.rows import Row, rows_of
from periplo.profiles.traits import Value, full_name, trait_history
from periplo.vocabulary import Taxonomy


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """``identifiers`` by kind, strongest kind and oldest first. ``traits``: the last value told of each; their
    ``trait_history`` says since when, and by whom. ``full_name``: what the person is called, where that was told.

    ``revenue_minor`` by currency: of orders, less what was given back. ``channels``: events per channel.
    ``order_list``, ``carts``, ``devices``, ``contacts``: the newest first.
    ``person`` is False for the anonymous customer of a single order.
    """

    number: int
    name: str
    person: bool
    identifiers: dict[str, list[str]]
    full_name: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    events: int = 0
    orders: int = 0
    revenue_minor: dict[str, int] = {}
    channels: dict[str, int] = {}
    traits: dict[str, Any] = {}
    trait_history: dict[str, list[Value]] = {}
    consents: list[Consent] = []
    order_list: list[Order] = []
    carts: list[Cart] = []
    devices: list[Device] = []
    contacts: list[Contact] = []


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
    rows = rows_of(events)
    history = trait_history(rows)
    traits = {trait: values[-1].value for trait, values in history.items()}
    return Profile(
        number=number,
        name=name,
        person=person,
        identifiers=dict(identifiers),
        full_name=full_name(traits),
        first_seen=times["min"],
        last_seen=times["max"],
        events=events.num_rows,
        orders=len({row["order_id"] or row["seq"] for row in rows if money.get(row["event"]) == "in"}),
        revenue_minor=_revenue(rows, money),
        channels=dict(Counter(row["channel"] for row in rows if row["channel"]).most_common()),
        traits=traits,
        trait_history=history,
        consents=read_consents(rows, words),
        order_list=read_orders(rows),
        carts=open_carts(rows),
        devices=read_devices(rows),
        contacts=last_contacts(rows, words),
    )


def _revenue(rows: Sequence[Row], money: Mapping[str, str]) -> dict[str, int]:
    signs = {"in": 1, "out": -1}
    total: Counter[str] = Counter()
    for row in rows:
        total[row["currency"] or ""] += signs.get(money.get(row["event"], ""), 0) * (row["revenue_minor"] or 0)
    return {currency: minor for currency, minor in total.items() if minor}
