"""The people of a workspace and their roles."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, RowMapping, Select, delete, func, insert, select, update

from periplo.access import audit
from periplo.access.roles import Role
from periplo.access.tables import factor, link, membership, person, session, token
from periplo.access.workspace import By, Workspace, at
from periplo.errors import UnknownName, UsageError

_MOST = 254
"""Characters of an address, or of a name."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    email: str
    name: str
    role: Role
    since: datetime
    seen: datetime | None
    second_factor: bool


class People:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def list(self) -> list[Person]:
        """Everybody, in the order they came."""
        with self._workspace.database.reading() as connection:
            rows = connection.execute(_members(self._workspace).order_by(membership.c.since_us, person.c.email)).all()
        return [_person(row) for row in rows]

    def of(self, email: str) -> Person:
        """The member with this address. Raises ``UnknownName``."""
        found = {one.email: one for one in self.list()}
        if (wanted := plain_email(email)) not in found:
            raise UnknownName("person", email, found)
        return found[wanted]

    def set_role(self, email: str, role: Role, by: By) -> None:
        """Raises ``UnknownName``, and ``UsageError`` for the last owner."""
        with self._workspace.database.writing() as connection:
            who = member(connection, self._workspace, email)
            if role != Role.OWNER:
                _not_the_last_owner(connection, self._workspace, who)
            connection.execute(
                update(membership)
                .where(membership.c.workspace == self._workspace.name, membership.c.user_id == who.user_id)
                .values(role=role)
            )
            audit.write(connection, self._workspace, by, "role_changed", f"{who.email}: {who.role} → {role}")

    def remove(self, email: str, by: By) -> None:
        """Takes them out of the workspace; who is in no other is forgotten. Raises as ``set_role``."""
        with self._workspace.database.writing() as connection:
            who = member(connection, self._workspace, email)
            _not_the_last_owner(connection, self._workspace, who)
            mine = self._workspace.name
            for table in (membership, token):
                connection.execute(delete(table).where(table.c.workspace == mine, table.c.user_id == who.user_id))
            connection.execute(delete(session).where(session.c.user_id == who.user_id))
            connection.execute(delete(link).where(link.c.workspace == mine, link.c.email == who.email))
            elsewhere = select(membership.c.user_id).where(membership.c.user_id == person.c.user_id).exists()
            connection.execute(delete(person).where(person.c.user_id == who.user_id, ~elsewhere))
            audit.write(connection, self._workspace, by, "removed", who.email)

    def count(self) -> int:
        with self._workspace.database.reading() as connection:
            mine = membership.c.workspace == self._workspace.name
            return int(connection.scalar(select(func.count()).select_from(membership).where(mine)) or 0)


def plain_email(text: str) -> str:
    """An address as we compare it. Raises ``UsageError`` for what is none."""
    plain = unicodedata.normalize("NFC", text.strip()).lower()
    local, _, domain = plain.partition("@")
    if not local or not domain or "@" in domain or len(plain) > _MOST or not plain.isprintable() or " " in plain:
        raise UsageError("“{text}” is not an email address.", fix="Write it as name@example.com.", text=text[:60])
    return plain


def plain_name(text: str) -> str:
    """A person's name in one line. Raises ``UsageError`` for an empty one."""
    plain = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())[:_MOST]
    if not plain:
        raise UsageError("The name is missing.")
    return plain


def add_member(connection: Connection, workspace: Workspace, user_id: str, role: str) -> None:
    values = {"workspace": workspace.name, "user_id": user_id, "role": role, "since_us": workspace.now_us()}
    connection.execute(insert(membership).values(**values))


def found_by_email(connection: Connection, email: str) -> RowMapping | None:
    """The person with this address, of whatever workspace."""
    return connection.execute(select(person).where(person.c.email == email)).mappings().first()


def only_here(connection: Connection, workspace: Workspace, email: str) -> None:
    """Raises ``UsageError`` for a member of other workspaces too: owners here may not open those."""
    joined = select(membership.c.workspace).join(person, membership.c.user_id == person.c.user_id)
    others = joined.where(person.c.email == email, membership.c.workspace != workspace.name)
    if connection.execute(others).first() is not None:
        raise UsageError(
            "{email} belongs to other workspaces too.",
            why="What opens this one could open those as well.",
            fix="They can change it themselves on their account page.",
            email=email,
        )


def owners(connection: Connection, workspace: Workspace) -> int:
    """How many there are; until the transaction ends nobody else changes them."""
    mine = membership.c.workspace == workspace.name, membership.c.role == Role.OWNER
    held = select(membership.c.user_id).where(*mine).order_by(membership.c.user_id).with_for_update()
    return len(connection.scalars(held).all())


def _members(workspace: Workspace) -> Select[Any]:
    seen = select(func.max(session.c.seen_us)).where(session.c.user_id == person.c.user_id).scalar_subquery()
    return (
        select(person, membership.c.role, membership.c.since_us, seen.label("seen_us"))
        .add_columns(factor.c.user_id.label("factor"))
        .join(membership, membership.c.user_id == person.c.user_id)
        .join(factor, factor.c.user_id == person.c.user_id, isouter=True)
        .where(membership.c.workspace == workspace.name)
    )


def member(connection: Connection, workspace: Workspace, email: str) -> Row[Any]:
    """A member of the workspace. Raises ``UnknownName``."""
    rows = {row.email: row for row in connection.execute(_members(workspace))}
    if (wanted := plain_email(email)) not in rows:
        raise UnknownName("person", email, rows)
    return rows[wanted]


def _not_the_last_owner(connection: Connection, workspace: Workspace, who: Row[Any]) -> None:
    if who.role == Role.OWNER and owners(connection, workspace) == 1:
        raise UsageError("{email} is the only owner.", fix="Make somebody else an owner first.", email=who.email)


def _person(row: Row[Any]) -> Person:
    return Person(
        user_id=row.user_id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        since=at(row.since_us),
        seen=at(row.seen_us) if row.seen_us else None,
        second_factor=row.factor is not None,
    )
