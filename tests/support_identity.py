"""Identity for tests: rows to feed it, and the slow and obvious way it must equal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from periplo.events.identifiers import normalise_column
from periplo.identity import KINDS, SETS, Decision, Identity, Rules, open_state
from periplo.vocabulary import Identifiers, taxonomy

Row = dict[str, str]
Name = tuple[str, str]


def rules(**limits: int) -> Rules:
    words = taxonomy().identifiers
    return Rules.of(
        Identifiers(
            never=words.never,
            limits={**words.limits, **limits},
            priority=words.priority,
            shared_device_user_ids=words.shared_device_user_ids,
        )
    )


def open_identity(place: Path | str, use: Rules | None = None) -> Identity:
    return Identity(open_state(place), use or rules(), lambda kind, column: normalise_column(kind, column, "ES"))


def sets(rows: Sequence[Row], first_seq: int = 1) -> pa.Table:
    """Rows (kind -> value) as identifier sets with consecutive places in the sequence."""
    columns = {kind: pa.array([row.get(kind) for row in rows], pa.string()) for kind in KINDS}
    about = {
        "previous_id": pa.array([row.get("previous_id") for row in rows], pa.string()),
        "seq": pa.array(np.arange(first_seq, first_seq + len(rows))),
        "occurred_at": pa.array(np.zeros(len(rows), "datetime64[us]")).cast(SETS.field("occurred_at").type),
        "source": pa.array(["web"] * len(rows), pa.string()),
        "event": pa.array(["Page Viewed"] * len(rows), pa.string()),
    }
    return pa.table({**columns, **about}, schema=SETS)


def events(rows: Sequence[Row]) -> pa.Table:
    """The same rows with the columns of events."""
    columns = {kind: pa.array([row.get(kind) for row in rows], pa.string()) for kind in KINDS[:-1]}
    orders = pa.array([row["order"].partition("@")[0] if "order" in row else None for row in rows], pa.string())
    return pa.table({"source": pa.array(["web"] * len(rows), pa.string()), **columns, "order_id": orders})


LIMITS = {"user_id": 1, "loyalty_card": 2, "email": 2, "phone": 2, "anonymous_id": 4}
SHARED_AFTER = 3
STRICT = Rules(np.array([LIMITS.get(kind, 1 << 40) for kind in KINDS]), SHARED_AFTER, tuple(range(len(KINDS))))
Pair = tuple[Name, Name]


class Reference:
    """Remembers the sequence, and finds out from all of it who is who: slow and obvious.

    ``strict`` limits and priority are those of the kinds in their usual order.
    """

    def __init__(self) -> None:
        self.sequence: list[Row | Decision] = []

    def see(self, what: Row | Decision) -> None:
        self.sequence.append(what)

    def undone(self, until: int) -> set[int]:
        """The decisions that others have undone, as far as the sequence was known then."""
        gone: set[int] = set()
        for what in reversed(self.sequence[:until]):
            if isinstance(what, Decision) and what.what == "undo" and what.seq not in gone:
                assert what.undoes is not None
                gone.add(what.undoes)
        return gone

    def decided(self, what: str, until: int) -> list[Decision]:
        gone = self.undone(until)
        taken = [one for one in self.sequence[:until] if isinstance(one, Decision) and one.seq not in gone]
        return [one for one in taken if one.what == what]

    def blocked(self, until: int) -> set[Name]:
        return {one.one for one in self.decided("block", until) if one.one}

    def names(self, row: Row, blocked: set[Name]) -> list[Name]:
        return [(kind, row[kind]) for kind in KINDS if kind in row and (kind, row[kind]) not in blocked]

    def edges(self) -> list[tuple[int, Pair]]:
        """Two identifiers that an event carried, and the place of the first such event."""
        met: dict[Pair, int] = {}
        for place, what in enumerate(self.sequence):
            if isinstance(what, dict):
                names = self.names(what, self.blocked(place))
                for other in names[1:]:
                    met.setdefault((names[0], other), place)
        return [(place, pair) for pair, place in met.items()]

    def live(self) -> list[tuple[int, Pair, bool]]:
        """Edges and merges that count, in order; True for a merge."""
        end = len(self.sequence)
        drops = [(self.sequence.index(one), {one.one, one.other} - {None}) for one in self.decided("unmerge", end)]
        merges = [(self.sequence.index(one), (one.one, one.other), True) for one in self.decided("merge", end)]
        all_of = [(place, pair, False) for place, pair in self.edges()] + merges
        blocked = self.blocked(end)
        kept = [
            (place, pair, merge)
            for place, pair, merge in sorted(all_of, key=lambda one: one[0])
            if not any(names <= {*pair} and place < at for at, names in drops) and not blocked & {*pair}
        ]
        shared = self.shared(kept)
        return [one for one in kept if one[2] or not shared & {*one[1]}]

    def shared(self, live: list[tuple[int, Pair, bool]]) -> set[Name]:
        users: dict[Name, set[Name]] = {}
        for _, (stronger, weaker), merge in live:
            if not merge and stronger[0] == "user_id" and weaker[0] == "anonymous_id":
                users.setdefault(weaker, set()).add(stronger)
        return {device for device, seen in users.items() if len(seen) >= SHARED_AFTER}

    def solve(self) -> tuple[dict[Name, int], set[Pair]]:
        """The customer of each identifier, and the edges that were refused."""
        ids: dict[Name, int] = {}
        for what in self.sequence:
            for name in self.names(what, set()) if isinstance(what, dict) else []:
                ids.setdefault(name, len(ids) + 1)
        groups = {name: {name} for name in ids}
        refused = set()
        for _, (stronger, weaker), merge in self.live():
            one, other = groups[stronger], groups[weaker]
            if one is other:
                continue
            if not merge and not may_join(one, other, weaker):
                refused.add((stronger, weaker))
                continue
            for name in one | other:
                groups[name] = one | other
            whole = groups[stronger]
            for name in whole:
                groups[name] = whole
        blocked = self.blocked(len(self.sequence))
        return {name: 0 if name in blocked else min(ids[n] for n in groups[name]) for name in ids}, refused

    def customer_of(self, row: Row) -> int:
        found, _ = self.solve()
        return next((found[name] for name in self.names(row, set()) if found[name]), 0)


def may_join(one: set[Name], other: set[Name], weaker: Name) -> bool:
    mine, theirs = [kind for kind, _ in one], [kind for kind, _ in other]
    if weaker[0] == "order" and known(mine) and known(theirs):
        return False
    if "user_id" in mine and "user_id" in theirs:
        return False
    return all(
        mine.count(kind) + theirs.count(kind) <= most
        for kind, most in LIMITS.items()
        if kind in mine and kind in theirs
    )


def known(kinds: list[str]) -> bool:
    """Whether one of these kinds of identifiers tells who somebody is."""
    return bool(set(kinds) - {"anonymous_id", "order"})


def assert_equal(identity: Identity, reference: Reference, rows: Sequence[Row]) -> None:
    """Whose the rows are, and what was refused, as the reference finds it."""
    whose, refused = reference.solve()
    expected = [next((whose[n] for n in reference.names(row, set()) if whose[n]), 0) for row in rows]
    assert identity.customers_of(events(rows)).tolist() == expected
    apart = {(a, bare(b)) for a, b in refused if whose[a] != whose[b] and whose[a] and whose[b]}
    assert {(one.stronger, one.weaker) for one in identity.suggestions()} == apart


def bare(name: Name) -> Name:
    return (name[0], name[1].partition("@")[0]) if name[0] == "order" else name
