"""The shop's own systems: till, order system, help desk, mail service. What they send names customers by what they know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import I64
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
        system: str | I64,
        at: I64,
        customer: I64,
        *,
        more: I64,
        user: int | I64 = 0,
        device: int | I64 = -1,
        body: int | I64 = 0,
        extra: int | I64 = 0,
    ) -> None:
        """One message per instant. ``system`` is a name, or the texts of contexts; a device below 0 is unknown."""
        context = self.surroundings.systems[system] if isinstance(system, str) else system
        n = (len(at),)
        known = np.broadcast_to(np.asarray(device), n)
        columns = {"user": user, "more": more, "body": body, "extra": extra, "context": context}
        inside = np.flatnonzero(at < self.world.clocks.end)
        self.plan.add(
            int(kind),
            at[inside],
            customer[inside],
            device=np.where(known < 0, self.identities.nobody, known)[inside],
            delay=(self.rng.exponential(BATCH_MS, len(inside)) + 400).astype(np.int64),
            **{name: np.broadcast_to(np.asarray(values), n)[inside] for name, values in columns.items()},
        )

    def tell_of(
        self, kind: Kind, system: str, orders: Orders, rows: I64, at: I64, *, body: int | I64, extra: int | I64 = 0
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
