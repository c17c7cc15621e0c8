"""Sign-ins that failed: each makes the next one from there wait longer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from periplo.access.tables import attempt
from periplo.access.workspace import DAY_US, Workspace
from periplo.errors import TooManyTries


class Limit(NamedTuple):
    """``free`` failures cost nothing; then 1 s, 2 s, 4 s … up to ``most_s``."""

    free: int
    most_s: int


LIMITS: Mapping[str, Limit] = {
    "account from address": Limit(5, 900),
    "address": Limit(20, 900),
    # From elsewhere nobody can lock a person out for long.
    "account": Limit(50, 30),
}
_FORGOTTEN_US = DAY_US


def begin(workspace: Workspace, account: str, address: str) -> None:
    """Counts an attempt as failed before it is looked at, so that many at once gain nothing.

    Raises ``TooManyTries`` where it comes too early; then it does not count.
    """
    now = workspace.now_us()
    with workspace.database.writing() as connection:
        connection.execute(delete(attempt).where(attempt.c.last_us < now - _FORGOTTEN_US))
        places = _places(account, address)
        _check(connection, places.values(), now)
        for kind, what in places.items():
            _count(connection, LIMITS[kind], what, now)


def succeeded(connection: Connection, account: str, address: str) -> None:
    """Forgets the failures of the account from there; those of the address stay, but for this one."""
    places = _places(account, address)
    connection.execute(delete(attempt).where(attempt.c.what.in_([places["account"], places["account from address"]])))
    back = {"failures": attempt.c.failures - 1, "until_us": 0}
    connection.execute(update(attempt).where(attempt.c.what == places["address"]).values(**back))


def network(address: str) -> str:
    """The address as limits see it: of IPv6 the network of a customer, who has all addresses in it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _places(account: str, address: str) -> dict[str, str]:
    where = network(address)
    return {
        "account from address": f"{account} {where}",
        "address": f"address {where}",
        "account": f"account {account}",
    }


def _check(connection: Connection, places: Iterable[str], now: int) -> None:
    waits = connection.scalars(select(attempt.c.until_us).where(attempt.c.what.in_(places))).all()
    until = max(waits, default=0)
    if until > now:
        raise TooManyTries(-(-(until - now) // 1_000_000))


def _count(connection: Connection, limit: Limit, what: str, now: int) -> None:
    known = connection.scalar(select(attempt.c.failures).where(attempt.c.what == what))
    failures = (known or 0) + 1
    over = failures - limit.free
    until = now + min(2 ** min(over, 30), limit.most_s) * 1_000_000 if over >= 0 else 0
    values = {"failures": failures, "last_us": now, "until_us": until}
    if known is None:
        connection.execute(insert(attempt).values(what=what, **values))
    else:
        connection.execute(update(attempt).where(attempt.c.what == what).values(**values))
