"""The whole story of a shop, part after part, as a plan of messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from periplo.simulator.accounts import open_accounts
from periplo.simulator.after import Parcels, give_points, sell_elsewhere, send_parcels, take_back
from periplo.simulator.arrays import Bool
from periplo.simulator.browsing import arrive, browse
from periplo.simulator.chances import Chances
from periplo.simulator.checkout import check_out, fill_carts
from periplo.simulator.counter import Carts, Counter
from periplo.simulator.decisions import Outcome, decide
from periplo.simulator.desk import Desk
from periplo.simulator.identities import Identities, identities
from periplo.simulator.incidents import Cost, costs
from periplo.simulator.kinds import Kind
from periplo.simulator.listening import listen
from periplo.simulator.logins import log_in
from periplo.simulator.notices import notify
from periplo.simulator.orders import Orders, OrderTexts, take_orders, write_orders
from periplo.simulator.outreach import reach_out
from periplo.simulator.people import People, draw_people
from periplo.simulator.plan import Plan, Rows
from periplo.simulator.script import Played, Script, play
from periplo.simulator.support import Tickets, answer, tickets
from periplo.simulator.surroundings import Surroundings
from periplo.simulator.visits import Needs, Visits, draw_needs
from periplo.simulator.walks import Walks, walk
from periplo.simulator.world import World

SLOW = "slow_weekend_replies"


@dataclass(frozen=True)
class Story:
    """What truly happened, and the messages that tell a part of it."""

    identities: Identities
    needs: Needs
    walks: Walks
    outcome: Outcome
    orders: Orders
    parcels: Parcels
    costs: list[Cost]
    rows: Rows


def tell_story(world: World) -> Story:
    """Everything that happens in a world; draws from its seed only."""
    people = draw_people(world)
    known_by = identities(world, people)
    needs, visits = draw_needs(world, people)
    outcome, lost = _decide(world, people, needs, visits)
    walks = walk(world, needs, visits, outcome)
    accounts = open_accounts(world, people, needs, outcome, walks)
    surroundings, plan = Surroundings.of(world), Plan()
    desk = Desk(world, known_by, surroundings, plan)
    reach_out(world, people, accounts, walks.visits, desk)
    orders = take_orders(world, people, needs, outcome, accounts, known_by)
    texts = write_orders(world, people, needs, outcome, orders)
    carts, script = Carts.of(world, walks.cart), Script()
    counter = Counter(world, people, needs, outcome, walks, accounts, orders, texts, known_by, carts, script)
    orders = _play_visits(counter, surroundings, plan)
    parcels = _follow_orders(world, people, orders, texts, outcome, desk)
    asked = tickets(world, people, needs, walks.visits, outcome, orders, parcels, known_by)
    waits = _waits(world, asked)
    answer(world, people, orders, asked, waits, desk)
    lost = [cost.also(asked.customer[waits]) if cost.incident.name == SLOW else cost for cost in lost]
    return Story(known_by, needs, walks, outcome, orders, parcels, lost, plan.rows())


def _play_visits(counter: Counter, surroundings: Surroundings, plan: Plan) -> Orders:
    """All visits, step by step; the orders, at the minute at which a visit made them."""
    world, people, walks, script = counter.world, counter.people, counter.walks, counter.script
    arrive(world.texts, counter.identities, surroundings, walks, counter.accounts.signs, script)
    browse(world, people, counter.needs, walks, script)
    fill_carts(counter)
    check_out(counter)
    login_from = log_in(counter)
    played = play(world, people, counter.identities, surroundings, walks.visits, login_from, script, plan)
    return _at_the_minute(counter.orders, walks, played)


def _follow_orders(
    world: World, people: People, orders: Orders, texts: OrderTexts, outcome: Outcome, desk: Desk
) -> Parcels:
    """Orders that no visit makes, and whatever follows an order."""
    parcels = Parcels.of(orders, outcome.delivery)
    sell_elsewhere(people, orders, texts, desk)
    send_parcels(world, orders, parcels, texts, desk)
    give_points(world, people, orders, texts, desk)
    take_back(world, orders, parcels, texts, desk)
    notify(world, people, orders, parcels, texts, desk)
    listen(world, people, orders, parcels, texts, desk)
    return parcels


def _decide(world: World, people: People, needs: Needs, visits: Visits) -> tuple[Outcome, list[Cost]]:
    """What comes of the needs, and what each incident cost: the same chances decided without it."""
    chances = Chances.draw(world.random("chances"), len(needs))
    names = {incident.name for incident in world.planted()}
    actual = decide(world, people, needs, visits, chances, names)
    spared = {name: decide(world, people, needs, visits, chances, names - {name}) for name in names}
    return actual, costs(world.planted(), needs, actual, spared)


def _at_the_minute(orders: Orders, walks: Walks, played: Played) -> Orders:
    """Orders of visits happen some minutes after the visit begins."""
    done = np.flatnonzero(played.kind == Kind.ORDER_COMPLETED)
    row = np.full(int(orders.need.max(initial=-1)) + 1, -1)
    row[orders.need] = np.arange(len(orders))
    at = orders.at.copy()
    at[row[walks.visits.need[played.visit[done]]]] = played.at[done]
    return replace(orders, at=at)


def _waits(world: World, asked: Tickets) -> Bool:
    """The tickets opened at a weekend when nobody answers."""
    incident = world.parameters.incident(SLOW)
    open_now = asked.at < world.clocks.end
    return open_now & world.during(incident, asked.at) & world.clocks.weekend(asked.at)
