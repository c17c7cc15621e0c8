"""How far each visit goes, once it is known what comes of its need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import I64, Bool
from periplo.simulator.decisions import Outcome
from periplo.simulator.people import DESKTOP, MOBILE
from periplo.simulator.visits import DIRECT, NONE, Needs, Visits
from periplo.simulator.world import World

DEPTHS = BOUNCE, LOOK, PRODUCT, CART, CHECKOUT, PAYMENT, ORDER = range(7)


@dataclass(frozen=True)
class Walks:
    """Visits with the depth that each reaches; those added behind ``first_return`` go on on another device.

    ``decides``: the visit in which its need met its troubles. ``cart`` numbers the cart it fills, -1 for none.
    """

    visits: Visits
    depth: I64
    decides: Bool
    returns: Bool
    cart: I64

    def __len__(self) -> int:
        return len(self.depth)


def walk(world: World, needs: Needs, visits: Visits, outcome: Outcome) -> Walks:
    """The depth of every visit, and the visits in which a customer goes on elsewhere."""
    depth = _idle_depth(world, visits)
    online = np.flatnonzero(outcome.scene.online)
    deciding = needs.last[online]
    decides = np.zeros(len(visits), bool)
    decides[deciding] = True
    depth[deciding] = _deciding_depth(outcome, depth[deciding], online)
    again = online[(outcome.moved & outcome.cart & (outcome.ordered_at < world.clocks.end))[online]]
    origin = needs.last[again]
    returns = Visits(
        customer=needs.customer[again],
        need=again,
        at=outcome.ordered_at[again],
        slot=np.where(outcome.trouble.elsewhere[again], MOBILE, DESKTOP),
        entry=np.full(len(again), DIRECT),
        campaign=np.full(len(again), NONE),
    )
    depth = np.concatenate([depth, _last_depth(outcome)[again]])
    cart = np.where(depth >= CART, np.arange(len(depth)), NONE)
    cart[len(visits) :] = origin
    return Walks(
        visits=visits.followed_by(returns),
        depth=depth,
        decides=np.concatenate([decides, np.zeros(len(again), bool)]),
        returns=np.arange(len(depth)) >= len(visits),
        cart=cart,
    )


def _idle_depth(world: World, visits: Visits) -> I64:
    """How far a visit goes that decides nothing."""
    rng, facts = world.random("walks"), world.parameters.browsing
    bounce = np.array([slot.bounce for slot in world.parameters.devices.slots])[visits.slot]
    further = np.where(rng.random(len(visits)) < facts.product_visit, PRODUCT, LOOK)
    early = rng.random(len(visits)) < world.parameters.buying.early_cart
    return np.where(early, CART, np.where(rng.random(len(visits)) < bounce, BOUNCE, further)).astype(np.int64)


def _last_depth(outcome: Outcome) -> I64:
    """How far each need would go that fills a cart."""
    depth = np.where(outcome.begun, CHECKOUT, CART)
    depth = np.where(outcome.details, PAYMENT, depth)
    return np.where(outcome.ordered, ORDER, depth).astype(np.int64)


def _deciding_depth(outcome: Outcome, idle: I64, needs: I64) -> I64:
    trouble = outcome.trouble
    depth = np.where(trouble.later[needs] & outcome.details[needs], PAYMENT, _last_depth(outcome)[needs])
    depth = np.where(trouble.missing[needs], PRODUCT, depth)
    without = np.where(trouble.asked[needs], PRODUCT, np.minimum(idle, PRODUCT))
    return np.where(outcome.cart[needs] & ~trouble.scared[needs], depth, without)
