"""Sessions: a browser that signed in. Its cookie carries a secret; here lies only the digest."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from periplo.access import audit, secret
from periplo.access.roles import Role, permissions
from periplo.access.tables import demand, factor, membership, person, session
from periplo.access.visitor import Owes, Visitor
from periplo.access.workspace import BELIEVED_US, DAY_US, MINUTE_US, By, Workspace, at
from periplo.errors import CannotWrite

IDLE_US, LIFE_US = DAY_US, 14 * DAY_US
"""A session ends so long after it was last used, and so long after it began."""
OWING_US = 10 * MINUTE_US
"""And so long after it began where the code of the second factor is still owed."""
_SEEN_EVERY_US = MINUTE_US


class Session(msgspec.Struct, frozen=True, kw_only=True):
    session_id: str
    began: datetime
    seen: datetime
    address: str
    browser: str


class Sessions:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def visitor(self, given: str) -> Visitor | None:
        """Who has this cookie; None for one that was never ours, has expired, or belongs to no member."""
        now = self._workspace.now_us()
        with self._workspace.database.reading() as connection:
            row = connection.execute(self._find(given, now)).first()
        if row is None or (_owes(row) == "code" and abs(now - row.began_us) > OWING_US):
            return None
        if abs(now - row.seen_us) > _SEEN_EVERY_US:
            # Who is signed in may look also while nothing can be written.
            with suppress(CannotWrite), self._workspace.database.writing() as connection:
                mine = session.c.session_id == row.session_id
                connection.execute(update(session).where(mine).values(seen_us=now))
        return _visitor(row, given)

    def of(self, user_id: str) -> list[Session]:
        """The live sessions of a person, the newest first."""
        live = select(session).where(session.c.user_id == user_id, *_live(self._workspace.now_us()))
        with self._workspace.database.reading() as connection:
            rows = connection.execute(live.order_by(session.c.seen_us.desc())).all()
        return [
            Session(
                session_id=row.session_id,
                began=at(row.began_us),
                seen=at(row.seen_us),
                address=row.address,
                browser=row.browser,
            )
            for row in rows
        ]

    def end(self, user_id: str, session_id: str, by: By, *, action: str = "session_revoked") -> None:
        """Ends one of a person's sessions; nothing happens where it is not theirs."""
        if not secret.is_name(session_id):
            return
        with self._workspace.database.writing() as connection:
            if end_one(connection, user_id, session_id):
                audit.write(connection, self._workspace, by, action)

    def end_all(self, user_id: str, by: By, whose: str = "") -> None:
        """Signs a person out everywhere; ``whose``: as the audit log names them, where somebody else does it."""
        with self._workspace.database.writing() as connection:
            end_all(connection, user_id)
            audit.write(connection, self._workspace, by, "sign_out_everywhere", whose)

    def _find(self, given: str, now: int) -> Any:
        return (
            select(session, person.c.email, person.c.name, membership.c.role)
            .add_columns(factor.c.user_id.label("factor"), demand.c.workspace.label("demanded"))
            .join(person, person.c.user_id == session.c.user_id)
            .join(membership, membership.c.user_id == session.c.user_id)
            .join(factor, factor.c.user_id == session.c.user_id, isouter=True)
            .join(demand, demand.c.workspace == membership.c.workspace, isouter=True)
            .where(membership.c.workspace == self._workspace.name)
            .where(session.c.digest == _digest(self._workspace, given), *_live(now))
        )


def begin(
    connection: Connection, workspace: Workspace, user_id: str, address: str, browser: str, *, whole: bool = False
) -> str:
    """A new session; answers its secret, for the cookie. ``whole``: a second factor, where there is one, was given.
    Clears away those that have expired.
    """
    now, made = workspace.now_us(), secret.make()
    connection.execute(
        delete(session).where((session.c.seen_us < now - IDLE_US) | (session.c.began_us < now - LIFE_US))
    )
    values = {"session_id": secret.name(), "digest": _digest(workspace, made), "user_id": user_id}
    seen = {"began_us": now, "seen_us": now, "factor_us": now if whole else None}
    connection.execute(insert(session).values(**values, **seen, address=address, browser=browser[:200]))
    return made


def end_one(connection: Connection, user_id: str, session_id: str) -> bool:
    """Ends one of a person's sessions; whether it was there."""
    mine = session.c.user_id == user_id, session.c.session_id == session_id
    return connection.execute(delete(session).where(*mine)).rowcount > 0


def _digest(workspace: Workspace, given: str) -> str:
    """What is kept of a session's secret: it opens nothing in another workspace, also to who is a member of both."""
    return secret.digest(f"{workspace.name} {given}")


def end_all(connection: Connection, user_id: str) -> None:
    connection.execute(delete(session).where(session.c.user_id == user_id))


def _live(now: int) -> tuple[ColumnElement[bool], ...]:
    return session.c.seen_us.between(now - IDLE_US, now + BELIEVED_US), session.c.began_us >= now - LIFE_US


def _owes(row: Row[Any]) -> Owes:
    if row.factor is not None:
        return "code" if row.factor_us is None else ""
    return "factor" if row.demanded is not None else ""


def _visitor(row: Row[Any], given: str) -> Visitor:
    role, owes = Role(row.role), _owes(row)
    return Visitor(
        kind="person",
        may=frozenset() if owes else permissions(role),
        key=f"person {row.user_id}",
        who=row.email,
        user_id=row.user_id,
        name=row.name,
        role=role,
        session_id=row.session_id,
        csrf=secret.derived(given, "form"),
        owes=owes,
    )
