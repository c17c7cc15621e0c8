"""The true customers: what they have, how they lean, and every identifier by which they may be met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import F64, I64, Bool, choose_by_row, one_hot
from periplo.simulator.world import World

SLOTS = MOBILE, DESKTOP, APP, TABLET, KIOSK = range(5)
"""The devices a customer may use: a telephone and a computer with a browser, the app, a tablet shared at home, a kiosk
in the store that everybody shares."""

DEVICES = ("mobile", "desktop", "app", "tablet", "kiosk")

ALWAYS, NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
"""Instants before and behind everything."""


@dataclass(frozen=True)
class People:
    """One row per true customer. Instants in ms; ``household`` and ``near`` are -1 where there is none."""

    known_before: Bool
    locale: I64  # 0 Spanish, 1 English
    interest: F64  # lift of the chance to buy, mean about 1
    near: I64  # the store they live near
    household: I64  # the shared tablet
    card: Bool
    card_linked: Bool
    gives_phone: Bool
    second_email: Bool
    reset_at: I64  # when web cookies are lost
    weights: F64  # visits by device, [customer, slot]
    wants: dict[str, Bool]  # messages by channel
    open_lift: F64  # how readily they open messages


def draw_people(world: World) -> People:
    """All true customers of a world."""
    facts, n, rng = world.parameters.people, world.customers, world.random("people")
    near = np.where(rng.random(n) < facts.store, rng.integers(0, len(world.parameters.stores), n), -1)
    card = (near >= 0) & (rng.random(n) < facts.card)
    has_app = rng.random(n) < facts.app
    household = _households(n, facts.household, rng)
    known = rng.random(n) < facts.known_before
    start, end = world.clocks.start, world.clocks.end
    return People(
        known_before=known,
        locale=(rng.random(n) < facts.foreign).astype(np.int64),
        interest=rng.gamma(facts.interest_shape, 1 / facts.interest_shape, n),
        near=near,
        household=household,
        card=card,
        card_linked=card & (rng.random(n) < facts.card_linked),
        gives_phone=rng.random(n) < facts.phone,
        second_email=rng.random(n) < facts.second_email,
        reset_at=np.where(rng.random(n) < facts.cookie_reset, rng.integers(start, end, n), NEVER),
        weights=_device_weights(world, has_app, household >= 0, near >= 0, rng),
        wants={
            "email": rng.random(n) < facts.mail,
            "sms": rng.random(n) < facts.sms,
            "push": has_app & (rng.random(n) < facts.push),
            "whatsapp": rng.random(n) < facts.whatsapp,
        },
        open_lift=rng.gamma(2.0, 0.5, n),
    )


def _households(n: int, share: float, rng: np.random.Generator) -> I64:
    """Pairs of customers, numbered, that share a tablet."""
    pairs = int(n * share / 2)
    members = rng.permutation(n)[: 2 * pairs]
    household = np.full(n, -1, dtype=np.int64)
    household[members] = np.arange(2 * pairs) // 2
    return household


def _device_weights(world: World, app: Bool, tablet: Bool, kiosk: Bool, rng: np.random.Generator) -> F64:
    devices = world.parameters.devices
    has = np.column_stack([np.ones(len(app), bool), np.ones(len(app), bool), app, tablet, kiosk])
    weights = has * np.array([slot.visits for slot in devices.slots])
    weights /= weights.sum(axis=1, keepdims=True)
    main = choose_by_row(rng.random(len(app)), weights[:, : APP + 1])
    mixed: F64 = devices.main * one_hot(main, len(SLOTS)) + (1 - devices.main) * weights
    return mixed
