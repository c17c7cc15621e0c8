"""Passwords: what is taken, how it is kept, and that an unknown person costs as much as a known one."""

import pytest
from argon2 import PasswordHasher

from periplo.access import passwords
from periplo.errors import WeakPassword


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "password1234",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "periploperiplo",
        "marta.garcia.shop",
        "x" * 201,
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check(password, ["periplo", "marta", "garcia", "shop", "marta.garcia@shop.example"])


@pytest.mark.parametrize(
    "password",
    ["mi perro come lechuga", "ñandú 北京 Zürich 🐙", " leading and trailing ", "x7Q!mP2$vL9k", "lluvia de tres " * 12],
)
def test_any_characters_make_a_good_password(password: str) -> None:
    passwords.check(password, ["periplo"])
    kept = passwords.hashed(password)
    assert passwords.fits(kept, password)
    assert not passwords.fits(kept, password.upper() + "x")
    assert not passwords.fits(kept, password.strip() + "  ")


def test_hashes_are_salted_and_as_hard_as_asked_for() -> None:
    one, other = passwords.hashed("the same password"), passwords.hashed("the same password")
    assert one != other
    for kept in (one, other):
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.outdated(one)
    assert passwords.outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQxMjM0$Mu5yXv1bFdj1HjT4XoZzX0YbCkCdy0VnuLFzNRKQ8gY"
    )


def test_nobodys_hash_is_made_as_all_others_and_fits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for hasher in (PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), passwords._hasher):
        monkeypatch.setattr(passwords, "_hasher", hasher)
        assert not passwords.fits(None, "x")
        assert passwords._nobodys(hasher).split("$")[:4] == passwords.hashed("x").split("$")[:4]
    assert not passwords.fits("", "")


def test_a_damaged_hash_opens_nothing() -> None:
    assert not passwords.fits("no hash at all", "x")
