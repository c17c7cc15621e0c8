"""What people decide about identity: these two are one, these are not, this identifies nobody. Append-only facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection, select, update

from periplo.identity.tables import identity_decision
from periplo.log.inserting import insert

Name = tuple[str, str]
"""An identifier: its kind and its value in normal form; that of an order is "order_id@source"."""

What = Literal["merge", "unmerge", "block", "dismiss", "undo"]


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``seq`` is its place among the events: it holds for what came before, and orders it among other decisions.

    merge    ``one`` and ``other`` are one customer, whatever the limits say
    unmerge  the edge between ``one`` and ``other`` never was; without ``other``, none of the edges of ``one``
    block    ``one`` identifies nobody
    dismiss  the suggestion to join ``one`` and ``other`` is not shown again
    undo     the decision at the place ``undoes`` was never taken
    """

    seq: int
    at: datetime
    what: What
    one: Name | None = None
    other: Name | None = None
    undoes: int | None = None
    by: str = ""
    why: str = ""

    def names(self, texts: Mapping[str, Sequence[str]]) -> bool:
        """Whether it is about one of these identifiers, given by kind."""
        return any(value in texts.get(kind, ()) for kind, value in filter(None, (self.one, self.other)))

    def without_names(self) -> Decision:
        """What stays of it when one that it is about was erased: it says nothing any more."""
        return msgspec.structs.replace(self, one=None, other=None, why="")


def in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """Those that no later one undid, in order; an undoing that was undone itself undoes nothing."""
    gone: set[int] = set()
    kept = []
    for decision in reversed(decisions):
        if decision.seq in gone:
            continue
        if decision.what == "undo" and decision.undoes is not None:
            gone.add(decision.undoes)
        kept.append(decision)
    return kept[::-1]


def blocks(decisions: Sequence[Decision]) -> int:
    """How many of them block an identifier, or undo that, or undo such an undoing."""
    found: set[int] = set()
    for decision in decisions:
        if decision.what == "block" or decision.undoes in found:
            found.add(decision.seq)
    return len(found)


def load_decisions(connection: Connection, after_seq: int = 0) -> list[Decision]:
    """All after a place in the sequence, in order."""
    later = select(identity_decision.c.body).where(identity_decision.c.seq > after_seq)
    bodies = connection.scalars(later.order_by(identity_decision.c.seq))
    return [msgspec.json.decode(body, type=Decision) for body in bodies]


def save_decision(connection: Connection, decision: Decision) -> None:
    insert(connection, identity_decision, [[decision.seq], [msgspec.json.encode(decision).decode()]])


def forget_decisions(connection: Connection, texts: Mapping[str, Sequence[str]]) -> None:
    """Takes the names of erased identifiers, given by kind, out of what was decided about them, and the reasons."""
    for decision in load_decisions(connection):
        if decision.names(texts):
            mine = identity_decision.c.seq == decision.seq
            bare = msgspec.json.encode(decision.without_names()).decode()
            connection.execute(update(identity_decision).where(mine).values(body=bare))
