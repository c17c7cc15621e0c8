"""Questions before buying, tickets after an order, and how long they wait for a reply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.after import MINUTE_MS, Parcels
from periplo.simulator.arrays import DAY_MS, I64, Bool, choose
from periplo.simulator.decisions import Outcome
from periplo.simulator.desk import Desk
from periplo.simulator.identities import Identities
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders
from periplo.simulator.people import MOBILE, People
from periplo.simulator.texts import inside
from periplo.simulator.visits import Needs, Visits
from periplo.simulator.world import World

DESKS = ("phone", "chat", "whatsapp", "helpdesk")


@dataclass(frozen=True)
class Tickets:
    """One row per ticket; ``order`` is a row of ``Orders`` or -1 for a question before buying; ``at`` in ms."""

    customer: I64
    at: I64
    desk: I64
    device: I64
    order: I64


def tickets(
    world: World,
    people: People,
    needs: Needs,
    visits: Visits,
    outcome: Outcome,
    orders: Orders,
    parcels: Parcels,
    identities: Identities,
) -> Tickets:
    """All tickets of the window, before and after orders."""
    rng, after = world.random("tickets"), world.parameters.after
    asking = needs.last[outcome.trouble.asked]
    before = visits.at[asking] + rng.integers(20, 90, len(asking)) * 1000
    share = np.where(parcels.late, after.ticket_late, after.ticket)
    troubled = np.flatnonzero(rng.random(len(share)) < share)
    when = np.where(parcels.late[troubled], parcels.promised[troubled] + DAY_MS // 2, parcels.delivered[troubled])
    later = world.clocks.visits.later(when, 0.05 + rng.exponential(0.8, len(troubled)))
    rows = parcels.rows[troubled]
    weights = [after.desks[name] for name in DESKS]
    desk = np.concatenate(
        [choose(rng.random(len(asking)), [0.2, 0.5, 0.3, 0.0]), choose(rng.random(len(rows)), weights)]
    )
    customer = np.concatenate([visits.customer[asking], orders.customer[rows]])
    at = np.concatenate([before, later])
    slot = np.concatenate([visits.slot[asking], np.full(len(rows), MOBILE)])
    return Tickets(
        customer=customer,
        at=at,
        desk=desk,
        device=identities.device(people, customer, slot, at),
        order=np.concatenate([np.full(len(asking), -1), rows]),
    )


def answer(world: World, people: People, orders: Orders, asked: Tickets, hit: Bool, desk: Desk) -> None:
    """Opened, replied, resolved; ``hit``: the tickets that wait over the weekend."""
    rng, facts = world.random("support"), world.parameters.trouble
    wait = rng.lognormal(np.log(facts.reply_minutes), 0.9, len(asked.at)) / 60
    clocks = world.clocks
    replied = np.where(hit, clocks.care_cut.later(asked.at, wait), clocks.care.later(asked.at, wait))
    at_once = (asked.desk == DESKS.index("phone")) & ~hit
    replied = np.where(at_once, asked.at + rng.integers(10, 90, len(wait)) * 1000, replied)
    resolved = replied + (rng.exponential(np.where(at_once, 6.0, 90.0)) * MINUTE_MS).astype(np.int64) + MINUTE_MS
    body = _bodies(world, people, orders, asked, rng)
    brief = world.texts.add([inside({"ticket_id": f"C-{70_001 + n}"}) for n in range(len(wait))]) + np.arange(len(wait))
    for number, name in enumerate(DESKS):
        rows = np.flatnonzero(asked.desk == number)
        for kind, at, said in (
            (Kind.TICKET_OPENED, asked.at, body),
            (Kind.TICKET_REPLIED, replied, brief),
            (Kind.TICKET_RESOLVED, resolved, brief),
        ):
            _tell(desk, kind, name, asked, rows, at, said)


def _tell(desk: Desk, kind: Kind, name: str, asked: Tickets, rows: I64, at: I64, said: I64) -> None:
    """A chat knows the device, mail the address, the others the number."""
    customer, who = asked.customer[rows], desk.identities
    known = {"chat": np.zeros(len(rows), np.int64), "helpdesk": who.to_email + customer}
    device = asked.device[rows] if name == "chat" else -1
    desk.tell(
        kind, name, at[rows], customer, more=known.get(name, who.to_phone + customer), device=device, body=said[rows]
    )


def _bodies(world: World, people: People, orders: Orders, asked: Tickets, rng: np.random.Generator) -> I64:
    questions, complaints = world.words.questions, world.words.complaints
    chosen = rng.integers(0, 60, len(asked.at)).tolist()
    rows = zip(asked.order.tolist(), people.locale[asked.customer].tolist(), chosen, strict=True)
    texts = []
    for number, (order, locale, which) in enumerate(rows):
        said = (complaints[which % len(complaints)] if order >= 0 else questions[which % len(questions)])[locale]
        about = {"order_id": orders.numbers[order]} if order >= 0 else {}
        topic = "order" if order >= 0 else "product"
        texts.append(inside({"ticket_id": f"C-{70_001 + number}", "topic": topic, "message": said} | about))
    return world.texts.add(texts) + np.arange(len(texts))
