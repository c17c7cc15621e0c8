"""Proof that somebody is who they say: the password, looked at as often as the limits allow, and refusals that say no
more than that something was not right."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import Connection, select, update

from periplo.access import attempts, audit, passwords
from periplo.access.people import found_by_email
from periplo.access.tables import membership, person
from periplo.access.workspace import By, Workspace
from periplo.errors import SignInRefused


class Proof:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def password(
        self, account: str, password: str, address: str, *, anywhere: bool = False, code: bool = False
    ) -> str | None:
        """The id of the person whose password it is, or None. ``anywhere``: also a member of other workspaces only;
        ``code``: a code is tried with it. Raises ``TooManyTries``.
        """
        attempts.begin(self._workspace, account, address, code=code)
        with self._workspace.database.reading() as connection:
            known = found_by_email(connection, account)
            here = known is not None and (anywhere or self._is_member(connection, known["user_id"]))
        kept = known["password"] if known and here else None
        if not passwords.fits(kept, password) or not known:
            return None
        if passwords.outdated(known["password"]):
            self._renew(known["user_id"], password)
        return str(known["user_id"])

    def refuse(self, account: str, address: str, action: str = "sign_in") -> NoReturn:
        self._note(account, address, action)
        raise SignInRefused(
            "The address or the password is not right.",
            fix="Try again, or ask an owner for a link to choose a new password.",
        )

    def refuse_code(self, account: str, address: str, action: str) -> NoReturn:
        self._note(account, address, action)
        raise SignInRefused(
            "The code is not right.",
            why="Each serves once, for about a minute; where a password is asked too, it may be that.",
            fix="Wait for the app's next code, or use a recovery code.",
        )

    def _note(self, account: str, address: str, action: str) -> None:
        with self._workspace.database.writing() as connection:
            audit.write(connection, self._workspace, By(account, address), action, result=audit.REFUSED)

    def _renew(self, user_id: str, password: str) -> None:
        kept = passwords.hashed(password)
        with self._workspace.database.writing() as connection:
            connection.execute(update(person).where(person.c.user_id == user_id).values(password=kept))

    def _is_member(self, connection: Connection, user_id: str) -> bool:
        mine = membership.c.workspace == self._workspace.name, membership.c.user_id == user_id
        return connection.execute(select(membership.c.user_id).where(*mine)).first() is not None
