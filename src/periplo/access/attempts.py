"""Sign-ins that failed: each makes the next one from there wait longer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, update

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
    # Only who has the password comes so far: wherever they try from, they wait.
    "code": Limit(10, 900),
}
_FORGOTTEN_US = DAY_US
_HOLD = text("""
    INSERT INTO attempt VALUES (:what, 0, :now, 0) ON CONFLICT (what) DO UPDATE SET failures = attempt.failures
""")
"""Makes a place where there is none; nobody else counts there until the transaction ends."""


def begin(workspace: Workspace, account: str, address: str, *, code: bool = False) -> None:
    """Counts an attempt as failed before it is looked at, so that many at once gain nothing.
    ``code``: one of a second factor is tried.

    Raises ``TooManyTries`` where it comes too early; then it does not count.
    """
    now, places = workspace.now_us(), _places(account, address)
    if not code:
        del places["code"]
    _forget(workspace, now)
    _set_back(workspace, places.values(), now)
    with workspace.database.writing() as connection:
        for what in places.values():
            connection.execute(_HOLD, {"what": what, "now": now})
        rows = connection.execute(select(attempt).where(attempt.c.what.in_(places.values()))).all()
        known = {row.what: row for row in rows}
        until = max(row.until_us for row in rows)
        if until > now:
            raise TooManyTries(-(-(until - now) // 1_000_000))
        for kind, what in places.items():
            _count(connection, LIMITS[kind], what, known[what].failures + 1, now)


def succeeded(connection: Connection, account: str, address: str) -> None:
    """Forgets the failures of the account from there; those of the address stay, but for this one."""
    back = {"failures": attempt.c.failures - 1, "until_us": 0}
    for kind, what in _places(account, address).items():
        changed = update(attempt).values(**back) if kind == "address" else delete(attempt)
        connection.execute(changed.where(attempt.c.what == what))


def _forget(workspace: Workspace, now: int) -> None:
    old = attempt.c.last_us < now - _FORGOTTEN_US
    if _are_there(workspace, old):
        free = select(attempt.c.what).where(old).with_for_update(skip_locked=True)
        with workspace.database.writing() as connection:
            connection.execute(delete(attempt).where(attempt.c.what.in_(free)))


def _set_back(workspace: Workspace, places: Iterable[str], now: int) -> None:
    """Where the clock was set back since the last attempt, as long is waited from now on as was to be waited then."""
    ahead = attempt.c.last_us > now
    if _are_there(workspace, ahead & attempt.c.what.in_(places)):
        as_then = {"until_us": attempt.c.until_us - attempt.c.last_us + now, "last_us": now}
        with workspace.database.writing() as connection:
            for what in places:
                connection.execute(update(attempt).where(attempt.c.what == what, ahead).values(**as_then))


def _are_there(workspace: Workspace, which: ColumnElement[bool]) -> bool:
    with workspace.database.reading() as connection:
        return bool(connection.scalar(select(func.count()).select_from(attempt).where(which)))


def network(address: str) -> str:
    """The address as limits see it: of IPv6 the network of a customer, who has all addresses in it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _places(account: str, address: str) -> dict[str, str]:
    """Where is counted, by kind, in the order in which all take them one by one: no two wait for each other."""
    where = network(address)
    found = {
        "account from address": f"{account} {where}",
        "address": f"address {where}",
        "account": f"account {account}",
        "code": f"code {account}",
    }
    return dict(sorted(found.items(), key=itemgetter(1)))


def _count(connection: Connection, limit: Limit, what: str, failures: int, now: int) -> None:
    over = failures - limit.free
    until = now + min(2 ** min(over, 30), limit.most_s) * 1_000_000 if over >= 0 else 0
    values = {"failures": failures, "last_us": now, "until_us": until}
    connection.execute(update(attempt).where(attempt.c.what == what).values(**values))
