"""API tokens: what a program brings. Shown once, kept as a digest, narrowed to scopes, good for a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Select, insert, select, update

from periplo.access import audit, secret
from periplo.access.people import plain_name
from periplo.access.roles import ALL, Permission, Role, permissions
from periplo.access.tables import membership, person, token
from periplo.access.visitor import Visitor
from periplo.access.workspace import BELIEVED_US, DAY_US, MINUTE_US, By, Workspace, at
from periplo.errors import UnknownName, UsageError

PREFIX = "periplo_"
MOST_DAYS = 366
_BEGINNING = len(PREFIX) + 4
_USED_EVERY_US = MINUTE_US


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """``person``: whose it is, None for one of the workspace itself; ``beginning``: to recognise it by."""

    token_id: str
    name: str
    person: str | None
    beginning: str
    scopes: list[Permission]
    made: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None


class Tokens:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def make(
        self, name: str, scopes: Collection[Permission], days: int, by: By, *, user_id: str | None = None
    ) -> tuple[str, str]:
        """A new token: its id, and the secret, which nobody can see again. Raises ``UsageError``.

        A person's token may never do more than the person.
        """
        if not scopes:
            raise UsageError("The token has no scope.", fix="Choose at least one.")
        if not 1 <= days <= MOST_DAYS:
            raise UsageError("A token lasts from 1 to {most} days.", most=MOST_DAYS)
        made, now, token_id, called = secret.make(PREFIX), self._workspace.now_us(), secret.name(), plain_name(name)
        ordered = " ".join(one for one in Permission if one in scopes)
        with self._workspace.database.writing() as connection:
            connection.execute(
                insert(token).values(
                    token_id=token_id,
                    workspace=self._workspace.name,
                    user_id=user_id,
                    name=called,
                    digest=secret.digest(made),
                    beginning=made[:_BEGINNING],
                    scopes=ordered,
                    made_us=now,
                    expires_us=now + days * DAY_US,
                )
            )
            audit.write(connection, self._workspace, by, "token_made", f"{called} ({token_id}): {ordered}")
        return token_id, made

    def list(self, user_id: str | None = None) -> list[Token]:
        """The tokens of the workspace, or of one person, the newest first."""
        wanted = self._tokens().order_by(token.c.made_us.desc(), token.c.token_id)
        if user_id is not None:
            wanted = wanted.where(token.c.user_id == user_id)
        with self._workspace.database.reading() as connection:
            return [_token(row) for row in connection.execute(wanted)]

    def revoke(self, token_id: str, by: By, *, user_id: str | None = None) -> None:
        """Ends it at once; of one person's tokens only, where one is given. Raises ``UnknownName``."""
        known = {one.token_id: one for one in self.list(user_id)}
        if token_id not in known:
            raise UnknownName("token", token_id, known)
        now = self._workspace.now_us()
        with self._workspace.database.writing() as connection:
            live = token.c.token_id == token_id, token.c.revoked_us.is_(None)
            if connection.execute(update(token).where(*live).values(revoked_us=now)).rowcount:
                audit.write(connection, self._workspace, by, "token_revoked", f"{known[token_id].name} ({token_id})")

    def visitor(self, given: str) -> Visitor | None:
        """Who brings this token; None for one that is unknown, expired, revoked or of another workspace."""
        now = self._workspace.now_us()
        mine = self._tokens().where(token.c.digest == secret.digest(given))
        valid = token.c.expires_us > now, token.c.made_us <= now + BELIEVED_US
        live = mine.where(token.c.revoked_us.is_(None), *valid)
        with self._workspace.database.reading() as connection:
            row = connection.execute(live).first()
        if row is None or (row.user_id and not row.role):
            return None
        if abs(now - (row.used_us or 0)) > _USED_EVERY_US:
            with self._workspace.database.writing() as connection:
                connection.execute(update(token).where(token.c.token_id == row.token_id).values(used_us=now))
        return _visitor(row)

    def _tokens(self) -> Select[Any]:
        mine = membership.c.workspace == token.c.workspace, membership.c.user_id == token.c.user_id
        return (
            select(token, person.c.email, membership.c.role)
            .join(person, person.c.user_id == token.c.user_id, isouter=True)
            .join(membership, mine[0] & mine[1], isouter=True)
            .where(token.c.workspace == self._workspace.name)
        )


def scopes_of(text: str) -> frozenset[Permission]:
    """Scopes from their names, separated by commas or spaces. Raises ``UnknownName``."""
    names = text.replace(",", " ").split()
    for name in names:
        if name not in ALL:
            raise UnknownName("scope", name, ALL)
    return frozenset(Permission(name) for name in names)


def _visitor(row: Row[Any]) -> Visitor:
    scopes = scopes_of(row.scopes)
    return Visitor(
        kind="token",
        may=scopes & permissions(Role(row.role)) if row.role else scopes,
        key=f"token {row.token_id}",
        who=f"{row.email or '–'}, token {row.name} ({row.token_id})",
        user_id=row.user_id or "",
        name=row.name,
        role=Role(row.role) if row.role else None,
    )


def _token(row: Row[Any]) -> Token:
    return Token(
        token_id=row.token_id,
        name=row.name,
        person=row.email,
        beginning=row.beginning,
        scopes=sorted(scopes_of(row.scopes), key=list(Permission).index),
        made=at(row.made_us),
        expires=at(row.expires_us),
        used=at(row.used_us) if row.used_us else None,
        revoked=at(row.revoked_us) if row.revoked_us else None,
    )
