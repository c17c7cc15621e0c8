"""Whatever comes in whatever order (events, merges, unmerges, blocks, undoings, shared devices, restarts), identity
is what the slow and obvious reference finds from the whole sequence."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from periplo.identity import KINDS, Decision
from support_identity import STRICT, Name, Reference, Row, assert_equal, open_identity, sets

VALUES = {
    kind: st.sampled_from([f"{kind}-{n}@web" if kind in ("email", "order") else f"x{kind}{n}" for n in range(most)])
    for kind, most in {"user_id": 4, "loyalty_card": 2, "email": 4, "anonymous_id": 5, "order": 3}.items()
}
ROWS = st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=8)
AT = datetime(2026, 1, 1, tzinfo=UTC)


class Deciding(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="periplo-identity-"))
        self.reference = Reference()
        self.identity = open_identity(self.folder / "state.db", STRICT)

    def teardown(self) -> None:
        self.identity._database.close()
        rmtree(self.folder)

    @property
    def sequence(self) -> list[Row | Decision]:
        return self.reference.sequence

    @property
    def seen(self) -> list[Name]:
        rows = [row for row in self.sequence if isinstance(row, dict)]
        return sorted({(kind, row[kind]) for row in rows for kind in row})

    @rule(rows=ROWS)
    def events_come(self, rows: list[Row]) -> None:
        for row in rows:
            self.reference.see(row)

    def decide(self, what: Any, **given: Any) -> None:
        self.reference.see(Decision(seq=len(self.sequence) + 1, at=AT, what=what, **given))

    def two(self, data: st.DataObject) -> tuple[Name, Name]:
        one, other = data.draw(st.lists(st.sampled_from(self.seen), min_size=2, max_size=2, unique=True))
        return one, other

    @precondition(lambda self: len(self.seen) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        one, other = self.two(data)
        self.decide("merge", one=one, other=other)

    @precondition(lambda self: self.reference.edges())
    @rule(data=st.data())
    def drop_an_edge(self, data: st.DataObject) -> None:
        _, (one, other) = data.draw(st.sampled_from(self.reference.edges()))
        self.decide("unmerge", one=one, other=other)

    @precondition(lambda self: self.reference.decided("merge", 1 << 20))
    @rule(data=st.data())
    def drop_a_merge(self, data: st.DataObject) -> None:
        merge = data.draw(st.sampled_from(self.reference.decided("merge", 1 << 20)))
        self.decide("unmerge", one=merge.other, other=merge.one)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def split_off(self, data: st.DataObject) -> None:
        self.decide("unmerge", one=data.draw(st.sampled_from(self.seen)))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def block(self, data: st.DataObject) -> None:
        self.decide("block", one=data.draw(st.sampled_from(self.seen)))

    @precondition(lambda self: any(isinstance(one, Decision) for one in self.sequence))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        taken = [one for one in self.sequence if isinstance(one, Decision)]
        self.decide("undo", undoes=data.draw(st.sampled_from(taken)).seq)

    @rule()
    def restart(self) -> None:
        self.identity._database.close()
        self.identity = open_identity(self.folder / "state.db", STRICT)

    @rule()
    def start_from_nothing(self) -> None:
        self.identity._database.close()
        (self.folder / "state.db").unlink()
        self.identity = open_identity(self.folder / "state.db", STRICT)

    @rule()
    def follow(self) -> None:
        self.identity.follow(len(self.sequence), self._sets, self._decisions)
        assert_equal(self.identity, self.reference, [row for row in self.sequence if isinstance(row, dict)])

    @invariant()
    def limits_hold_and_no_two_accounts_merge_silently(self) -> None:
        known = self.identity._now()
        if known.judged.rulings.merges:
            return
        held = Counter(zip(known.customer[1:].tolist(), known.kind[1:].tolist(), strict=True))
        assert all(not customer or most <= STRICT.limits[kind] for (customer, kind), most in held.items())

    def _sets(self, after: int, until: int) -> list[pa.Table]:
        rows = [(place, row) for place, row in enumerate(self.sequence[:until], 1) if place > after]
        return [sets([row], place) for place, row in rows if isinstance(row, dict)]

    def _decisions(self, after: int) -> list[Decision]:
        return [one for one in self.sequence if isinstance(one, Decision) and one.seq > after]


TestDeciding = Deciding.TestCase
TestDeciding.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_the_machine_reads_all_kinds() -> None:
    assert {*VALUES} | {"phone"} == {*KINDS}
