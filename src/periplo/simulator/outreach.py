"""Newsletters, campaigns and notices, and the visits that they bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.accounts import Accounts
from periplo.simulator.arrays import HOUR_MS, I64, Bool, first_per_group
from periplo.simulator.desk import Desk
from periplo.simulator.kinds import Kind
from periplo.simulator.parameters import MessageFacts
from periplo.simulator.people import APP, NEVER, TABLET, People
from periplo.simulator.surroundings import SYSTEMS
from periplo.simulator.texts import inside
from periplo.simulator.visits import DIRECT, EMAIL, NONE, PUSH, SMS, WHATSAPP, Visits, running_campaign
from periplo.simulator.world import World

ENTRY = {"email": EMAIL, "push": PUSH, "sms": SMS, "whatsapp": WHATSAPP}
SPREAD_MS = 90 * 60_000
"""A mailing goes out over an hour and a half."""


@dataclass(frozen=True)
class Mailing:
    name: str
    at: int  # ms


@dataclass(frozen=True)
class Sends:
    """One row per message; instants in ms. ``visit`` is the visit that it brings, or -1."""

    mailing: I64
    customer: I64
    sent: I64
    arrived: I64
    bounced: Bool
    visit: I64
    opened: Bool
    leaves: Bool


def mailings(world: World, facts: MessageFacts) -> list[Mailing]:
    """The weekly ones on their weekday (-1: none), and one when each campaign begins."""
    midnights, days = world.clocks.midnights, world.days
    weekly = [day for day in range(days) if (day + world.clocks.first_weekday) % 7 == facts.weekday]
    found = [Mailing(f"novedades-{number + 1:02d}", int(midnights[day])) for number, day in enumerate(weekly)]
    if facts.campaigns:
        starts = [campaign for campaign in world.parameters.campaigns if campaign.first < days]
        found += [Mailing(campaign.name, int(midnights[campaign.first])) for campaign in starts]
    return [Mailing(mailing.name, mailing.at + facts.hour * HOUR_MS) for mailing in found]


def reach_out(world: World, people: People, accounts: Accounts, visits: Visits, desk: Desk) -> None:
    """Send every mailing of every channel; a visit that a message brings gets its entry and campaign changed."""
    for channel, facts in world.parameters.messages.items():
        planned = mailings(world, facts)
        sends = _send(world, people, accounts.consent[channel], visits, channel, facts, planned)
        brought = sends.visit[sends.visit >= 0]
        visits.entry[brought] = ENTRY[channel]
        visits.campaign[brought] = running_campaign(world, visits.at[brought])
        _tell(world, people, visits, channel, sends, planned, desk)


def _send(
    world: World,
    people: People,
    consent: I64,
    visits: Visits,
    channel: str,
    facts: MessageFacts,
    planned: list[Mailing],
) -> Sends:
    rng = world.random(f"outreach {channel}")
    audiences = [np.flatnonzero(consent < mailing.at) for mailing in planned]
    customer = np.concatenate([*audiences, np.empty(0, np.int64)])
    mailing = np.repeat(np.arange(len(planned)), [len(audience) for audience in audiences])
    sent = np.array([m.at for m in planned], np.int64)[mailing] + rng.integers(0, SPREAD_MS, len(customer))
    leaves = rng.random(len(customer)) < facts.leave
    left = first_per_group(customer[leaves], sent[leaves], world.customers, NEVER)
    kept = np.flatnonzero((sent <= left[customer]) & (sent < world.clocks.end))
    mailing, customer, sent, leaves = mailing[kept], customer[kept], sent[kept], leaves[kept]
    bounced = rng.random(len(kept)) < facts.bounce
    arrived = sent + rng.integers(2_000, 30_000, len(kept))
    pulls = ~bounced & (rng.random(len(kept)) < facts.pull)
    visit = _brought(world, visits, channel, customer, arrived, pulls)
    open_too = rng.random(len(kept)) < facts.open * people.open_lift[customer]
    opened = ~bounced & (open_too | leaves | (visit >= 0))
    return Sends(mailing, customer, sent, arrived, bounced, visit, opened, leaves & ~bounced)


def _brought(world: World, visits: Visits, channel: str, customer: I64, arrived: I64, pulls: Bool) -> I64:
    """The next direct visit of each customer soon after a message, where the message pulls; one message per visit."""
    found = np.full(len(customer), NONE, dtype=np.int64)
    fits = (visits.slot == APP) if channel == "push" else (visits.slot < APP) | (visits.slot == TABLET)
    free = np.flatnonzero(fits & (visits.entry <= DIRECT))
    free = free[np.lexsort((visits.at[free], visits.customer[free]))]
    if not len(free):
        return found
    start = world.clocks.start
    span = int(world.clocks.midnights[-1]) - start
    keys = visits.customer[free] * span + visits.at[free] - start
    place = np.minimum(np.searchsorted(keys, customer * span + arrived + 60_000 - start), len(free) - 1)
    nearest = free[place]
    near = (visits.customer[nearest] == customer) & (visits.at[nearest] > arrived)
    near &= visits.at[nearest] < arrived + world.parameters.pull_hours * HOUR_MS
    rows = np.flatnonzero(pulls & near)
    _, once = np.unique(nearest[rows], return_index=True)
    found[rows[once]] = nearest[rows[once]]
    return found


def _tell(
    world: World, people: People, visits: Visits, channel: str, sends: Sends, planned: list[Mailing], desk: Desk
) -> None:
    rng, word = world.random(f"opens {channel}"), channel.upper()
    library, _ = SYSTEMS[channel]
    contexts = [
        {
            "library": {"name": library},
            "channel": channel,
            "campaign": {"name": m.name, "source": library, "medium": channel},
        }
        for m in planned
    ]
    context = world.texts.add([inside(fact) for fact in contexts]) + sends.mailing
    clicks = sends.visit >= 0
    opened = world.clocks.visits.later(sends.arrived, 0.002 + rng.exponential(0.3, len(clicks)))
    clicked = visits.at[sends.visit] - rng.integers(2_000, 6_000, len(clicks)) if len(visits) else opened
    opened = np.where(clicks, clicked - rng.integers(3_000, 40_000, len(clicks)), opened)
    steps = {
        "SENT": (sends.sent, np.ones(len(clicks), bool)),
        "DELIVERED": (sends.arrived, ~sends.bounced),
        "BOUNCED": (sends.arrived, sends.bounced),
        "OPENED": (opened, sends.opened),
        "CLICKED": (clicked, clicks),
    }
    for step, (at, happens) in steps.items():
        if f"{word}_{step}" in Kind.__members__:
            _one_step(people, channel, Kind[f"{word}_{step}"], sends, at, np.flatnonzero(happens), context, desk)
    leaves = np.flatnonzero(sends.leaves)
    _one_step(people, channel, Kind.UNSUBSCRIBED, sends, opened + 45_000, leaves, context, desk)


def _one_step(
    people: People, channel: str, kind: Kind, sends: Sends, at: I64, rows: I64, context: I64, desk: Desk
) -> None:
    customer, who = sends.customer[rows], desk.identities
    if channel == "push":
        app = who.device(people, customer, np.full(len(rows), APP), at[rows])
        desk.tell(kind, context[rows], at[rows], customer, more=customer * 0, device=app)
        return
    known = who.to_email if channel == "email" else who.to_phone
    desk.tell(kind, context[rows], at[rows], customer, more=known + customer)
