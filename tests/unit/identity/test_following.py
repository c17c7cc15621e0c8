"""Identity follows by cursor: any cutting of the sequence, crashes and other processes give the same customers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.identity import KINDS, Identity
from periplo.identity import facts as facts_module
from support_identity import STRICT, Reference, Row, assert_equal, events, open_identity, rules, sets

VALUES = {
    kind: st.sampled_from([f"{kind}-{n}@web" if kind in ("email", "order") else f"x{kind}{n}" for n in range(6)])
    for kind in KINDS
    if kind != "phone"
}
ROWS = st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=60)


def follow_in_parts(identity: Identity, rows: list[Row], cuts: list[int]) -> None:
    bounds = sorted({0, len(rows), *(cut % len(rows) for cut in cuts)})
    for start, end in pairwise(bounds):
        identity.follow(end, lambda *_, start=start, end=end: [sets(rows[start:end], start + 1)])


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 60), max_size=4))
def test_any_cutting_equals_event_by_event(
    rows: list[Row], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    identity = open_identity(tmp_path_factory.mktemp("identity") / "state.db", STRICT)
    follow_in_parts(identity, rows, cuts)
    reference = Reference()
    for row in rows:
        reference.see(row)
    assert_equal(identity, reference, rows)


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 60), max_size=4))
def test_a_process_that_starts_judges_alike(
    rows: list[Row], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("identity") / "state.db"
    follow_in_parts(identity := open_identity(place, STRICT), rows, cuts)
    again = open_identity(place, STRICT)._now()
    known = identity._now()
    assert again.customer.tolist() == known.customer.tolist()
    assert again.judged.verdict.tolist() == known.judged.verdict.tolist()


def test_another_process_sees_what_was_committed(place: str) -> None:
    writer, reader = open_identity(place), open_identity(place)
    rows: list[Row] = [{"anonymous_id": "a1"}, {"anonymous_id": "a1", "user_id": "u1"}]
    assert reader.cursor() == 0
    follow_in_parts(writer, rows, [1])
    assert reader.cursor() == 2
    assert reader.customers_of(events(rows)).tolist() == writer.customers_of(events(rows)).tolist() == [1, 1]


def test_a_crash_before_the_commit_leaves_nothing(place: str) -> None:
    identity = open_identity(place)

    def failing(*_: int) -> list[object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        identity.follow(1, failing)
    identity.follow(1, lambda *_: [sets([{"user_id": "u1"}])])
    assert (identity.cursor(), identity.totals().persons) == (1, 1)


def test_what_was_read_is_not_read_again(place: str) -> None:
    identity = open_identity(place)
    identity.follow(1, lambda *_: [sets([{"user_id": "u1"}])])
    identity.follow(1, lambda *_: pytest.fail("read again"))


def test_small_parts_grow_and_full_ones_stay(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_module, "PART_ROWS", 4)
    identity = open_identity(place)
    for seq in range(1, 10):
        identity.follow(seq, lambda *_, seq=seq: [sets([{"user_id": f"u{seq}"}], seq)])
    with identity._database.reading() as connection:
        parts = connection.exec_driver_sql("SELECT count(*) FROM identity_part").scalar()
    assert parts == 3
    assert open_identity(place).totals().persons == 9


def test_a_shop_may_set_its_own_limits(place: str) -> None:
    identity = open_identity(place, rules(email=1))
    rows: list[Row] = [{"user_id": "u1", "email": "a@x.es"}, {"user_id": "u1", "email": "b@x.es"}]
    identity.follow(2, lambda *_: [sets(rows)])
    assert [one.why for one in identity.suggestions()] == ["limit:email"]


def test_what_is_told_of_edges_is_found_in_any_part(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_module, "PART_ROWS", 7)
    identity = open_identity(place)
    for seq in range(1, 20):
        row = {"user_id": f"u{seq % 4}", "anonymous_id": f"a{seq}"}
        identity.follow(seq, lambda *_, row=row, seq=seq: [sets([row], seq)])
        for user in range(min(seq, 4)):
            customer = identity.number_of(f"u{user}") or 0
            assert [link.seq for link in identity.links(customer)] == [n for n in range(1, seq + 1) if n % 4 == user]
