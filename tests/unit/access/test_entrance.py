"""Coming in: by password, ever slower after failures, and by links that work once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from periplo.access import Access, Role, passwords
from periplo.access.attempts import LIMITS, network
from periplo.errors import LinkGone, SignInRefused, TooManyTries, UsageError, WeakPassword
from support_access import PASSWORD, TEST, Clock, session

OWNER = "owner@shop.example"
NEW = "tres tristes tigres comen"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Passwords compared as they are: what fails here does so without costing a second each. Lists what was asked."""
    asked: list[str | None] = []

    def fits(kept: str | None, password: str) -> bool:
        asked.append(kept)
        return kept is not None and password == PASSWORD

    monkeypatch.setattr(passwords, "fits", fits)
    return asked


def test_the_right_password_begins_a_session(access: Access) -> None:
    visitor = access.sessions.visitor(access.entrance.sign_in(" Owner@Shop.example", PASSWORD, "192.0.2.1"))
    assert visitor
    assert (visitor.who, visitor.role, visitor.name) == (OWNER, Role.OWNER, "Owner")


def test_all_failures_are_one_and_the_same(access: Access, compared: list[str | None]) -> None:
    """Known, unknown, impossible: the same words, the same work, and one check of a hash each."""
    said = set()
    for email in (OWNER, "nobody@shop.example", "no address", "a" * 5000):
        with pytest.raises(SignInRefused) as refused:
            access.entrance.sign_in(email, "wrong", "192.0.2.1")
        said.add(str(refused.value))
    assert len(said) == 1
    assert len(compared) == 4
    assert [kept is None for kept in compared] == [False, True, True, True]
    assert [entry.result for entry in access.audit.list(limit=4)] == ["refused"] * 4


def test_each_failure_makes_the_next_wait_longer(access: Access, clock: Clock, compared: list[str | None]) -> None:
    waits = []
    for _ in range(16):
        with pytest.raises(SignInRefused):
            access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
        try:
            access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
        except TooManyTries as error:
            waits.append(error.wait_s)
            clock.pass_s(error.wait_s)
        else:
            waits.append(0)
            break
    assert waits == [0]  # the first success forgets the failure
    for _ in range(LIMITS["account from address"].free):
        with pytest.raises(SignInRefused):
            access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
    waits = []
    while len(waits) < 12:
        with pytest.raises(TooManyTries) as early:
            access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")  # even the right one has to wait
        waits.append(early.value.wait_s)
        clock.pass_s(early.value.wait_s)
        with pytest.raises(SignInRefused):
            access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    clock.pass_s(900)
    assert access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")


def test_waiting_is_told_without_looking_at_the_password(access: Access, compared: list[str | None]) -> None:
    for _ in range(LIMITS["account from address"].free):
        with pytest.raises(SignInRefused):
            access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
    looked = len(compared)
    with pytest.raises(TooManyTries):
        access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
    assert len(compared) == looked


def test_one_address_cannot_try_many_accounts(access: Access, clock: Clock, compared: list[str | None]) -> None:
    for n in range(LIMITS["address"].free):
        with pytest.raises(SignInRefused):
            access.entrance.sign_in(f"person{n}@shop.example", "wrong", "192.0.2.1")
    with pytest.raises(TooManyTries):
        access.entrance.sign_in("another@shop.example", "wrong", "192.0.2.1")
    assert access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.2")


def test_nobody_can_lock_a_person_out_from_elsewhere(access: Access, clock: Clock, compared: list[str | None]) -> None:
    for n in range(400):
        with pytest.raises((SignInRefused, TooManyTries)):
            access.entrance.sign_in(OWNER, "wrong", f"198.51.{n // 200}.{n % 200}")
    with pytest.raises(TooManyTries) as slowed:
        access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
    assert slowed.value.wait_s <= LIMITS["account"].most_s
    clock.pass_s(LIMITS["account"].most_s)
    assert access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")


def test_many_tries_at_once_gain_nothing(access: Access, compared: list[str | None]) -> None:
    def guess(n: int) -> str:
        try:
            access.entrance.sign_in(OWNER, f"wrong {n}", "192.0.2.1")
        except (SignInRefused, TooManyTries) as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(24)))
    assert said.count("sign_in_refused") == LIMITS["account from address"].free
    assert said.count("too_many_tries") == 24 - LIMITS["account from address"].free


def test_failures_are_forgotten_after_a_day(access: Access, clock: Clock, compared: list[str | None]) -> None:
    for _ in range(LIMITS["account from address"].free):
        with pytest.raises(SignInRefused):
            access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
    clock.pass_s(86_401)
    with pytest.raises(SignInRefused):
        access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
    assert access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")


def test_a_whole_network_of_ipv6_is_one_address() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("unix socket") == "unix socket"


def test_the_first_owner_joins_once(empty: Access) -> None:
    old, link = empty.links.first_owner(TEST), empty.links.first_owner(TEST)
    with pytest.raises(LinkGone):
        empty.links.look(old)
    assert empty.links.look(link).kind == "owner"
    assert empty.deserted()
    with pytest.raises(WeakPassword):
        empty.entrance.by_link(link, "password1234", "192.0.2.1", email="ana@shop.example", name="Ana")
    with pytest.raises(UsageError, match="name"):
        empty.entrance.by_link(link, PASSWORD, "192.0.2.1", email="ana@shop.example", name=" \t")
    secret = empty.entrance.by_link(link, PASSWORD, "192.0.2.1", email="ana@shop.example", name="Ana")
    visitor = empty.sessions.visitor(secret)
    assert visitor
    assert visitor.role == Role.OWNER
    assert not empty.deserted()
    with pytest.raises(LinkGone):
        empty.entrance.by_link(link, PASSWORD, "192.0.2.1", email="eva@shop.example", name="Eva")


def test_two_who_open_one_link_at_once_are_one(empty: Access) -> None:
    link = empty.links.first_owner(TEST)

    def open_it(n: int) -> str:
        try:
            return empty.entrance.by_link(link, PASSWORD, "192.0.2.1", email=f"p{n}@shop.example", name="P")
        except LinkGone:
            return ""

    with ThreadPoolExecutor(4) as pool:
        assert sum(1 for secret in pool.map(open_it, range(4)) if secret) == 1
    assert len(empty.people.list()) == 1


def test_somebody_invited_joins_with_the_role_of_the_invitation(access: Access, clock: Clock) -> None:
    link = access.links.invite("new@shop.example", Role.AGENT, TEST)
    assert [one.email for one in access.links.invitations()] == ["new@shop.example"]
    secret = access.entrance.by_link(link, PASSWORD, "192.0.2.1", email="other@shop.example", name="New")
    visitor = access.sessions.visitor(secret)
    assert visitor
    assert (visitor.who, visitor.role) == ("new@shop.example", Role.AGENT)
    assert access.links.invitations() == []


def test_an_invitation_ends_when_withdrawn_renewed_or_old(access: Access, clock: Clock) -> None:
    first = access.links.invite("new@shop.example", Role.VIEWER, TEST)
    second = access.links.invite("new@shop.example", Role.EDITOR, TEST)
    with pytest.raises(LinkGone):
        access.links.look(first)
    access.links.withdraw(access.links.look(second).link_id, TEST)
    with pytest.raises(LinkGone):
        access.links.look(second)
    third = access.links.invite("new@shop.example", Role.EDITOR, TEST)
    clock.pass_s(7 * 86_400)
    with pytest.raises(LinkGone):
        access.entrance.by_link(third, PASSWORD, "192.0.2.1", name="New")
    assert access.links.invitations() == []


def test_the_first_person_is_an_owner(empty: Access) -> None:
    with pytest.raises(UsageError, match="owner"):
        empty.links.invite("ana@shop.example", Role.VIEWER, TEST)


def test_a_member_is_not_invited_again(access: Access) -> None:
    with pytest.raises(UsageError, match="already here"):
        access.links.invite("Viewer@shop.example", Role.OWNER, TEST)


def test_a_link_for_a_new_password_ends_all_sessions_and_lasts_two_hours(access: Access, clock: Clock) -> None:
    email = "analyst@shop.example"
    before, link = session(access, email), access.links.reset(email, TEST)
    clock.pass_s(2 * 3600)
    with pytest.raises(LinkGone):
        access.links.look(link)
    link = access.links.reset(email, TEST)
    secret = access.entrance.by_link(link, NEW, "192.0.2.1")
    assert access.sessions.visitor(before) is None
    assert access.sessions.visitor(secret)
    assert access.people.of(email).role == Role.ANALYST
    with pytest.raises(SignInRefused):
        access.entrance.sign_in(email, PASSWORD, "192.0.2.1")
    assert access.entrance.sign_in(email, NEW, "192.0.2.1")


def test_changing_the_password_needs_the_old_one_and_ends_all_other_sessions(access: Access) -> None:
    other = session(access, OWNER)
    with pytest.raises(SignInRefused):
        access.entrance.change_password(OWNER, "wrong", NEW, "192.0.2.1")
    with pytest.raises(WeakPassword):
        access.entrance.change_password(OWNER, PASSWORD, "owner@shop.example", "192.0.2.1")
    assert access.sessions.visitor(other)
    secret = access.entrance.change_password(OWNER, PASSWORD, NEW, "192.0.2.1")
    assert access.sessions.visitor(other) is None
    assert access.sessions.visitor(secret)
    assert access.entrance.sign_in(OWNER, NEW, "192.0.2.1")


def test_a_hash_of_weaker_times_is_renewed_at_sign_in(access: Access) -> None:
    from argon2 import PasswordHasher
    from sqlalchemy import select, update

    from periplo.access.tables import person

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with access.people._workspace.database.writing() as connection:
        connection.execute(update(person).where(person.c.email == OWNER).values(password=weak))
    access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
    with access.people._workspace.database.reading() as connection:
        kept = connection.scalar(select(person.c.password).where(person.c.email == OWNER))
    assert kept != weak
    assert not passwords.outdated(str(kept))
