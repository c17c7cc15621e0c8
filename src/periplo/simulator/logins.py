"""Who is known in a visit: accounts that sign in, guests who leave an address, accounts that are made."""

from __future__ import annotations

import numpy as np

from periplo.simulator.arrays import F64, Bool
from periplo.simulator.counter import Counter
from periplo.simulator.kinds import Kind
from periplo.simulator.people import NEVER
from periplo.simulator.script import DONE, LATE_LOGIN, LOGIN, NEVER_LOGGED, PAYMENT_AT
from periplo.simulator.texts import inside
from periplo.simulator.walks import ORDER, PAYMENT

SHOWN = 0.4
"""Of visits that are logged in: sign in anew; the others still are, and only carry the user id."""


def log_in(counter: Counter) -> F64:
    """Who signs in, where guests leave their address, who makes an account; from which place each visit is known."""
    visits, depth, accounts = counter.walks.visits, counter.walks.depth, counter.accounts
    since = accounts.since[counter.customer]
    makes = (depth == ORDER) & accounts.makes[counter.need]
    has_account: Bool = (since < visits.at) & (since != NEVER) & ~makes
    login_from: F64 = np.where(accounts.logged & has_account, 0.0, NEVER_LOGGED)
    anew = counter.world.random("logins").random(len(depth)) < SHOWN
    _sign_in(counter, accounts.logged & has_account & anew, LOGIN, login_from)
    _sign_in(counter, ~accounts.logged & has_account & (depth >= PAYMENT), LATE_LOGIN, login_from)
    guests = np.flatnonzero((depth >= PAYMENT) & ~has_account)
    counter.identify(guests, PAYMENT_AT - 9, counter.identities.guest)
    made = np.flatnonzero(makes)
    login_from[made] = DONE + 2
    counter.identify(made, DONE + 2, counter.identities.account)
    counter.step(
        made, DONE + 3, Kind.SIGNED_UP, "account", body=counter.world.texts.one(inside({"method": "checkout"}))
    )
    return login_from


def _sign_in(counter: Counter, happens: Bool, place: float, login_from: F64) -> None:
    visits = np.flatnonzero(happens)
    login_from[visits] = place
    counter.identify(visits, place, counter.identities.account)
    counter.step(
        visits, place + 1, Kind.SIGNED_IN, "account", body=counter.world.texts.one(inside({"method": "password"}))
    )
