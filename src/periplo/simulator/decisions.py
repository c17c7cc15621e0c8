"""What comes of each need. The same chances are decided in a world with an incident and in one without it: the
difference is the truth about what the incident cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import F64, HOUR_MS, I64, Bool
from periplo.simulator.chances import Chances, waiting
from periplo.simulator.deliveries import Deliveries, deliver
from periplo.simulator.people import NEVER, People
from periplo.simulator.troubles import Scene, Troubles, troubles
from periplo.simulator.visits import MARKETPLACE, ONLINE, PHONE, RESEARCH, TILL, Needs, Visits
from periplo.simulator.world import World


@dataclass(frozen=True)
class Outcome:
    """What came of each need (bool[needs] unless said otherwise).

    ``cart``: wanted to fill one (at a place without carts: wanted to buy). ``begun`` and ``details`` of payment say
    how far it would go then, ``paid`` that payment would work. ``moved``: went on later, at ``ordered_at`` (ms), on
    another device. ``hit``: by incident, whom it really hit.
    """

    scene: Scene
    trouble: Troubles
    cart: Bool
    begun: Bool
    details: Bool
    paid: Bool
    moved: Bool
    ordered: Bool
    ordered_at: I64
    delivery: Deliveries
    hit: dict[str, Bool]


def decide(
    world: World, people: People, needs: Needs, visits: Visits, chances: Chances, incidents: Collection[str]
) -> Outcome:
    """The outcome of every need in a world with the named incidents."""
    buying = world.parameters.buying
    scene = Scene.of(needs, visits)
    trouble = troubles(world, needs, scene, chances, incidents)
    begun = chances.checkout < buying.checkout
    details = begun & ~trouble.refused & (chances.details < buying.details)
    paid = (chances.finish < buying.finish) & (~trouble.failed | trouble.otherwise | trouble.later)
    stopped = scene.online & (trouble.scared | (trouble.missing & ~trouble.elsewhere))
    moved = scene.online & ~trouble.scared & (trouble.elsewhere | (details & trouble.later))
    ordered_at = _when(world, needs, scene, chances, moved)
    delivery = deliver(world, ordered_at, chances, late_carrier="late_carrier" in incidents)
    passes = ~stopped & np.where(scene.online, details & paid, True) & (ordered_at < world.clocks.end)
    chance = _chance(world, people, needs, scene, trouble)
    cart = _in_turn(world, needs, scene, chances.cart, chance, passes, delivery)
    ordered = cart & passes
    reached = {
        "slow_weekend_replies": trouble.asked,
        "app_out_of_stock": cart & scene.online & ~trouble.scared,
        "campaign_coupon": cart & scene.online & ~stopped & begun,
        "mobile_card_payments": cart & scene.online & ~stopped & details & ~trouble.elsewhere,
    }
    hit = {name: reached[name] & exposed for name, exposed in trouble.exposed.items()}
    hit["late_carrier"] = (
        ordered & delivery.by_incident & delivery.late & (needs.place != RESEARCH) & (needs.place != TILL)
    )
    return Outcome(scene, trouble, cart, begun, details, paid, moved, ordered, ordered_at, delivery, hit)


def _when(world: World, needs: Needs, scene: Scene, chances: Chances, moved: Bool) -> I64:
    """The instant (ms) at which each need would be ordered."""
    store = np.where(needs.place == RESEARCH, scene.at + 2 * HOUR_MS, needs.begins)
    some = 0.1 + waiting(chances.wait, 5.0)
    later = scene.at + ((0.4 + waiting(chances.wait, 9.0)) * HOUR_MS).astype(np.int64)
    in_store = world.clocks.store.later(store, np.where(needs.place == TILL, 0.1 + some / 10, some))
    by_phone = world.clocks.care.later(needs.begins, some / 20)
    at = np.where(moved, later, scene.at)
    for place, instant in ((RESEARCH, in_store), (TILL, in_store), (PHONE, by_phone), (MARKETPLACE, needs.begins)):
        at = np.where(needs.place == place, instant, at)
    return at


def _chance(world: World, people: People, needs: Needs, scene: Scene, trouble: Troubles) -> F64:
    """The chance that each need wants to buy, before what was lived through earlier changes it."""
    buying, facts = world.parameters.buying, world.parameters.trouble
    lift = np.array([slot.lift for slot in world.parameters.devices.slots])[scene.slot]
    online = buying.cart * people.interest[needs.customer] * lift * np.where(trouble.asked, facts.ask_lift, 1.0)
    return np.where(needs.place == ONLINE, online, np.where(needs.place == RESEARCH, buying.store, 1.0))


def _in_turn(world: World, needs: Needs, scene: Scene, u: F64, chance: F64, passes: Bool, delivery: Deliveries) -> Bool:
    """Who wants to buy, need after need: an order makes the next more likely, a late delivery less."""
    buying, sour = world.parameters.buying, world.parameters.trouble.sour
    visited = np.isin(needs.place, (ONLINE, RESEARCH))
    possible = ~visited | (needs.last >= 0)
    late = (needs.place == ONLINE) & delivery.late
    regular = np.zeros(world.customers, bool)
    sour_from = np.full(world.customers, NEVER)
    cart = np.zeros(len(needs), bool)
    by_turn = np.argsort(needs.turn, kind="stable")
    for rows in np.split(by_turn, np.cumsum(np.bincount(needs.turn))[:-1]):
        who = needs.customer[rows]
        lift = np.where(regular[who], buying.regular, 1.0) * np.where(scene.at[rows] > sour_from[who], sour, 1.0)
        wanted = np.where(visited[rows], np.minimum(chance[rows] * lift, buying.cart_most), 1.0)
        cart[rows] = possible[rows] & (u[rows] < wanted)
        ordered = cart[rows] & passes[rows]
        regular[who] |= ordered
        sour_from[who] = np.minimum(sour_from[who], np.where(ordered & late[rows], delivery.promised[rows], NEVER))
    return cart
