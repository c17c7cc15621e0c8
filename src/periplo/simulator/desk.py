"""The shop's own systems: till, order system, help desk, mail service. Each names customers by what it knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import I64, Whole
from periplo.simulator.identities import Identities
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders
from periplo.simulator.plan import Plan
from periplo.simulator.surroundings import Surroundings
from periplo.simulator.world import World

BATCH_MS = 20_000.0
"""Systems send in batches: mean delay until their messages are received."""


@dataclass
class Desk:
    """Plans messages of systems; only what happens inside the window is planned."""

    world: World
    identities: Identities
    surroundings: Surroundings
    plan: Plan

    def __post_init__(self) -> None:
        self.rng = self.world.random("desk")

    def tell(
        self,
        kind: Kind,
        system: str | Whole,
        at: I64,
        customer: I64,
        *,
        more: I64,
        user: Whole = 0,
        device: Whole = -1,
        body: Whole = 0,
        extra: Whole = 0,
    ) -> None:
        """One message per instant. ``system`` is a name, or the texts of contexts; a device below 0 is unknown."""
        context = self.surroundings.systems[system] if isinstance(system, str) else system
        rows = np.flatnonzero(at < self.world.clocks.end)
        unnamed = np.where(np.asarray(user) > 0, 0, self.identities.nobody)

        def of_rows(values: Whole) -> I64:
            return np.broadcast_to(np.asarray(values, np.int64), (len(at),))[rows]

        self.plan.add(
            int(kind),
            at[rows],
            customer[rows],
            context=of_rows(context),
            device=of_rows(np.where(np.asarray(device) < 0, unnamed, device)),
            user=of_rows(user),
            more=of_rows(more),
            body=of_rows(body),
            extra=of_rows(extra),
            delay=(self.rng.exponential(BATCH_MS, len(rows)) + 400).astype(np.int64),
        )

    def tell_of(
        self, kind: Kind, system: str, orders: Orders, rows: I64, at: I64, *, body: Whole, extra: Whole = 0
    ) -> None:
        """One message about each of the orders in ``rows``, by whoever the shop knows as its customer."""
        self.tell(
            kind,
            system,
            at,
            orders.customer[rows],
            more=orders.more[rows],
            user=orders.user[rows],
            body=body,
            extra=extra,
        )
