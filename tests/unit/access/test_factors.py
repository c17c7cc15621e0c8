"""Second factors: what a session owes, codes that serve once, recovery codes, and who may take one away."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from periplo.access import ALL, Access, By, Given, Role, Visitor, passwords
from periplo.access.attempts import LIMITS
from periplo.errors import DamagedShop, SignInRefused, TooManyTries, UnknownName, UsageError
from support_access import PASSWORD, TEST, Clock, enrolled, joined, phone, session

OWNER, VIEWER = "owner@shop.example", "viewer@shop.example"
HERE = "192.0.2.1"
STEP_S = 30


def known(access: Access, secret: str) -> Visitor:
    visitor = access.sessions.visitor(secret)
    assert visitor
    return visitor


def half(access: Access, email: str = OWNER, address: str = HERE) -> Visitor:
    """Somebody whose password was right."""
    return known(access, access.entrance.sign_in(email, PASSWORD, address))


def test_it_takes_effect_with_the_password_and_its_first_code(access: Access, clock: Clock) -> None:
    who, other = known(access, session(access, OWNER)), session(access, OWNER)
    draft = access.factors.draft(who, "Periplo Faro")
    assert draft == access.factors.draft(who, "Periplo Faro")
    assert draft != access.factors.draft(known(access, other), "Periplo Faro")
    app = phone(access.factors._secret(who))
    for code, password in (("000000", PASSWORD), (app(clock()), "wrong")):
        with pytest.raises(SignInRefused):
            access.factors.turn_on(who, Given(code, password, HERE))
    assert access.factors.of(who.user_id) is None
    secret, codes = access.factors.turn_on(who, Given(app(clock()), PASSWORD, HERE))
    factor = access.factors.of(who.user_id)
    assert factor
    assert factor.codes == len(codes) == 10
    assert known(access, secret).may == ALL
    assert access.sessions.visitor(other) is None
    again = known(access, secret)
    first = Given(phone(access.factors._secret(again))(clock()), PASSWORD, HERE)
    with pytest.raises(UsageError, match="already"):
        access.factors.turn_on(again, first)


def test_the_password_alone_may_nothing_until_the_code_comes(access: Access, clock: Clock) -> None:
    app, _ = enrolled(access, OWNER)
    clock.pass_s(STEP_S)
    who = half(access)
    assert (who.owes, who.may) == ("code", frozenset())
    whole = known(access, access.factors.give(who, Given(app(clock()), address=HERE)))
    assert (whole.owes, whole.may) == ("", ALL)
    assert whole.session_id != who.session_id
    assert who.session_id not in [one.session_id for one in access.sessions.of(who.user_id)]
    assert [entry.action for entry in access.audit.list(limit=2)] == ["sign_in", "password_given"]


def test_a_session_that_owes_the_code_ends_after_ten_minutes(access: Access, clock: Clock) -> None:
    enrolled(access, OWNER)
    secret = access.entrance.sign_in(OWNER, PASSWORD, HERE)
    clock.pass_s(600)
    assert access.sessions.visitor(secret)
    clock.pass_s(1)
    assert access.sessions.visitor(secret) is None


def test_a_code_serves_once_also_for_those_who_ask_at_once(access: Access, clock: Clock) -> None:
    app, _ = enrolled(access, OWNER)
    with pytest.raises(SignInRefused):  # the one that confirmed it
        access.factors.give(half(access), Given(app(clock()), address=HERE))
    clock.pass_s(STEP_S)
    everyone = [half(access, address=f"192.0.2.{n}") for n in range(4)]

    def give(who: Visitor) -> bool:
        try:
            access.factors.give(who, Given(app(clock()), address=HERE))
        except (SignInRefused, TooManyTries):  # the second where all begin before one is done
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(give, everyone)) == 1


@pytest.mark.parametrize(("late_s", "opens"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phone_may_be_half_a_minute_wrong(access: Access, clock: Clock, late_s: int, opens: bool) -> None:
    app, _ = enrolled(access, OWNER)
    clock.pass_s(3600)
    given = Given(app(clock() + late_s * 1_000_000), address=HERE)
    if opens:
        assert access.factors.give(half(access), given)
    else:
        with pytest.raises(SignInRefused):
            access.factors.give(half(access), given)


def test_wrong_codes_wait_as_wrong_passwords_do(access: Access, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for who knows the password: it being right forgets nothing as long as the code is owed."""
    app, codes = enrolled(access, OWNER)
    clock.pass_s(STEP_S)
    monkeypatch.setattr(passwords, "fits", lambda kept, password: password == PASSWORD)
    for _ in range(2):
        who = half(access)
        with pytest.raises(SignInRefused):
            access.factors.give(who, Given("000000", address=HERE))
    who = half(access)  # the fifth that was not followed by the right code
    with pytest.raises(TooManyTries):
        half(access)
    with pytest.raises(TooManyTries):  # even the right one has to wait
        access.factors.give(who, Given(codes[0], address=HERE))
    clock.pass_s(20)
    assert access.factors.give(half(access, address="192.0.2.9"), Given(app(clock()), address="192.0.2.9"))


def test_from_wherever_codes_are_guessed_they_wait(access: Access, clock: Clock) -> None:
    enrolled(access, OWNER)
    who = known(access, session(access, OWNER))
    for n in range(LIMITS["code"].free):
        with pytest.raises(SignInRefused):
            access.factors.give(who, Given("000000", address=f"198.51.100.{n}"))
    with pytest.raises(TooManyTries):
        access.factors.give(who, Given("000000", address="198.51.100.99"))


def test_all_wrong_codes_are_one_and_the_same(access: Access, clock: Clock) -> None:
    app, codes = enrolled(access, OWNER)
    clock.pass_s(STEP_S)
    used = app(clock())
    access.factors.give(half(access), Given(used, address=HERE))
    said = set()
    for n, code in enumerate(("", "000000", used, "x" * 24, "é" * 500, f"{codes[0]}a")):
        with pytest.raises(SignInRefused) as refused:
            access.factors.give(half(access, address=f"192.0.2.{n}"), Given(code, address=f"192.0.2.{n}"))
        said.add(str(refused.value))
    assert len(said) == 1


def test_a_recovery_code_opens_once_and_is_noted(access: Access, clock: Clock) -> None:
    _, codes = enrolled(access, OWNER)
    who = half(access)
    assert access.factors.give(who, Given(codes[3].upper(), address=HERE))
    assert "recovery_code_used" in [entry.action for entry in access.audit.list(limit=3)]
    factor = access.factors.of(who.user_id)
    assert factor
    assert factor.codes == 9
    with pytest.raises(SignInRefused):
        access.factors.give(half(access), Given(codes[3], address=HERE))


def test_new_recovery_codes_and_turning_off_need_password_and_code(access: Access, clock: Clock) -> None:
    app, old = enrolled(access, OWNER)
    who = known(access, session(access, OWNER, whole=True))
    clock.pass_s(STEP_S)
    for given in (Given(app(clock()), "wrong", HERE), Given("000000", PASSWORD, HERE)):
        for change in (access.factors.renew_codes, access.factors.turn_off):
            with pytest.raises(SignInRefused):
                change(who, given)
    new = access.factors.renew_codes(who, Given(app(clock()), PASSWORD, HERE))
    assert not set(new) & set(old)
    with pytest.raises(SignInRefused):
        access.factors.turn_off(who, Given(old[0], PASSWORD, HERE))
    clock.pass_s(STEP_S)
    other = session(access, OWNER, whole=True)
    secret = access.factors.turn_off(who, Given(new[0], PASSWORD, HERE))
    assert known(access, secret).may == ALL
    assert access.sessions.visitor(other) is None
    assert access.factors.of(who.user_id) is None
    assert half(access).owes == ""
    assert "second_factor_off" in [entry.action for entry in access.audit.list()]


def test_an_owner_resets_the_second_factor_of_another_not_the_own(access: Access) -> None:
    enrolled(access, VIEWER)
    enrolled(access, OWNER)
    theirs = session(access, VIEWER, whole=True)
    assert access.people.of(VIEWER).second_factor
    access.factors.reset(VIEWER, By(OWNER))
    assert not access.people.of(VIEWER).second_factor
    assert access.sessions.visitor(theirs) is None
    entry = access.audit.list()[0]
    assert (entry.who, entry.action, entry.target) == (OWNER, "second_factor_reset", VIEWER)
    for email, error in ((VIEWER, UsageError), (OWNER, UsageError), ("nobody@shop.example", UnknownName)):
        with pytest.raises(error):
            access.factors.reset(email, By(OWNER))
    access.factors.reset(OWNER, By("terminal:root"))
    assert half(access).owes == ""


def test_nobody_resets_who_belongs_to_another_workspace_too(access: Access, tmp_path: Path) -> None:
    other = Access(tmp_path / "access.db", "other")
    joined(other, "eva@other.example", Role.OWNER)
    joined(other, VIEWER, Role.EDITOR)
    enrolled(access, VIEWER)
    with pytest.raises(UsageError, match="other workspaces"):
        access.factors.reset(VIEWER, By(OWNER))
    assert access.people.of(VIEWER).second_factor


def test_where_everybody_needs_one_who_has_none_may_nothing_but_set_it_up(access: Access, tmp_path: Path) -> None:
    other = Access(tmp_path / "access.db", "other")
    eva = joined(other, "eva@other.example", Role.OWNER)
    before = session(access, VIEWER)
    access.factors.demand(True, TEST)
    access.factors.demand(True, TEST)
    assert access.factors.demanded()
    assert [entry.action for entry in access.audit.list(limit=2)].count("second_factor_demanded") == 1
    assert (known(access, before).owes, known(access, before).may) == ("factor", frozenset())
    assert known(other, eva).may == ALL
    _, token = access.tokens.make("ci", ALL, 1, TEST, user_id=access.people.of(OWNER).user_id)
    program = access.tokens.visitor(token)
    assert program
    assert program.may == ALL
    access.factors.demand(False, TEST)
    assert known(access, before).owes == ""
    assert not access.factors.demanded()


def test_a_new_password_by_link_does_not_pass_by_the_code(access: Access) -> None:
    enrolled(access, VIEWER)
    link = access.links.reset(VIEWER, TEST)
    assert known(access, access.entrance.by_link(link, "tres tristes tigres comen", HERE)).owes == "code"


def test_a_new_password_keeps_the_session_whole(access: Access) -> None:
    enrolled(access, OWNER)
    secret = access.entrance.change_password(OWNER, PASSWORD, "tres tristes tigres comen", HERE)
    assert known(access, secret).owes == ""


def test_the_secrets_of_second_factors_are_nowhere_in_the_database(access: Access, tmp_path: Path) -> None:
    who = known(access, session(access, OWNER))
    draft, secret = access.factors.draft(who, "Periplo Faro"), access.factors._secret(who)
    _, codes = access.factors.turn_on(who, Given(phone(secret)(access.people._workspace.now_us()), PASSWORD, HERE))
    access.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    hidden = [secret, draft.typed.replace(" ", "").encode(), *(code.encode() for code in codes)]
    assert not [one for one in hidden if one in kept]
    assert (tmp_path / "access.key").stat().st_mode & 0o077 == 0


def test_a_sealed_secret_opens_with_no_other_key(access: Access, clock: Clock, tmp_path: Path) -> None:
    app, codes = enrolled(access, OWNER)
    clock.pass_s(STEP_S)
    (tmp_path / "access.key").write_bytes(b"another key of thirty-two bytes.")
    with pytest.raises(DamagedShop, match=r"access\.key"):
        access.factors.give(half(access), Given(app(clock()), address=HERE))
    assert access.factors.give(half(access), Given(codes[0], address=HERE))
    seal = access.factors._seal
    with pytest.raises(DamagedShop):
        seal.open(seal.close(b"a secret", "one"), "another")
    assert seal.close(b"a secret", "one") != seal.close(b"a secret", "one"), "each time with a nonce of its own"


def test_who_leaves_takes_it_along(access: Access) -> None:
    enrolled(access, VIEWER)
    access.people.remove(VIEWER, TEST)
    with access.people._workspace.database.reading() as connection:
        for table in ("factor", "recovery"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0
