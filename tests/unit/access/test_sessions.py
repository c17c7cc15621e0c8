"""Sessions end: when idle, when old, when ended, and nobody can plant one."""

import pytest

from periplo.access import ALL, Access, By, Permission, Role
from periplo.access.limits import Limits
from periplo.errors import TooManyTries, UnknownName, UsageError
from support_access import PASSWORD, TEST, Clock, session

OWNER = "owner@shop.example"
DAY_S = 86_400


def test_a_session_ends_when_it_is_not_used_for_a_day(access: Access, clock: Clock) -> None:
    secret = access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
    for _ in range(3):
        clock.pass_s(DAY_S - 1)
        assert access.sessions.visitor(secret)
    clock.pass_s(DAY_S + 1)
    assert access.sessions.visitor(secret) is None


def test_a_session_ends_after_two_weeks_however_it_is_used(access: Access, clock: Clock) -> None:
    secret = access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
    for _ in range(28):
        assert access.sessions.visitor(secret)
        clock.pass_s(DAY_S / 2)
    assert access.sessions.visitor(secret)
    clock.pass_s(1)
    assert access.sessions.visitor(secret) is None


def test_each_sign_in_has_a_secret_of_its_own(access: Access) -> None:
    secrets = {access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1") for _ in range(2)}
    assert len(secrets) == 2
    assert all(len(secret) >= 43 for secret in secrets)  # 256 bits
    csrf = {visitor.csrf for secret in secrets if (visitor := access.sessions.visitor(secret))}
    assert len(csrf) == 2


def test_sessions_are_listed_and_ended_one_by_one_or_all(access: Access) -> None:
    who = access.people.of(OWNER).user_id
    first, second = (access.entrance.sign_in(OWNER, PASSWORD, f"192.0.2.{n}", "a browser") for n in (1, 2))
    assert {one.address for one in access.sessions.of(who)} == {"192.0.2.1", "192.0.2.2"}
    visitor = access.sessions.visitor(first)
    assert visitor
    access.sessions.end(who, visitor.session_id, By(OWNER))
    assert access.sessions.visitor(first) is None
    assert access.sessions.visitor(second)
    access.sessions.end_all(who, By(OWNER))
    assert access.sessions.visitor(second) is None
    assert access.sessions.of(who) == []


def test_nobody_ends_the_session_of_another(access: Access) -> None:
    secret = session(access, OWNER)
    access_time = access.sessions.of(access.people.of(OWNER).user_id)
    access.sessions.end(access.people.of("viewer@shop.example").user_id, access_time[0].session_id, TEST)
    assert access.sessions.of(access.people.of(OWNER).user_id) == access_time
    assert secret


def test_a_token_lasts_as_long_as_it_was_made_for(access: Access, clock: Clock) -> None:
    _, secret = access.tokens.make("ci", [Permission.NUMBERS], 30, TEST)
    clock.pass_s(30 * DAY_S - 1)
    visitor = access.tokens.visitor(secret)
    assert visitor
    assert visitor.may == {Permission.NUMBERS}
    clock.pass_s(1)
    assert access.tokens.visitor(secret) is None


def test_a_persons_token_may_never_more_than_the_person(access: Access) -> None:
    who = access.people.of("editor@shop.example")
    _, secret = access.tokens.make("all", ALL, 1, TEST, user_id=who.user_id)
    for role in (Role.EDITOR, Role.VIEWER):
        access.people.set_role(who.email, role, TEST)
        visitor = access.tokens.visitor(secret)
        assert visitor
        assert visitor.may == (
            ALL - {Permission.ERASE, Permission.PEOPLE, Permission.OPERATION}
            if role is Role.EDITOR
            else {Permission.NUMBERS}
        )


def test_a_revoked_token_opens_nothing_at_once_and_stays_in_the_list(access: Access) -> None:
    token_id, secret = access.tokens.make("ci", [Permission.NUMBERS], 30, TEST)
    assert access.tokens.visitor(secret)
    access.tokens.revoke(token_id, TEST)
    assert access.tokens.visitor(secret) is None
    (one,) = access.tokens.list()
    assert one.revoked
    assert one.used
    assert secret.startswith(one.beginning)
    assert len(one.beginning) < 16


def test_a_person_revokes_only_their_own_tokens(access: Access) -> None:
    owner, viewer = (access.people.of(f"{role}@shop.example").user_id for role in ("owner", "viewer"))
    token_id, _ = access.tokens.make("ci", [Permission.NUMBERS], 30, TEST, user_id=owner)
    with pytest.raises(UnknownName):
        access.tokens.revoke(token_id, TEST, user_id=viewer)


@pytest.mark.parametrize(("name", "scopes", "days"), [("", ALL, 1), ("x", (), 1), ("x", ALL, 0), ("x", ALL, 367)])
def test_a_token_has_a_name_a_scope_and_an_end(
    access: Access, name: str, scopes: frozenset[Permission], days: int
) -> None:
    with pytest.raises(UsageError):
        access.tokens.make(name, scopes, days, TEST)


def test_a_visitor_who_asks_too_often_waits() -> None:
    now = [0.0]
    limits = Limits(burst=3, rate=2, most=2, clock=lambda: now[0])
    for _ in range(3):
        limits.take("a")
    with pytest.raises(TooManyTries):
        limits.take("a")
    limits.take("b")
    now[0] = 0.5
    limits.take("a")
    with pytest.raises(TooManyTries):
        limits.take("a")


def test_limits_remember_no_more_visitors_than_they_are_told() -> None:
    limits = Limits(burst=1, rate=0.001, most=2, clock=lambda: 0.0)
    for key in "abc":
        limits.take(key)
    limits.take("a")  # forgotten, so that memory does not grow
    with pytest.raises(TooManyTries):
        limits.take("c")
