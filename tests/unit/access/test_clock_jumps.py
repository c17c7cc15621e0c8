"""The machine's clock is set forward or back while people are signed in, locked out, or invited."""

import pytest

from periplo.access import ALL, Access, Role, passwords
from periplo.access.attempts import LIMITS
from periplo.errors import LinkGone, SignInRefused, TooManyTries
from support_access import PASSWORD, TEST, Clock, enrolled, session

OWNER = "owner@shop.example"
HOUR_S, DAY_S = 3600, 86_400
FREE, MOST_S = LIMITS["account from address"]


@pytest.fixture(autouse=True)
def compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "fits", lambda kept, password: kept is not None and password == PASSWORD)


def guess(access: Access, times: int = 1) -> int:
    """Guesses wrongly; answers how many guesses were looked at."""
    looked_at = 0
    for _ in range(times):
        with pytest.raises((SignInRefused, TooManyTries)) as said:
            access.entrance.sign_in(OWNER, "wrong", "192.0.2.1")
        looked_at += said.type is SignInRefused
    return looked_at


def wait_s(access: Access) -> int:
    with pytest.raises(TooManyTries) as early:
        access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")
    return early.value.wait_s


@pytest.mark.parametrize("back_s", [60, 2 * HOUR_S, 400 * DAY_S])
def test_a_lockout_does_not_outlast_a_clock_set_back(access: Access, clock: Clock, back_s: int) -> None:
    guess(access, FREE + 5)
    clock.pass_s(wait_s(access))
    guess(access)
    usual = wait_s(access)
    clock.pass_s(-back_s)
    left = wait_s(access)
    assert 0 < left <= usual + 60
    clock.pass_s(left / 2)
    assert wait_s(access) <= left / 2 + 1, "asking meanwhile does not begin the wait anew"
    clock.pass_s(left / 2)
    assert access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")


def test_a_lockout_from_when_the_clock_ran_ahead_ends(access: Access, clock: Clock) -> None:
    clock.pass_s(400 * DAY_S)
    guess(access, FREE)
    clock.pass_s(-400 * DAY_S)
    clock.pass_s(wait_s(access))
    assert access.entrance.sign_in(OWNER, PASSWORD, "192.0.2.1")


@pytest.mark.parametrize("ahead_s", [2 * HOUR_S, 2 * DAY_S])
def test_a_clock_set_forward_gives_no_more_guesses_than_time_would(access: Access, clock: Clock, ahead_s: int) -> None:
    while guess(access):
        pass
    clock.pass_s(ahead_s)
    there = guess(access, 50)
    assert there == (1 if ahead_s < DAY_S else FREE), "what is forgotten after a day is forgotten, no more"
    clock.pass_s(-ahead_s)
    assert guess(access, 50) == 0


@pytest.mark.parametrize("back_s", [HOUR_S, 23 * HOUR_S])
def test_who_is_signed_in_stays_so_and_not_for_longer(access: Access, clock: Clock, back_s: int) -> None:
    secret = session(access, OWNER)
    clock.pass_s(-back_s)
    assert access.sessions.visitor(secret)
    clock.pass_s(DAY_S + 1)
    assert access.sessions.visitor(secret) is None


def test_a_session_of_a_clock_that_ran_far_ahead_ends_with_that(access: Access, clock: Clock) -> None:
    before = session(access, OWNER)
    clock.pass_s(400 * DAY_S)
    ahead = session(access, OWNER)
    assert access.sessions.visitor(ahead)
    assert access.sessions.visitor(before) is None
    clock.pass_s(-400 * DAY_S)
    assert access.sessions.visitor(ahead) is None
    assert access.sessions.of(access.people.of(OWNER).user_id) == []


def test_a_sign_in_that_waits_for_its_code_does_not_wait_longer(access: Access, clock: Clock) -> None:
    enrolled(access, OWNER, ago_us=60_000_000)
    secret = session(access, OWNER)
    clock.pass_s(-HOUR_S)
    assert access.sessions.visitor(secret) is None


def test_tokens_and_links_of_a_clock_that_ran_ahead_open_nothing(access: Access, clock: Clock) -> None:
    _, usual = access.tokens.make("usual", ALL, 30, TEST)
    clock.pass_s(400 * DAY_S)
    _, ahead = access.tokens.make("ahead", ALL, 30, TEST)
    link = access.links.invite("new@shop.example", Role.VIEWER, TEST)
    clock.pass_s(-400 * DAY_S)
    assert access.tokens.visitor(usual)
    assert access.tokens.visitor(ahead) is None
    with pytest.raises(LinkGone):
        access.links.look(link)
    assert access.links.invitations() == []


def test_tokens_and_links_outlive_a_clock_that_is_mended(access: Access, clock: Clock) -> None:
    token_id, token = access.tokens.make("usual", ALL, 30, TEST)
    link = access.links.invite("new@shop.example", Role.VIEWER, TEST)
    clock.pass_s(-HOUR_S)
    assert access.tokens.visitor(token)
    assert access.links.look(link).email == "new@shop.example"
    access.tokens.revoke(token_id, TEST)
    clock.pass_s(-HOUR_S)
    assert access.tokens.visitor(token) is None
