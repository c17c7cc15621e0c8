"""Messages about an order: its confirmation by mail, and the day of its delivery by SMS."""

from __future__ import annotations

import numpy as np

from periplo.simulator.after import MINUTE_MS, Parcels
from periplo.simulator.arrays import HOUR_MS, I64
from periplo.simulator.desk import Desk
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders, OrderTexts
from periplo.simulator.people import People
from periplo.simulator.visits import MARKETPLACE, ONLINE
from periplo.simulator.world import World


def notify(world: World, people: People, orders: Orders, parcels: Parcels, texts: OrderTexts, desk: Desk) -> None:
    """Confirm orders made on the site; tell those who left a number when the parcel comes."""
    rng, after = world.random("notices"), world.parameters.after
    confirmed = np.flatnonzero(orders.place == ONLINE)
    account = orders.user[confirmed] > 0
    address = np.where(account, desk.identities.to_email, desk.identities.to_guest) + orders.customer[confirmed]
    opens = np.flatnonzero(rng.random(len(confirmed)) < after.confirmation_open)
    opened = orders.at[confirmed] + (rng.exponential(90.0, len(confirmed)) * MINUTE_MS).astype(np.int64) + MINUTE_MS
    everyone = np.arange(len(confirmed))
    for kind, at, some in (
        (Kind.EMAIL_SENT, orders.at[confirmed] + 20_000, everyone),
        (Kind.EMAIL_DELIVERED, orders.at[confirmed] + 30_000, everyone),
        (Kind.EMAIL_OPENED, opened, opens),
    ):
        rows = confirmed[some]
        desk.tell(kind, "email", at[some], orders.customer[rows], more=address[some], body=texts.brief + rows)
    buyer, place = orders.customer[parcels.rows], orders.place[parcels.rows]
    known = people.gives_phone[buyer] & (place != MARKETPLACE)
    told = np.flatnonzero(known & (rng.random(len(known)) < after.notice))
    _tell_by_sms(orders, parcels.rows[told], parcels.delivered[told] - 3 * HOUR_MS, texts, desk)


def _tell_by_sms(orders: Orders, rows: I64, at: I64, texts: OrderTexts, desk: Desk) -> None:
    number = desk.identities.to_phone + orders.customer[rows]
    for kind, later in ((Kind.SMS_SENT, 0), (Kind.SMS_DELIVERED, 6_000)):
        desk.tell(kind, "sms", at + later, orders.customer[rows], more=number, body=texts.brief + rows)
