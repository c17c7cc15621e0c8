"""Second factors: an authenticator app that knows a secret of ours, and recovery codes for when the phone is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from periplo.access import attempts, audit, recovery, sessions, totp
from periplo.access.people import member, only_here
from periplo.access.proof import Proof
from periplo.access.seal import Seal
from periplo.access.tables import demand, factor, person
from periplo.access.tables import recovery as recovery_table
from periplo.access.visitor import Visitor
from periplo.access.workspace import By, Workspace, at
from periplo.errors import UsageError


@dataclass(frozen=True)
class Factor:
    """``codes``: recovery codes that were not used yet."""

    since: datetime
    codes: int


@dataclass(frozen=True)
class Draft:
    """What is shown while a second factor is set up: the address behind the picture, and the secret to be typed."""

    address: str
    typed: str


@dataclass(frozen=True)
class Given:
    """What somebody who signed in brings, and from where."""

    code: str
    password: str = ""
    address: str = ""
    browser: str = ""


class Factors:
    def __init__(self, workspace: Workspace, seal: Seal) -> None:
        self._workspace, self._seal, self._proof = workspace, seal, Proof(workspace)

    def of(self, user_id: str) -> Factor | None:
        count = select(func.count()).where(recovery_table.c.user_id == factor.c.user_id).scalar_subquery()
        wanted = select(factor.c.since_us, count.label("codes")).where(factor.c.user_id == user_id)
        with self._workspace.database.reading() as connection:
            row = connection.execute(wanted).first()
        return Factor(at(row.since_us), row.codes) if row else None

    def draft(self, who: Visitor, issuer: str) -> Draft:
        """A new secret for the app. It is the same as long as the session lasts, and kept only once it is confirmed."""
        secret = self._secret(who)
        return Draft(totp.address(secret, who.who, issuer), totp.typed(secret))

    def turn_on(self, who: Visitor, given: Given) -> tuple[str, list[str]]:
        """Confirms the draft by the password and its first code. Ends all sessions and begins a new one; answers its
        secret and the recovery codes. Raises ``SignInRefused``, ``TooManyTries``; ``UsageError`` where there is one.
        """
        right = self._proof.password(who.who, given.password, given.address, code=True)
        secret = self._secret(who)
        step = totp.fitting(secret, _digits(given.code), self._workspace.now_us())
        if not right or step is None:
            self._proof.refuse_code(who.who, given.address, "second_factor_on")
        with self._workspace.database.writing() as connection:
            self._alone(connection, who.user_id)
            values = {"user_id": who.user_id, "sealed": self._seal.close(secret, who.user_id), "step": step}
            connection.execute(insert(factor).values(**values, since_us=self._workspace.now_us()))
            codes = self._make_codes(connection, who.user_id)
            self._note(connection, who, given, "second_factor_on")
            return self._anew(connection, who, given), codes

    def give(self, who: Visitor, given: Given) -> str:
        """The code that a session owes: goes on in a new one; answers its secret. Raises as ``turn_on``."""
        attempts.begin(self._workspace, who.who, given.address, code=True)
        with self._workspace.database.writing() as connection:
            if self._take(connection, who, given):
                self._note(connection, who, given, "sign_in")
                sessions.end_one(connection, who.user_id, who.session_id)
                return sessions.begin(
                    connection, self._workspace, who.user_id, given.address, given.browser, whole=True
                )
        self._proof.refuse_code(who.who, given.address, "sign_in")

    def renew_codes(self, who: Visitor, given: Given) -> list[str]:
        """Ten new recovery codes for the password and a code; the old ones end. Raises as ``turn_on``."""
        with self._proven(who, given, "recovery_codes_made") as connection:
            return self._make_codes(connection, who.user_id)

    def turn_off(self, who: Visitor, given: Given) -> str:
        """For the password and a code. Ends all sessions and begins a new one; answers its secret.

        Raises as ``turn_on``.
        """
        with self._proven(who, given, "second_factor_off") as connection:
            _forget(connection, who.user_id)
            return self._anew(connection, who, given)

    def reset(self, email: str, by: By) -> None:
        """Takes away the second factor of somebody who lost it, and ends their sessions. Raises ``UnknownName``, and
        ``UsageError`` where there is none, for one's own, and for a member of other workspaces.
        """
        with self._workspace.database.writing() as connection:
            who = member(connection, self._workspace, email)
            if by.who == who.email:
                raise UsageError(
                    "Your own second factor is not reset here.", fix="Turn it off on your account page, with a code."
                )
            if who.factor is None:
                raise UsageError("{email} has no second factor.", email=who.email)
            only_here(connection, self._workspace, who.email)
            _forget(connection, who.user_id)
            sessions.end_all(connection, who.user_id)
            audit.write(connection, self._workspace, by, "second_factor_reset", who.email)

    def demand(self, wanted: bool, by: By) -> None:
        """Whether everybody in the workspace needs one. Holds at once: who has none can do nothing but set one up."""
        mine = demand.c.workspace == self._workspace.name
        with self._workspace.database.writing() as connection:
            if (connection.execute(select(demand).where(mine)).first() is not None) == wanted:
                return
            if wanted:
                values = {"workspace": self._workspace.name, "since_us": self._workspace.now_us()}
                connection.execute(insert(demand).values(**values))
            else:
                connection.execute(delete(demand).where(mine))
            action = "second_factor_demanded" if wanted else "second_factor_optional"
            audit.write(connection, self._workspace, by, action)

    def demanded(self) -> bool:
        mine = demand.c.workspace == self._workspace.name
        with self._workspace.database.reading() as connection:
            return connection.execute(select(demand).where(mine)).first() is not None

    @contextmanager
    def _proven(self, who: Visitor, given: Given, action: str) -> Iterator[Connection]:
        """A transaction in which the password and the code were right; notes the action."""
        if self._proof.password(who.who, given.password, given.address, code=True):
            with self._workspace.database.writing() as connection:
                if self._take(connection, who, given):
                    self._note(connection, who, given, action)
                    yield connection
                    return
        self._proof.refuse_code(who.who, given.address, action)

    def _take(self, connection: Connection, who: Visitor, given: Given) -> bool:
        """Whether it is a code that still serves; it does not any more afterwards."""
        mine = factor.c.user_id == who.user_id
        row = connection.execute(select(factor).where(mine).with_for_update()).first()
        if row is None:
            return False
        if (kept := recovery.digest(given.code)) is not None:
            one = recovery_table.c.user_id == who.user_id, recovery_table.c.digest == kept
            used = connection.execute(delete(recovery_table).where(*one)).rowcount > 0
            if used:
                audit.write(connection, self._workspace, By(who.who, given.address), "recovery_code_used")
            return used
        secret = self._seal.open(row.sealed, who.user_id)
        step = totp.fitting(secret, _digits(given.code), self._workspace.now_us(), after=row.step)
        if step is not None:
            connection.execute(update(factor).where(mine).values(step=step))
        return step is not None

    def _alone(self, connection: Connection, user_id: str) -> None:
        """Until the transaction ends nobody else sets one up for them. Raises ``UsageError`` where there is one."""
        connection.execute(select(person.c.user_id).where(person.c.user_id == user_id).with_for_update())
        if connection.execute(select(factor.c.user_id).where(factor.c.user_id == user_id)).first() is not None:
            raise UsageError("You have a second factor already.", fix="Turn that one off first.")

    def _make_codes(self, connection: Connection, user_id: str) -> list[str]:
        codes = recovery.make()
        connection.execute(delete(recovery_table).where(recovery_table.c.user_id == user_id))
        rows = [{"user_id": user_id, "digest": recovery.digest(code)} for code in codes]
        connection.execute(insert(recovery_table), rows)
        return codes

    def _anew(self, connection: Connection, who: Visitor, given: Given) -> str:
        """Ends all sessions of the person and begins one that owes nothing; answers its secret."""
        sessions.end_all(connection, who.user_id)
        return sessions.begin(connection, self._workspace, who.user_id, given.address, given.browser, whole=True)

    def _note(self, connection: Connection, who: Visitor, given: Given, action: str) -> None:
        attempts.succeeded(connection, who.who, given.address)
        audit.write(connection, self._workspace, By(who.who, given.address), action)

    def _secret(self, who: Visitor) -> bytes:
        return self._seal.derived(f"draft of session {who.session_id}", totp.BYTES)


def _forget(connection: Connection, user_id: str) -> None:
    for table in (factor, recovery_table):
        connection.execute(delete(table).where(table.c.user_id == user_id))


def _digits(code: str) -> str:
    """A code as it is compared: apps show it with a space in the middle."""
    return "".join(code.split())
