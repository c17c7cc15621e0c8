"""How people come in: with their password, or by a one-time link with which they choose one."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import Connection, delete, insert, select, update

from periplo.access import attempts, audit, links, passwords, secret, sessions
from periplo.access.links import Link
from periplo.access.people import add_member, found_by_email, plain_email, plain_name
from periplo.access.tables import link as link_table
from periplo.access.tables import membership, person
from periplo.access.workspace import By, Workspace
from periplo.errors import SignInRefused, UsageError


class Entrance:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def sign_in(self, email: str, password: str, address: str, browser: str = "") -> str:
        """A new session; answers its secret. Raises ``SignInRefused``, ``TooManyTries``.

        An unknown address, a wrong password and a person of another workspace are one and the same, also in time.
        """
        account = _account(email)
        user_id = self._proven(account, password, address) or self._refuse(account, address)
        with self._workspace.database.writing() as connection:
            attempts.succeeded(connection, account, address)
            audit.write(connection, self._workspace, By(account, address), "sign_in")
            return sessions.begin(connection, self._workspace, user_id, address, browser)

    def change_password(self, email: str, old: str, new: str, address: str, browser: str = "") -> str:
        """Ends all sessions of the person and begins a new one; answers its secret.

        Raises ``SignInRefused``, ``TooManyTries``, ``WeakPassword``.
        """
        account = _account(email)
        passwords.check(new, _around(account))
        user_id = self._proven(account, old, address) or self._refuse(account, address, "password_changed")
        kept = passwords.hashed(new)
        with self._workspace.database.writing() as connection:
            attempts.succeeded(connection, account, address)
            self._set_password(connection, user_id, kept)
            audit.write(connection, self._workspace, By(account, address), "password_changed")
            return sessions.begin(connection, self._workspace, user_id, address, browser)

    def by_link(
        self, given: str, password: str, address: str, browser: str = "", *, email: str = "", name: str = ""
    ) -> str:
        """Uses a one-time link and signs in; answers the secret of the session. ``email``: of the first owner.

        Somebody invited who has a password already, from another workspace, gives that one.
        Raises ``LinkGone``, ``WeakPassword``, ``SignInRefused``, ``TooManyTries``, ``UsageError``.
        """
        with self._workspace.database.reading() as connection:
            link = links.found(connection, self._workspace, given)
            account = link.email or plain_email(email)
            known = found_by_email(connection, account)
        if known is not None and link.kind != "reset":
            user_id, kept = self._known_elsewhere(account, password, address), ""
        else:
            passwords.check(password, _around(account, "" if link.kind == "reset" else plain_name(name)))
            user_id, kept = known["user_id"] if known else secret.name(), passwords.hashed(password)
        with self._workspace.database.writing() as connection:
            self._welcome(connection, link, user_id, account, kept, name)
            if not kept:
                attempts.succeeded(connection, account, address)
            audit.write(connection, self._workspace, By(account, address), _DOES[link.kind], link.role)
            return sessions.begin(connection, self._workspace, user_id, address, browser)

    def _known_elsewhere(self, account: str, password: str, address: str) -> str:
        """The id of somebody invited who has a password from another workspace."""
        user_id = self._proven(account, password, address, anywhere=True)
        return user_id or self._refuse(account, address, "joined")

    def _welcome(self, connection: Connection, link: Link, user_id: str, account: str, kept: str, name: str) -> None:
        links.use(connection, self._workspace, link)
        if link.kind == "reset":
            self._set_password(connection, user_id, kept)
            return
        if kept:
            values = {"user_id": user_id, "email": account, "name": plain_name(name), "password": kept}
            connection.execute(insert(person).values(**values, joined_us=self._workspace.now_us()))
        add_member(connection, self._workspace, user_id, link.role)
        # An owner here may not choose the password of somebody who is now a member elsewhere too.
        stale = link_table.c.email == account, link_table.c.kind == "reset"
        connection.execute(delete(link_table).where(*stale))

    def _set_password(self, connection: Connection, user_id: str, kept: str) -> None:
        """A new password ends all sessions that the old one began."""
        connection.execute(update(person).where(person.c.user_id == user_id).values(password=kept))
        sessions.end_all(connection, user_id)

    def _proven(self, account: str, password: str, address: str, *, anywhere: bool = False) -> str | None:
        """The id of the person whose password it is, or None. Raises ``TooManyTries``."""
        attempts.begin(self._workspace, account, address)
        with self._workspace.database.reading() as connection:
            known = found_by_email(connection, account)
            here = known is not None and (anywhere or self._is_member(connection, known["user_id"]))
        kept = known["password"] if known and here else None
        if not passwords.fits(kept, password) or not known:
            return None
        if passwords.outdated(known["password"]):
            self._renew(known["user_id"], password)
        return str(known["user_id"])

    def _renew(self, user_id: str, password: str) -> None:
        kept = passwords.hashed(password)
        with self._workspace.database.writing() as connection:
            connection.execute(update(person).where(person.c.user_id == user_id).values(password=kept))

    def _is_member(self, connection: Connection, user_id: str) -> bool:
        mine = membership.c.workspace == self._workspace.name, membership.c.user_id == user_id
        return connection.execute(select(membership.c.user_id).where(*mine)).first() is not None

    def _refuse(self, account: str, address: str, action: str = "sign_in") -> NoReturn:
        with self._workspace.database.writing() as connection:
            audit.write(connection, self._workspace, By(account, address), action, result=audit.REFUSED)
        raise SignInRefused(
            "The address or the password is not right.",
            fix="Try again, or ask an owner for a link to choose a new password.",
        )


_DOES = {"owner": "joined", "invitation": "joined", "reset": "password_reset"}


def _account(email: str) -> str:
    """What is typed as an address; one that can be nobody's is kept as it is, and fits nobody."""
    try:
        return plain_email(email)
    except UsageError:
        return "".join(ch if ch.isprintable() else "?" for ch in email.strip()[:100])


def _around(email: str, name: str = "") -> list[str]:
    """Words that stand to reason for this person."""
    return ["periplo", *email.replace("@", " ").replace(".", " ").split(), email, *name.lower().split()]
