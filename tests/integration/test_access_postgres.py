"""People in PostgreSQL: the same promises as in a file, also when several servers ask at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import postgres
from periplo.access import ALL, NOBODY, Access, Given, Role, attempts, passwords
from periplo.access.attempts import LIMITS
from periplo.access.tables import metadata
from periplo.errors import LinkGone, PeriploError, SignInRefused, TooManyTries, UsageError
from periplo.workspace import Shop
from support_access import PASSWORD, TEST, Clock, enrolled, joined, session

OWNER = "owner@shop.example"


@pytest.fixture
def url() -> str:
    return postgres.database()


@pytest.fixture
def access(url: str) -> Iterator[Access]:
    opened = Access(url)
    joined(opened, OWNER, Role.OWNER)
    yield opened
    opened.close()


def at_once(ask: Callable[[int], object], times: int) -> list[str]:
    """What becomes of so many calls at the same time: "done", or the code of the error."""

    def code(n: int) -> str:
        try:
            ask(n)
        except PeriploError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(code, range(times)))


def test_schema_is_the_sum_of_the_migrations(access: Access) -> None:
    with access.people._workspace.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_database_refuses_to_change_the_audit_log(access: Access, change: str) -> None:
    before = access.audit.list()
    with pytest.raises(PeriploError, match="append-only"), access.people._workspace.database.writing() as connection:
        connection.execute(text(change))
    assert access.audit.list() == before


def test_a_person_comes_does_and_goes(access: Access, url: str) -> None:
    joined(access, "ana@shop.example", Role.EDITOR)
    secret = access.entrance.sign_in("ana@shop.example", PASSWORD, "192.0.2.1")
    who = access.people.of("ana@shop.example").user_id
    _, token = access.tokens.make("ci", ALL, 1, TEST, user_id=who)
    assert access.sessions.visitor(secret)
    assert access.tokens.visitor(token)
    assert Access(url, "another shop").tokens.visitor(token) is None
    assert Access(url, "another shop").sessions.visitor(secret) is None
    assert Access(url, "another shop").deserted()
    access.people.remove("ana@shop.example", TEST)
    assert access.sessions.visitor(secret) is None
    assert access.tokens.visitor(token) is None


def test_a_link_is_used_once_by_many_at_once(url: str) -> None:
    access = Access(url)
    link = access.links.first_owner(TEST)
    said = at_once(
        lambda n: access.entrance.by_link(link, PASSWORD, "192.0.2.1", email=f"p{n}@shop.example", name="P"), 4
    )
    assert sorted(said) == ["done", *[LinkGone.code] * 3]
    assert len(access.people.list()) == 1
    access.close()


def test_many_guesses_at_once_gain_nothing(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "fits", lambda kept, password: False)
    said = at_once(lambda n: access.entrance.sign_in(OWNER, f"wrong {n}", "192.0.2.1"), 16)
    free = LIMITS["account from address"].free
    assert said.count(SignInRefused.code) == free
    assert said.count(TooManyTries.code) == 16 - free


def test_nobody_is_told_to_come_again_because_others_sign_in(access: Access) -> None:
    """Two who counted the same places in another order would wait for each other until the database ends one."""
    workspace = access.people._workspace

    def sign_in(n: int) -> None:
        for turn in range(25):
            with suppress(TooManyTries):
                attempts.begin(workspace, OWNER, f"192.0.2.{n}", code=turn % 2 == n % 2)
            with workspace.database.writing() as connection:
                attempts.succeeded(connection, OWNER, f"192.0.2.{n}")

    assert at_once(sign_in, 4) == ["done"] * 4


def test_failures_are_forgotten_after_a_day(url: str) -> None:
    clock = Clock()
    access = Access(url, now_us=clock)
    workspace = access.people._workspace
    for _ in range(LIMITS["account from address"].free):
        attempts.begin(workspace, OWNER, "192.0.2.1")
    with pytest.raises(TooManyTries):
        attempts.begin(workspace, OWNER, "192.0.2.1")
    clock.pass_s(86_401)
    attempts.begin(workspace, "eva@shop.example", "192.0.2.2")
    with workspace.database.reading() as connection:
        left = connection.scalars(text("SELECT what FROM attempt")).all()
    assert left
    assert not [what for what in left if OWNER in what or "192.0.2.1" in what]
    access.close()


def test_a_code_serves_once_by_many_at_once(url: str, tmp_path: Path) -> None:
    """On PostgreSQL a second factor is sealed with a key that lies beside the settings, not in the database."""
    clock = Clock()
    access = Access(url, now_us=clock, key=tmp_path / "access.key")
    joined(access, OWNER, Role.OWNER)
    app, codes = enrolled(access, OWNER)
    clock.pass_s(30)
    halves = [access.sessions.visitor(session(access, OWNER)) for _ in range(8)]

    def give(code: str) -> list[str]:
        return at_once(lambda n: access.factors.give(halves.pop() or NOBODY, Given(code, address=f"192.0.2.{n}")), 4)

    assert sorted(give(app(clock()))) == ["done", *[SignInRefused.code] * 3]
    assert sorted(give(codes[0])) == ["done", *[SignInRefused.code] * 3]
    access.factors.demand(True, TEST)
    assert access.factors.demanded()
    access.factors.reset(OWNER, TEST)
    assert not access.people.of(OWNER).second_factor
    access.close()


def test_two_owners_cannot_both_leave(access: Access) -> None:
    joined(access, "eva@shop.example", Role.OWNER)
    said = at_once(lambda n: access.people.set_role([OWNER, "eva@shop.example"][n], Role.VIEWER, TEST), 2)
    assert sorted(said) == ["done", UsageError.code]
    assert [person.role for person in access.people.list()].count(Role.OWNER) == 1


def test_a_shop_in_postgresql_keeps_its_people_there(url: str, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'name = "Faro"\ndatabase = "{url.replace("+psycopg", "")}"\n', "utf-8")
    with Shop.create(tmp_path / "shop", settings_file=settings) as shop:
        assert shop.access.deserted()
        joined(shop.access, OWNER, Role.OWNER)
    with Shop.open(tmp_path / "shop") as shop:
        assert not shop.access.deserted()
        assert shop.access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
    assert not (tmp_path / "shop" / "access.db").exists()
