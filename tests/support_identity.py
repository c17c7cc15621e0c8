"""Identity for tests: rows to feed it, and the slow and obvious way it must equal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from periplo.events.identifiers import normalise_column
from periplo.identity import KINDS, SETS, Identity, Rules, open_state
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


class Reference:
    def __init__(self) -> None:
        self.ids: dict[Name, int] = {}
        self.customer: dict[int, int] = {}
        self.users_of: dict[Name, set[Name]] = {}
        self.joined: set[tuple[Name, Name]] = set()
        self.refused: set[tuple[Name, Name]] = set()

    def see(self, event: dict[str, str]) -> None:
        names = [(kind, event[kind]) for kind in KINDS if kind in event]
        for name in names:
            if name not in self.ids:
                self.ids[name] = len(self.ids) + 1
                self.customer[self.ids[name]] = self.ids[name]
        for other in names[1:]:
            if not self.join(names[0], other):
                self.refused.add((names[0], other))

    def join(self, stronger: Name, weaker: Name) -> bool:
        if stronger[0] == "user_id" and weaker[0] == "anonymous_id":
            self.users_of.setdefault(weaker, set()).add(stronger)
        if any(len(self.users_of.get(name, ())) >= SHARED_AFTER for name in (stronger, weaker)):
            return (stronger, weaker) in self.joined
        one, other = self.of(stronger), self.of(weaker)
        if one != other and not self.may_join(one, other, weaker):
            return False
        self.joined.add((stronger, weaker))
        kept, gone = min(one, other), max(one, other)
        self.customer = {key: kept if value == gone else value for key, value in self.customer.items()}
        return True

    def may_join(self, one: int, other: int, weaker: Name) -> bool:
        mine, theirs = self.kinds(one), self.kinds(other)
        if weaker[0] == "order" and known(mine) and known(theirs):
            return False
        return all((mine + theirs).count(kind) <= most for kind, most in LIMITS.items())

    def kinds(self, customer: int) -> list[str]:
        return [name[0] for name, found in self.ids.items() if self.customer[found] == customer]

    def of(self, name: Name) -> int:
        return self.customer[self.ids[name]]

    def customer_of(self, event: dict[str, str]) -> int:
        return next((self.of((kind, event[kind])) for kind in KINDS if kind in event), 0)


def known(kinds: list[str]) -> bool:
    """Whether one of these kinds of identifiers tells who somebody is."""
    return bool(set(kinds) - {"anonymous_id", "order"})
