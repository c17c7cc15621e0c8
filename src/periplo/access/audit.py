"""The audit log: who did what, when, from where, and whether it was done or refused. It only grows."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, insert, select

from periplo.access.tables import audit
from periplo.access.workspace import By, Workspace, at

DONE, REFUSED = "done", "refused"

ACTIONS = {
    "sign_in": "Signed in",
    "password_given": "Gave the password, not yet the code",
    "recovery_code_used": "Used a recovery code",
    "second_factor_on": "Turned the second factor on",
    "second_factor_off": "Turned the second factor off",
    "recovery_codes_made": "Made new recovery codes",
    "second_factor_reset": "Reset a second factor",
    "second_factor_demanded": "Asked everybody for a second factor",
    "second_factor_optional": "Left the second factor to each person",
    "sign_out": "Signed out",
    "sign_out_everywhere": "Signed out everywhere",
    "session_revoked": "Ended a session",
    "password_changed": "Changed the password",
    "password_reset": "Set a new password by link",
    "owner_link": "Made the link for the first owner",
    "invited": "Invited",
    "invitation_withdrawn": "Withdrew an invitation",
    "joined": "Joined",
    "reset_link": "Made a link for a new password",
    "role_changed": "Changed a role",
    "removed": "Removed",
    "token_made": "Made a token",
    "token_revoked": "Revoked a token",
    "not_allowed": "Asked for what the role does not allow",
}
"""What is noted by this room, in words; other rooms may note actions of their own."""

_MOST = 300
"""Characters of a cell: what visitors send is cut."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``result``: "done" or "refused"."""

    seq: int
    at: datetime
    who: str
    address: str
    action: str
    target: str
    result: str


class Audit:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def note(self, by: By, action: str, target: str = "", result: str = DONE) -> None:
        """Adds a line; durable when this returns."""
        with self._workspace.database.writing() as connection:
            write(connection, self._workspace, by, action, target, result)

    def list(self, *, limit: int = 50, before: int | None = None) -> list[Entry]:
        """The newest lines first; ``before`` a line's ``seq``, the older ones."""
        older = audit.c.seq < before if before is not None else audit.c.seq.is_not(None)
        mine = select(audit).where(audit.c.workspace == self._workspace.name, older)
        with self._workspace.database.reading() as connection:
            rows = connection.execute(mine.order_by(audit.c.seq.desc()).limit(limit)).all()
        return [
            Entry(
                seq=row.seq,
                at=at(row.at_us),
                who=row.who,
                address=row.address,
                action=row.action,
                target=row.target,
                result=row.result,
            )
            for row in rows
        ]

    def count(self) -> int:
        with self._workspace.database.reading() as connection:
            mine = select(func.count()).where(audit.c.workspace == self._workspace.name)
            return int(connection.scalar(mine.select_from(audit)) or 0)


def write(
    connection: Connection, workspace: Workspace, by: By, action: str, target: str = "", result: str = DONE
) -> None:
    """Adds a line in the transaction of what it tells, so that neither stands without the other."""
    cells = {"who": by.who, "address": by.address, "action": action, "target": target, "result": result}
    plain = {name: _plain(text) for name, text in cells.items()}
    connection.execute(insert(audit).values(workspace=workspace.name, at_us=workspace.now_us(), **plain))


def _plain(text: str) -> str:
    """One line without control characters: what is written by visitors cannot forge another line."""
    return "".join(ch if ch.isprintable() else "\N{REPLACEMENT CHARACTER}" for ch in text[:_MOST])
