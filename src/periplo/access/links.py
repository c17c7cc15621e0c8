"""One-time links: for the first owner, for somebody invited, for a new password. Shown once, kept as a digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select

from periplo.access import audit, secret
from periplo.access.people import only_here, owners, plain_email
from periplo.access.roles import Role
from periplo.access.tables import link, membership, person
from periplo.access.workspace import BELIEVED_US, DAY_US, HOUR_US, By, Workspace, at
from periplo.errors import LinkGone, UnknownName, UsageError

Kind = Literal["owner", "invitation", "reset"]
LASTS_US: Mapping[Kind, int] = {"owner": DAY_US, "invitation": 7 * DAY_US, "reset": 2 * HOUR_US}


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a link is for. ``email`` is empty for the first owner, who chooses it."""

    link_id: str
    kind: Kind
    email: str
    role: Role
    expires: datetime


class Links:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def first_owner(self, by: By) -> str:
        """The secret of a link for the first owner; those made before end."""
        with self._workspace.database.writing() as connection:
            connection.execute(delete(link).where(self._mine(), link.c.kind == "owner"))
            made = self._make(connection, "owner", "", Role.OWNER)
            audit.write(connection, self._workspace, by, "owner_link")
        return made

    def invite(self, email: str, role: Role, by: By) -> str:
        """The secret of a link for somebody new; an older one for the same address ends. Raises ``UsageError``."""
        wanted = plain_email(email)
        with self._workspace.database.writing() as connection:
            if _is_member(connection, self._workspace, wanted):
                raise UsageError("{email} is already here.", fix="Change the role instead.", email=wanted)
            if role != Role.OWNER and not owners(connection, self._workspace):
                raise UsageError(
                    "The first person is an owner.",
                    why="Somebody must be able to invite the others.",
                    fix="Give them the role owner.",
                )
            connection.execute(delete(link).where(self._mine(), link.c.email == wanted))
            made = self._make(connection, "invitation", wanted, role)
            audit.write(connection, self._workspace, by, "invited", f"{wanted}: {role}")
        return made

    def reset(self, email: str, by: By) -> str:
        """The secret of a link by which a member chooses a new password. Raises ``UnknownName``, ``UsageError``."""
        wanted = plain_email(email)
        with self._workspace.database.writing() as connection:
            if not _is_member(connection, self._workspace, wanted):
                raise UnknownName("person", email, _addresses(connection, self._workspace))
            only_here(connection, self._workspace, wanted)
            connection.execute(delete(link).where(self._mine(), link.c.email == wanted))
            made = self._make(connection, "reset", wanted, Role.VIEWER)
            audit.write(connection, self._workspace, by, "reset_link", wanted)
        return made

    def look(self, given: str) -> Link:
        """What the link is for, without using it. Raises ``LinkGone``."""
        with self._workspace.database.reading() as connection:
            return found(connection, self._workspace, given)

    def invitations(self) -> list[Link]:
        """Those who were invited and have not come yet."""
        now = self._workspace.now_us()
        wanted = select(link).where(self._mine(), link.c.kind == "invitation", *_live(now))
        with self._workspace.database.reading() as connection:
            return [_link(row._mapping) for row in connection.execute(wanted.order_by(link.c.made_us))]

    def withdraw(self, link_id: str, by: By) -> None:
        """Ends an invitation; nothing happens where it has ended already."""
        if secret.is_name(link_id):
            self._withdraw(link.c.link_id == link_id, by)

    def withdraw_from(self, email: str, by: By) -> bool:
        """The same by the address that was invited; whether there was an invitation."""
        return self._withdraw(link.c.email == email.strip().lower(), by)

    def _withdraw(self, which: ColumnElement[bool], by: By) -> bool:
        with self._workspace.database.writing() as connection:
            mine = self._mine(), which, link.c.kind == "invitation"
            email = connection.scalar(select(link.c.email).where(*mine))
            if email is not None:
                connection.execute(delete(link).where(*mine))
                audit.write(connection, self._workspace, by, "invitation_withdrawn", email)
        return email is not None

    def _mine(self) -> Any:
        return link.c.workspace == self._workspace.name

    def _make(self, connection: Connection, kind: Kind, email: str, role: Role) -> str:
        made, now = secret.make(), self._workspace.now_us()
        connection.execute(
            insert(link).values(
                link_id=secret.name(),
                workspace=self._workspace.name,
                digest=secret.digest(made),
                kind=kind,
                email=email,
                role=role,
                made_us=now,
                expires_us=now + LASTS_US[kind],
            )
        )
        return made


def found(connection: Connection, workspace: Workspace, given: str) -> Link:
    """A link that can still be used. Raises ``LinkGone``."""
    mine = link.c.workspace == workspace.name, link.c.digest == secret.digest(given)
    row = connection.execute(select(link).where(*mine, *_live(workspace.now_us()))).mappings().first()
    if row is None:
        raise _gone()
    return _link(row)


def _live(now: int) -> tuple[ColumnElement[bool], ...]:
    return link.c.expires_us > now, link.c.made_us <= now + BELIEVED_US


def use(connection: Connection, workspace: Workspace, one: Link) -> None:
    """Spends a link, and those for a first owner: somebody is there now. Raises ``LinkGone`` where it is spent."""
    if not connection.execute(delete(link).where(link.c.link_id == one.link_id)).rowcount:
        raise _gone()
    connection.execute(delete(link).where(link.c.workspace == workspace.name, link.c.kind == "owner"))


def _gone() -> LinkGone:
    return LinkGone(
        "This link does not work any more.",
        why="It was used, it expired, or a newer one took its place.",
        fix="Ask an owner for a new one.",
    )


def _is_member(connection: Connection, workspace: Workspace, email: str) -> bool:
    return email in _addresses(connection, workspace)


def _addresses(connection: Connection, workspace: Workspace) -> list[str]:
    joined = select(person.c.email).join(membership, membership.c.user_id == person.c.user_id)
    return list(connection.scalars(joined.where(membership.c.workspace == workspace.name)))


def _link(row: RowMapping) -> Link:
    return Link(
        link_id=row["link_id"],
        kind=row["kind"],
        email=row["email"],
        role=Role(row["role"]),
        expires=at(row["expires_us"]),
    )
