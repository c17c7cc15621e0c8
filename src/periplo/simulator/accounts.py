"""Since when the shop knows a customer: accounts, and consent to each kind of message."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import I64, Bool, first_per_group
from periplo.simulator.decisions import Outcome
from periplo.simulator.people import ALWAYS, APP, DEVICES, NEVER, People
from periplo.simulator.visits import ONLINE, Needs
from periplo.simulator.walks import LOOK, Walks
from periplo.simulator.world import World


@dataclass(frozen=True)
class Accounts:
    """Instants in ms, ``NEVER`` where it does not happen.

    ``since``: when each customer's account was made. ``makes``: the needs whose order makes one. ``consent``: by
    channel, since when messages may come. ``signs``: the visits that leave an address for the newsletter.
    ``logged``: the visits that are logged in from their beginning.
    """

    since: I64
    makes: Bool
    consent: dict[str, I64]
    signs: Bool
    logged: Bool


def open_accounts(world: World, people: People, needs: Needs, outcome: Outcome, walks: Walks) -> Accounts:
    rng, n, visits = world.random("accounts"), world.customers, walks.visits
    bought = outcome.ordered & (needs.place == ONLINE)
    wants = bought & ~people.known_before[needs.customer] & (rng.random(len(needs)) < world.parameters.buying.account)
    made = first_per_group(needs.customer[wants], outcome.ordered_at[wants], n, NEVER)
    since = np.where(people.known_before, ALWAYS, made)
    first_order = first_per_group(needs.customer[bought], outcome.ordered_at[bought], n, NEVER)
    staying = (walks.depth >= LOOK) & (visits.slot <= APP)
    first_stay = first_per_group(visits.customer[staying], visits.at[staying], n, NEVER)
    in_app = visits.slot == APP
    first_app = first_per_group(visits.customer[in_app], visits.at[in_app], n, NEVER)
    begin = {"email": first_stay, "push": first_app, "sms": first_order, "whatsapp": first_order}
    consent = {channel: _consent(people, channel, instant) for channel, instant in begin.items()}
    signs = staying & (visits.at == consent["email"][visits.customer])
    login = np.array([world.parameters.buying.login[name] for name in DEVICES])
    logged = (visits.at > since[visits.customer]) & (rng.random(len(walks)) < login[visits.slot])
    return Accounts(since, wants & (outcome.ordered_at == made[needs.customer]), consent, signs, logged)


def _consent(people: People, channel: str, instant: I64) -> I64:
    """From before for those known before (push: from the first visit of the app), else from ``instant`` on."""
    known = people.known_before & (channel != "push")
    return np.where(people.wants[channel], np.where(known, ALWAYS, instant), NEVER)
