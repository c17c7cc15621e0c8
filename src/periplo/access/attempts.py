"""Sign-ins that failed: each makes the next one from there wait longer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, select, text, update

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


def begin(workspace: Workspace, account: str, address: str, *, code: bool = False) -> None:
    """Counts an attempt as failed before it is looked at, so that many at once gain nothing.
    ``code``: one of a second factor is tried.

    Raises ``TooManyTries`` where it comes too early; then it does not count.
    """
    now, places = workspace.now_us(), _places(account, address)
    if not code:
        del places["code"]
    _set_back(workspace, places.values(), now)
    with workspace.database.writing() as connection:
        connection.execute(delete(attempt).where(attempt.c.last_us < now - _FORGOTTEN_US))
        known = _locked(connection, places.values(), now)
        until = max(row.until_us for row in known.values())
        if until > now:
            raise TooManyTries(-(-(until - now) // 1_000_000))
        for kind, what in places.items():
            _count(connection, LIMITS[kind], what, known[what].failures + 1, now)


def succeeded(connection: Connection, account: str, address: str) -> None:
    """Forgets the failures of the account from there; those of the address stay, but for this one."""
    places = _places(account, address)
    its = places.pop("address")
    connection.execute(delete(attempt).where(attempt.c.what.in_(places.values())))
    back = {"failures": attempt.c.failures - 1, "until_us": 0}
    connection.execute(update(attempt).where(attempt.c.what == its).values(**back))


def _set_back(workspace: Workspace, places: Iterable[str], now: int) -> None:
    """Where the clock was set back since the last attempt, as long is waited from now on as was to be waited then."""
    ahead = attempt.c.what.in_(sorted(places)), attempt.c.last_us > now
    with workspace.database.reading() as connection:
        if not connection.scalar(select(func.count()).where(*ahead)):
            return
    as_then = {"until_us": attempt.c.until_us - attempt.c.last_us + now, "last_us": now}
    with workspace.database.writing() as connection:
        connection.execute(select(attempt.c.what).where(*ahead).order_by(attempt.c.what).with_for_update())
        connection.execute(update(attempt).where(*ahead).values(**as_then))


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
        "code": f"code {account}",
    }


def _locked(connection: Connection, places: Iterable[str], now: int) -> dict[str, Row[Any]]:
    """What is known of each place; until the transaction ends nobody else counts there."""
    wanted = sorted(places)
    new = [{"what": what, "now": now} for what in wanted]
    asked = select(attempt).where(attempt.c.what.in_(wanted)).order_by(attempt.c.what).with_for_update()
    found: dict[str, Row[Any]] = {}
    while len(found) < len(wanted):  # again where somebody's success took one away in between
        connection.execute(text("INSERT INTO attempt VALUES (:what, 0, :now, 0) ON CONFLICT DO NOTHING"), new)
        found = {row.what: row for row in connection.execute(asked)}
    return found


def _count(connection: Connection, limit: Limit, what: str, failures: int, now: int) -> None:
    over = failures - limit.free
    until = now + min(2 ** min(over, 30), limit.most_s) * 1_000_000 if over >= 0 else 0
    values = {"failures": failures, "last_us": now, "until_us": until}
    connection.execute(update(attempt).where(attempt.c.what == what).values(**values))
