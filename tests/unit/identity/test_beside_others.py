"""Two processes on one state: who reads on after the other knows what one knows that reads all from the beginning."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.identity import KINDS, Decision, Identity, out_of_memory, texts
from periplo.identity import facts as facts_module
from periplo.identity import identity as identity_module
from periplo.operation.shelf import sparing_memory
from support_identity import STRICT, Name, Row, events, open_identity, sets

AT = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = {
    kind: [f"{kind}-{n}@Web" if kind == "email" else f"x{kind}{n}" for n in range(most)]
    for kind, most in {"user_id": 5, "email": 4, "anonymous_id": 6}.items()
}
NAMES: list[Name] = [(kind, value.lower()) for kind, values in VALUES.items() for value in values]
ROW = st.fixed_dictionaries({}, optional={kind: st.sampled_from(values) for kind, values in VALUES.items()})
ROWS: list[Row] = [{kind: value} for kind, values in VALUES.items() for value in values]
EVENTS = events([*ROWS, {}, *({"anonymous_id": "nobody"} | row for row in ROWS), {"user_id": "stranger"}])
NAME = st.sampled_from(NAMES)
STEP = st.one_of(
    st.tuples(st.just("events"), st.lists(ROW, min_size=1, max_size=6)),
    st.tuples(st.sampled_from(["merge", "unmerge"]), st.tuples(NAME, NAME)),
    st.tuples(st.sampled_from(["block", "erase"]), NAME),
    st.tuples(st.just("undo"), st.integers(0, 5)),
)


class Sequence:
    """What has come, and what was decided, for any process to follow."""

    def __init__(self) -> None:
        self.seen: list[Row | Decision] = []

    def take(self, step: tuple[str, Any]) -> None:
        what, given = step
        if what == "events":
            self.seen += given
            return
        taken = [one.seq for one in self.seen if isinstance(one, Decision)]
        about: dict[str, Any] = {"undoes": taken[given % len(taken)] if taken else None} if what == "undo" else {}
        if what != "undo":
            about = dict(zip(("one", "other"), given if what.endswith("merge") else (given,), strict=False))
        self.seen.append(Decision(seq=len(self.seen) + 1, at=AT, what=what, **about))  # type: ignore[arg-type]

    def followed_by(self, identity: Identity) -> None:
        identity.follow(len(self.seen), self._sets, self._decisions)

    def _sets(self, after: int, until: int) -> list[pa.Table]:
        rows = [(place, one) for place, one in enumerate(self.seen[:until], 1) if place > after]
        return [sets([one], place) for place, one in rows if isinstance(one, dict)]

    def _decisions(self, after: int) -> list[Decision]:
        return [one for one in self.seen if isinstance(one, Decision) and one.seq > after]


def erase(identity: Identity, name: Name) -> None:
    ids = np.array([identity._now().id_of(name)])
    if ids[0] > 0:
        with identity.erasing(ids):
            pass


def told(identity: Identity) -> list[Any]:
    """All that it knows, also how far it has read. Owners and totals are asked first: then all is out of memory."""
    owners, totals = identity.owners(), identity.totals()
    known = identity._now()
    arrays = (
        known.kind,
        known.pairs,
        np.sort(np.concatenate([*known.met.runs, known.pairs[:0]])),
        known.customer,
        known.judged.verdict,
        known.erased,
    )
    found = [known.find(KINDS.index(kind), pa.array(values)).tolist() for kind, values in VALUES.items()]
    forms = [known.id_of(name) for name in NAMES]
    assert owners.customers_of(EVENTS).tolist() == identity.customers_of(EVENTS).tolist()
    assert owners.whose().tolist() == known.customer.tolist()
    assert owners.persons(known.customer).tolist() == identity.persons(known.customer).tolist()
    assert totals == identity.moment().totals()
    return [
        known.cursor,
        known.mark,
        known.taken,
        known.judged.rulings,
        found,
        forms,
        *(one.tolist() for one in arrays),
    ]


@settings(max_examples=20, deadline=None)
@given(
    part_rows=st.sampled_from([5, 1 << 16]),
    far=st.sampled_from([0, 2, 1 << 20]),
    near_parts=st.sampled_from([-1, 1, 8]),
    spared=st.booleans(),
    steps=st.lists(st.tuples(STEP, st.sampled_from(["one", "other"]), st.booleans()), min_size=3, max_size=14),
)
def test_reading_on_after_others_equals_reading_all(
    part_rows: int,
    far: int,
    near_parts: int,
    spared: bool,
    steps: list[tuple[Any, str, bool]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Also where many events are read out of memory, and where it is told there whose events are."""
    place, sequence = tmp_path_factory.mktemp("identity") / "state.db", Sequence()
    two = {"one": open_identity(place, STRICT), "other": open_identity(place, STRICT)}
    with pytest.MonkeyPatch.context() as patched, sparing_memory() if spared else nullcontext():
        patched.setattr(facts_module, "PART_ROWS", part_rows)
        patched.setattr(identity_module, "FAR", far)
        patched.setattr(identity_module, "NEAR_PARTS", near_parts)
        patched.setattr(texts, "MOST_SHELVED", 3)
        patched.setattr(out_of_memory, "EDGES_AT_ONCE", 2)
        patched.setattr(out_of_memory, "_NEAR", 0)
        for step, who, looks in steps:
            if step[0] == "erase":
                erase(two[who], step[1])
            else:
                sequence.take(step)
                sequence.followed_by(two[who])
            if looks:
                told(two["one"]), told(two["other"])
    fresh = told(open_identity(place, STRICT))
    assert told(two["one"]) == fresh
    assert told(two["other"]) == fresh


def test_what_is_known_already_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_module, "PART_ROWS", 4)
    writer, reader = open_identity(tmp_path / "state.db"), open_identity(tmp_path / "state.db")
    read: list[int] = []
    from_row = facts_module.from_row

    def counted(row: Any) -> facts_module.Facts:
        read.append(row.part)
        return from_row(row)

    monkeypatch.setattr(facts_module, "from_row", counted)
    for seq in range(1, 21):
        writer.follow(seq, lambda *_, seq=seq: [sets([{"user_id": f"u{seq}"}], seq)])
        read.clear()
        assert reader.moment().totals().persons == seq
        assert min(read) >= (seq - 1) // 4
