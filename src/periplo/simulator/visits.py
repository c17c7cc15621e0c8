"""Needs and the visits they bring: when, on which device, and how each visit begins."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from periplo.simulator.arrays import F64, I64, Bool, choose, choose_by_row, place_within, sum_within
from periplo.simulator.people import DESKTOP, TABLET, People
from periplo.simulator.world import World

ONLINE, RESEARCH, TILL, MARKETPLACE, PHONE = range(5)
"""Where a need ends, if it ends with an order: on the site, in the store after research on the site, at the till
without any visit, at a marketplace, by telephone."""

DIRECT, SEARCH, ADS, SOCIAL, REFERRAL, EMAIL, PUSH, SMS, WHATSAPP = range(9)
ENTRY_NAMES = ("direct", "search", "ads", "social", "referral", "email", "push", "sms", "whatsapp")

BASKET = 4
"""The most different products in one basket."""

NONE = -1


@dataclass(frozen=True)
class Needs:
    """Wishes that may become orders, sorted by customer and time; ``last`` is the visit that decides, or -1."""

    customer: I64
    turn: I64  # 0 for the customer's first need, 1 for the second, ...
    begins: I64  # ms
    place: I64
    category: I64
    basket: I64  # [need, BASKET] product, -1 for an empty line
    pieces: I64  # [need, BASKET]
    last: I64

    def __len__(self) -> int:
        return len(self.customer)


@dataclass
class Visits:
    """Visits to site or app, sorted by customer, need and time. ``entry`` changes where a message brings the visit."""

    customer: I64
    need: I64
    at: I64
    slot: I64
    entry: I64
    campaign: I64  # that the entry carries, or -1

    def __len__(self) -> int:
        return len(self.customer)

    def followed_by(self, others: Visits) -> Visits:
        columns = (np.concatenate([getattr(self, f.name), getattr(others, f.name)]) for f in fields(Visits))
        return Visits(*columns)


def draw_needs(world: World, people: People) -> tuple[Needs, Visits]:
    """All needs that begin within the window, and those of their visits that do."""
    facts, rng = world.parameters.needs, world.random("needs")
    beyond = facts.per_120_days * world.days / 120
    counts = 1 + rng.negative_binomial(facts.spread, facts.spread / (facts.spread + beyond), world.customers)
    customer = np.repeat(np.arange(world.customers), counts)
    busy = rng.random(len(customer)) * world.days
    busy = busy[np.lexsort((busy, customer))]
    place = _places(world, people.near[customer], rng)
    visits, last = _draw_visits(world, people, customer, busy, place)
    category = choose(rng.random(len(customer)), [c.weight for c in world.words.categories])
    basket, pieces = _baskets(world, category, rng)
    begins = world.clocks.visits.at(busy)
    return Needs(customer, place_within(counts), begins, place, category, basket, pieces, last), visits


def _places(world: World, near: I64, rng: np.random.Generator) -> I64:
    facts = world.parameters.needs
    by_store = (near >= 0)[:, None] * np.array([facts.store_share, facts.store_only])
    elsewhere = np.broadcast_to([facts.marketplace, facts.phone], (len(near), 2))
    online = 1 - by_store.sum(axis=1, keepdims=True) - elsewhere.sum(axis=1, keepdims=True)
    return choose_by_row(rng.random(len(near)), np.column_stack([online, by_store, elsewhere]))


def _draw_visits(world: World, people: People, customer: I64, busy: F64, place: I64) -> tuple[Visits, I64]:
    """The visits of every need, and for each need its last one (-1 where that lies behind the window)."""
    facts, rng = world.parameters.needs, world.random("visits")
    shape = facts.visits_shape
    further = rng.negative_binomial(shape, shape / (shape + facts.visits), len(busy))
    counts = np.where((place == ONLINE) | (place == RESEARCH), 1 + further, 0)
    need = np.repeat(np.arange(len(busy)), counts)
    turn = place_within(counts)
    gaps = np.where(turn == 0, 0.0, rng.exponential(facts.gap_days, len(need)))
    at = world.clocks.visits.at(np.minimum(busy[need] + sum_within(gaps, counts), world.days + 1.0))
    who = customer[need]
    slot = choose_by_row(rng.random(len(need)), people.weights[who])
    entry = _entries(world, slot, turn == 0, rng)
    campaign = _campaigns(world, at, entry, rng)
    final = turn == counts[need] - 1
    inside = at < world.clocks.end
    number = np.cumsum(inside) - 1
    last = np.full(len(busy), NONE, dtype=np.int64)
    last[need[final & inside]] = number[final & inside]
    kept = np.flatnonzero(inside)
    return Visits(who[kept], need[kept], at[kept], slot[kept], entry[kept], campaign[kept]), last


def _entries(world: World, slot: I64, first: Bool, rng: np.random.Generator) -> I64:
    facts, u = world.parameters.entries, rng.random(len(slot))
    names = ENTRY_NAMES[: REFERRAL + 1]
    on_web = np.where(
        first, choose(u, [facts.first[name] for name in names]), choose(u, [facts.later[name] for name in names])
    )
    return np.where((slot <= DESKTOP) | (slot == TABLET), on_web, DIRECT)


def _campaigns(world: World, at: I64, entry: I64, rng: np.random.Generator) -> I64:
    carries = ((entry == ADS) | (entry == SOCIAL)) & (rng.random(len(at)) < world.parameters.entries.campaign)
    return np.where(carries, running_campaign(world, at), NONE)


def running_campaign(world: World, at: I64) -> I64:
    """The campaign that runs at each instant, or -1."""
    running = np.full(len(at), NONE, dtype=np.int64)
    for number, campaign in enumerate(world.parameters.campaigns):
        first, last = world.clocks.days(campaign.first, campaign.last)
        running[(first <= at) & (at < last)] = number
    return running


def _baskets(world: World, category: I64, rng: np.random.Generator) -> tuple[I64, I64]:
    """What each need would put into the cart: products and pieces."""
    lines = 1 + choose(rng.random(len(category)), world.parameters.buying.items)
    exponent = world.parameters.browsing.popularity
    columns = [world.catalogue.draw(category, rng.random(len(category)), exponent) for _ in range(BASKET)]
    basket = np.column_stack(columns)
    for line in range(1, BASKET):
        again = (basket[:, :line] == basket[:, line : line + 1]).any(axis=1)
        basket[(lines <= line) | again, line] = NONE
    several = rng.random(basket.shape) < world.parameters.buying.several
    return basket, np.where(several, rng.integers(2, 5, basket.shape), 1)
