"""The script of all visits: what happens in which order, before each step gets its time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from periplo.simulator.arrays import F64, HOUR_MS, I64, Bool, Whole, counts_of, starts_of, sum_within
from periplo.simulator.identities import Identities
from periplo.simulator.people import APP, DESKTOP, MOBILE, People
from periplo.simulator.plan import Plan
from periplo.simulator.surroundings import Surroundings
from periplo.simulator.visits import Visits
from periplo.simulator.world import World

LANDING, LOGIN, STEPS, STOCK, BASKET_LINES, FORM, CART_SEEN, LATE_LOGIN, CHECKOUT_AT, COUPON_AT, PAYMENT_AT, DONE = (
    0.0,
    2.0,
    10.0,
    400.0,
    410.0,
    500.0,
    600.0,
    610.0,
    620.0,
    630.0,
    650.0,
    700.0,
)
"""Places in the order of a visit. Steps of browsing take 10, 11, 12, …"""

NEVER_LOGGED = 1e9


COLUMNS: dict[str, type[np.generic]] = {
    "visit": np.int32,
    "place": np.float32,
    "kind": np.uint8,
    "more": np.int32,
    "body": np.int32,
    "extra": np.int32,
}


@dataclass
class Script:
    """Steps by column. ``more`` ends the context, ``body`` and ``extra`` are the properties (texts in the pool)."""

    parts: dict[str, list[NDArray[Any]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(
        self, visit: I64, place: float | F64, kind: Whole, *, more: Whole = 0, body: Whole = 0, extra: Whole = 0
    ) -> None:
        """One step of each of the visits; plain numbers hold for all of them."""
        given = {"visit": visit, "place": place, "kind": kind, "more": more, "body": body, "extra": extra}
        for name, values in given.items():
            self.parts[name].append(np.broadcast_to(np.asarray(values, COLUMNS[name]), (len(visit),)))

    def take(self, name: str) -> NDArray[Any]:
        """A whole column; it is given up here, so that it is not held twice."""
        return np.concatenate(self.parts.pop(name))


@dataclass(frozen=True)
class Played:
    """Steps in the order of visits and time, with their instants (ms)."""

    visit: I64
    kind: NDArray[np.uint8]
    at: I64


def play(
    world: World,
    people: People,
    identities: Identities,
    surroundings: Surroundings,
    visits: Visits,
    login_from: F64,
    script: Script,
    plan: Plan,
) -> Played:
    """Give each step its time and plan its message; ``login_from``: the place from which a visit is logged in."""
    rng, facts = world.random("script"), world.parameters.browsing
    visit, place = script.take("visit"), script.take("place")
    order = np.lexsort((place, visit))
    visit, place = visit[order], place[order]
    dwell = np.maximum(rng.lognormal(np.log(facts.dwell_seconds), facts.dwell_sigma, len(visit)), 1.0)
    counts = counts_of(visit, len(visits))
    dwell[starts_of(counts)[counts > 0]] = 0.0
    at = visits.at[visit] + (sum_within(dwell, counts) * 1000).astype(np.int64)
    kind = script.take("kind")[order]
    customer = visits.customer[visit]
    device = identities.device(people, visits.customer, visits.slot, visits.at)
    plan.add(
        kind,
        at,
        customer,
        context=surroundings.of_visits(people, visits)[visit],
        device=device[visit],
        user=np.where(place >= login_from[visit], identities.user + customer, 0),
        more=script.take("more")[order],
        body=script.take("body")[order],
        extra=script.take("extra")[order],
        naming=_naming(world, visits, rng)[visit],
        delay=(rng.exponential(700.0, len(visit)) + 150).astype(np.int64) + _offline(world, visits, rng)[visit],
        client=True,
    )
    return Played(visit, kind, at)


def _naming(world: World, visits: Visits, rng: np.random.Generator) -> I64:
    """GA4 names from some browsers, Ecommerce v1 names from some apps; always the same for one customer."""
    facts, u = world.parameters.people, rng.random(world.customers)[visits.customer]
    in_browser = (visits.slot == MOBILE) | (visits.slot == DESKTOP)
    return np.where(
        in_browser & (u < facts.naming_ga4), 1, np.where((visits.slot == APP) & (u > 1 - facts.naming_v1), 2, 0)
    )


def _offline(world: World, visits: Visits, rng: np.random.Generator) -> I64:
    """How much later the messages of a visit arrive because its telephone had no net."""
    offline: Bool = (visits.slot == APP) & (rng.random(len(visits)) < world.parameters.people.offline)
    return np.where(offline, HOUR_MS * rng.uniform(0.2, 20.0, len(visits)), 0).astype(np.int64)
