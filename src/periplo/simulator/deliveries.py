"""How parcels travel: when an order leaves, when it was promised, when it comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import DAY_MS, F64, I64, Bool, choose
from periplo.simulator.chances import Chances, waiting
from periplo.simulator.world import World


@dataclass(frozen=True)
class Deliveries:
    """One row per need, as if each were ordered; instants in ms."""

    carrier: I64
    shipped: I64
    promised: I64
    delivered: I64
    late: Bool
    by_incident: Bool  # handled by the late carrier while it delivers late


def deliver(world: World, ordered_at: I64, chances: Chances, *, late_carrier: bool) -> Deliveries:
    """The delivery of every need; ``late_carrier`` says whether that incident happens in this world."""
    after = world.parameters.after
    incident = world.parameters.incident("late_carrier")
    carrier = choose(chances.carrier, after.carriers.values())
    shipped = world.clocks.office.later(ordered_at, waiting(chances.ship, after.ship_hours) + 0.2)
    slow = (carrier == list(after.carriers).index("EnvioSur")) & world.during(incident, shipped)
    by_incident = slow & late_carrier
    late = chances.late < np.where(by_incident, incident.strength, after.late)
    promised = ordered_at + int(after.promise_days * DAY_MS)
    travel = after.transit_days * (0.4 + 1.2 * chances.transit)
    on_time = np.minimum(shipped + _ms(travel), promised)
    delay = 0.5 + waiting(chances.delay, after.late_days)
    delivered = np.where(late, np.maximum(promised, shipped) + _ms(delay), np.maximum(on_time, shipped + DAY_MS // 3))
    return Deliveries(carrier, shipped, promised, delivered, late, by_incident)


def _ms(days: F64) -> I64:
    return (days * DAY_MS).astype(np.int64)
