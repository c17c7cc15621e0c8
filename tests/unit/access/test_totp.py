"""Codes of authenticator apps: the vectors of RFC 6238, one step of drift, and no code twice."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.access import recovery, totp

RFC = b"12345678901234567890"
STEP_US = totp.STEP_S * 1_000_000
SECRETS = st.binary(min_size=totp.BYTES, max_size=totp.BYTES)
TIMES = st.integers(min_value=STEP_US, max_value=2**41 * 1_000)


@pytest.mark.parametrize(
    ("seconds", "eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, eight: str) -> None:
    """Its appendix B tells eight digits; six are the last of them."""
    now_us = seconds * 1_000_000
    code = totp.code(RFC, totp.step_of(now_us))
    assert code == eight[-6:]
    assert totp.fitting(RFC, code, now_us) == seconds // 30


@given(SECRETS, TIMES, st.integers(-4, 4))
def test_a_clock_may_be_one_step_early_or_late(secret: bytes, now_us: int, drift: int) -> None:
    now = totp.step_of(now_us)
    given = totp.code(secret, max(now + drift, 0))
    near = {totp.code(secret, step) for step in (now - 1, now, now + 1)}
    assert (totp.fitting(secret, given, now_us) is not None) == (given in near)


@given(SECRETS, TIMES, st.lists(st.tuples(st.integers(0, 90), st.integers(-1, 1)), max_size=12))
def test_no_code_serves_twice(secret: bytes, now_us: int, tries: list[tuple[int, int]]) -> None:
    """However time goes on and whichever near code is tried, each time step serves once, and never one before it."""
    used: list[int] = []
    for seconds, drift in tries:
        now_us += seconds * 1_000_000
        step = totp.fitting(secret, totp.code(secret, totp.step_of(now_us) + drift), now_us, used[-1] if used else -1)
        if step is not None:
            used.append(step)
    assert used == sorted(set(used))


@given(st.text(max_size=12))
def test_anything_else_is_no_code(text: str) -> None:
    near = {totp.code(RFC, step) for step in (0, 1, 2)}
    assert (totp.fitting(RFC, text, STEP_US) is not None) == (text in near)


def test_the_picture_tells_the_app_all_it_needs() -> None:
    told = urlsplit(totp.address(RFC, "ana@shop.example", "Periplo Faro: sur"))
    assert (told.scheme, told.netloc) == ("otpauth", "totp")
    assert told.path == "/Periplo%20Faro%20%20sur:ana%40shop.example"
    asked = parse_qs(told.query)
    assert base64.b32decode(asked["secret"][0]) == RFC
    assert (asked["digits"], asked["period"], asked["algorithm"]) == (["6"], ["30"], ["SHA1"])
    assert totp.typed(RFC).replace(" ", "") == asked["secret"][0]


def test_recovery_codes_are_many_long_and_different() -> None:
    codes = recovery.make()
    assert len({recovery.digest(code) for code in codes}) == 10
    assert {len(code.replace("-", "")) for code in codes} == {24}  # of 32 letters: 120 bits


@given(st.integers(0, 9))
def test_a_recovery_code_may_be_typed_as_one_likes(which: int) -> None:
    code = recovery.make()[which]
    kept = recovery.digest(code)
    likewise = (code.upper(), code.replace("-", ""), f" {code} ".replace("-", " "), code.replace("o", "0"))
    assert {recovery.digest(typed) for typed in likewise} == {kept}
    assert recovery.digest(code[:-1]) is None
    assert recovery.digest("123456") is None
