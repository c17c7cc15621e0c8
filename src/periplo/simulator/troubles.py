"""What would go wrong on the way to each order: always a little, and more while an incident happens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import F64, I64, Bool, choose
from periplo.simulator.chances import Chances
from periplo.simulator.people import APP, MOBILE
from periplo.simulator.visits import NONE, ONLINE, Needs, Visits
from periplo.simulator.world import World


@dataclass(frozen=True)
class Scene:
    """The visit that decides each need: device, instant (ms), campaign; meaningless where a need has no visit."""

    online: Bool
    slot: I64
    at: I64
    campaign: I64

    @classmethod
    def of(cls, needs: Needs, visits: Visits) -> Scene:
        online = (needs.place == ONLINE) & (needs.last >= 0)
        if not len(visits):
            return cls(online, np.zeros(len(needs), np.int64), needs.begins, np.full(len(needs), NONE))
        return cls(
            online=online,
            slot=visits.slot[needs.last],
            at=np.where(needs.last >= 0, visits.at[needs.last], needs.begins),
            campaign=visits.campaign[needs.last],
        )


@dataclass(frozen=True)
class Troubles:
    """Per need, each as if the customer came so far; ``exposed`` tells by incident whom it then hits.

    ``asked`` a question before buying, ``scared`` away by a slow reply, ``missing`` in stock, ``denied`` a coupon and
    ``refused`` to buy without it, ``failed`` to pay with ``method`` and ``otherwise`` paid another way at once, or
    ``later`` on a desktop; ``elsewhere``: what the app lacks is bought on the web.
    """

    asked: Bool
    scared: Bool
    missing: Bool
    elsewhere: Bool
    coupon: I64
    denied: Bool
    refused: Bool
    method: I64
    failed: Bool
    otherwise: Bool
    later: Bool
    exposed: dict[str, Bool]


def troubles(world: World, needs: Needs, scene: Scene, chances: Chances, incidents: Collection[str]) -> Troubles:
    """What would go wrong in a world with the named incidents."""
    facts, buying = world.parameters.trouble, world.parameters.buying
    asked = scene.online & (chances.ask < facts.ask)
    coupon = np.where(chances.coupon < buying.coupon, scene.campaign, NONE)
    method = choose(chances.method, buying.methods.values())
    card = method == list(buying.methods).index("card")
    meets = {
        "slow_weekend_replies": asked & world.clocks.weekend(scene.at),
        "app_out_of_stock": (scene.slot == APP) & (needs.category == world.category("riego")),
        "campaign_coupon": coupon == world.campaign("dia-de-la-madre"),
        "mobile_card_payments": card & (scene.slot == MOBILE),
    }
    strength = {name: _strength(world, name, met, scene, incidents) for name, met in meets.items()}
    slow = chances.stay < strength["slow_weekend_replies"]
    missing = chances.stock < np.maximum(strength["app_out_of_stock"], facts.stock)
    denied = (coupon >= 0) & (chances.deny < np.maximum(strength["campaign_coupon"], facts.deny))
    failed = card & (chances.fail < np.maximum(strength["mobile_card_payments"], facts.fail))
    hit = {"slow_weekend_replies": slow, "app_out_of_stock": missing, "campaign_coupon": denied}
    hit["mobile_card_payments"] = failed
    return Troubles(
        asked=asked,
        scared=slow & (chances.stay >= facts.slow_stay),
        missing=missing,
        elsewhere=missing & (scene.slot == APP) & (chances.elsewhere < facts.elsewhere),
        coupon=coupon,
        denied=denied,
        refused=denied & (chances.accept >= facts.accept_denial),
        method=method,
        failed=failed,
        otherwise=failed & (chances.otherwise < facts.pay_otherwise / 2),
        later=failed & (facts.pay_otherwise / 2 <= chances.otherwise) & (chances.otherwise < facts.pay_otherwise),
        exposed={name: happened & (strength[name] > 0) for name, happened in hit.items()},
    )


def _strength(world: World, name: str, met: Bool, scene: Scene, incidents: Collection[str]) -> F64:
    """The chance that an incident hits, 0 for who does not meet it."""
    incident = world.parameters.incident(name)
    active = met & world.during(incident, scene.at) if name in incidents else np.zeros(len(met), bool)
    return np.where(active, incident.strength, 0.0)
