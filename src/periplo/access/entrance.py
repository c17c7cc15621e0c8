"""How people come in: with their password, or by a one-time link with which they choose one."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from periplo.access import attempts, audit, links, passwords, secret, sessions
from periplo.access.links import Link
from periplo.access.people import add_member, found_by_email, plain_email, plain_name
from periplo.access.proof import Proof
from periplo.access.tables import factor, person
from periplo.access.tables import link as link_table
from periplo.access.workspace import By, Workspace
from periplo.errors import UsageError


class Entrance:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._proof = workspace, Proof(workspace)

    def sign_in(self, email: str, password: str, address: str, browser: str = "") -> str:
        """A new session; answers its secret. Where the person has a second factor, it owes the code.
        Raises ``SignInRefused``, ``TooManyTries``.

        An unknown address, a wrong password and a person of another workspace are one and the same, also in time.
        """
        account = _account(email)
        user_id = self._proof.password(account, password, address) or self._proof.refuse(account, address)
        with self._workspace.database.writing() as connection:
            owes = self._forgive(connection, user_id, account, address)
            audit.write(connection, self._workspace, By(account, address), "password_given" if owes else "sign_in")
            return sessions.begin(connection, self._workspace, user_id, address, browser)

    def change_password(self, email: str, old: str, new: str, address: str, browser: str = "") -> str:
        """Ends all sessions of the person and begins a new one; answers its secret. The session before owed nothing.

        Raises ``SignInRefused``, ``TooManyTries``, ``WeakPassword``.
        """
        account = _account(email)
        passwords.check(new, _around(account))
        refuse = self._proof.refuse
        user_id = self._proof.password(account, old, address) or refuse(account, address, "password_changed")
        kept = passwords.hashed(new)
        with self._workspace.database.writing() as connection:
            attempts.succeeded(connection, account, address)
            self._set_password(connection, user_id, kept)
            audit.write(connection, self._workspace, By(account, address), "password_changed")
            return sessions.begin(connection, self._workspace, user_id, address, browser, whole=True)

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
                self._forgive(connection, user_id, account, address)
            audit.write(connection, self._workspace, By(account, address), _DOES[link.kind], link.role)
            return sessions.begin(connection, self._workspace, user_id, address, browser)

    def _known_elsewhere(self, account: str, password: str, address: str) -> str:
        """The id of somebody invited who has a password from another workspace."""
        user_id = self._proof.password(account, password, address, anywhere=True)
        return user_id or self._proof.refuse(account, address, "joined")

    def _forgive(self, connection: Connection, user_id: str, account: str, address: str) -> bool:
        """Forgets the failures before the right password. Where a code is owed they count on until that is right too:
        else who knows the password could guess codes without end. Answers whether one is.
        """
        owes = connection.scalar(select(factor.c.user_id).where(factor.c.user_id == user_id)) is not None
        if not owes:
            attempts.succeeded(connection, account, address)
        return owes

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
