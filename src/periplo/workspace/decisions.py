"""What people decide about identity, as events of the shop's own: the log orders them among all that happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from uuid import uuid4

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import UnknownName, UsageError
from periplo.events.model import Event
from periplo.identity import Decision, Identity, in_force, shown
from periplo.workspace.stores import Stores

SOURCE, TYPE = "periplo", "decision"
"""Only Periplo itself writes events of this type: no message of a sender can be one."""

_EVENTS = {
    "merge": "Customers Merged",
    "unmerge": "Customers Unmerged",
    "block": "Identifier Blocked",
    "dismiss": "Suggestion Dismissed",
    "undo": "Decision Undone",
}
_COLUMNS = ("seq", "type", "properties")
NOT_YET = 1 << 62
"""The place of a decision that has none: after all that happened."""


def as_event(decision: Decision) -> Event:
    """A decision as an event of nobody: it is in nobody's journey."""
    return Event(
        source=SOURCE,
        event_id=uuid4().hex,
        type=TYPE,
        event=_EVENTS[decision.what],
        channel="other",
        occurred_at=decision.at,
        received_at=decision.at,
        properties=msgspec.json.encode(decision).decode(),
    )


def decisions(stores: Stores, after_seq: int, until_seq: int) -> list[Decision]:
    """What was decided between two places of the sequence, in order."""
    live = stores.log.read(after_seq, until_seq, SOURCE, _COLUMNS)
    archive = stores.lake.now()
    live = live.filter(pc.greater(live["seq"], archive.archived_seq()))
    where = f"source = '{SOURCE}' AND type = '{TYPE}'"
    moved = archive.scan([*_COLUMNS], after_seq, until_seq, where) if after_seq < archive.archived_seq() else []
    rows = chain.from_iterable(batch.to_pylist() for batch in chain(moved, live.to_batches()))
    found = [msgspec.structs.replace(_read(row["properties"]), seq=row["seq"]) for row in rows if row["type"] == TYPE]
    return sorted(found, key=lambda decision: decision.seq)


def without_names(events: pa.Table, texts: Mapping[str, Sequence[str]]) -> pa.Table:
    """The same events, where decisions that are about one of these identifiers say nothing any more."""
    decided = zip(events["type"].to_pylist(), events["properties"].to_pylist(), strict=True)
    bare = [_bare(properties, texts) if kind == TYPE else properties for kind, properties in decided]
    place = events.schema.get_field_index("properties")
    return events.set_column(place, events.schema.field(place), pa.array(bare, pa.string()))


def _bare(properties: str, texts: Mapping[str, Sequence[str]]) -> str:
    decision = _read(properties)
    return msgspec.json.encode(decision.without_names()).decode() if decision.names(texts) else properties


_read = msgspec.json.Decoder(Decision).decode


def must_change(identity: Identity, decision: Decision) -> None:
    """Raises ``UsageError`` for a decision that would change nothing, ``UnknownName`` for an undoing of none."""
    said = {
        "one": shown(decision.one) if decision.one else "",
        "other": shown(decision.other) if decision.other else "",
    }
    if decision.what == "undo":
        _must_be_in_force(identity, decision.undoes or 0)
        return
    if not decision.one or (decision.what in ("merge", "dismiss") and not decision.other):
        raise UsageError(
            "This decision needs {n} {n:identifier|identifiers}.", n=1 if decision.what in ("unmerge", "block") else 2
        )
    whose = [identity.customer_of(name) for name in (decision.one, decision.other) if name]
    if decision.what == "block":
        if not whose[0]:
            raise UsageError("“{one}” identifies nobody already.", **said)
    elif not all(whose):
        raise UsageError("A blocked identifier belongs to nobody.", fix="Undo the decision that blocked it first.")
    elif decision.what in ("merge", "dismiss") and whose[0] == whose[1]:
        raise UsageError("“{one}” and “{other}” are one customer already.", **said)
    elif decision.what == "unmerge":
        _must_be_joined(identity, decision, said)


def _must_be_in_force(identity: Identity, number: int) -> None:
    taken = identity.decisions()
    if number not in {decision.seq for decision in taken}:
        raise UnknownName("decision", str(number), [str(decision.seq) for decision in taken])
    if number not in {decision.seq for decision in in_force(taken)}:
        raise UsageError("The decision {number} is undone already.", number=number)


def _must_be_joined(identity: Identity, decision: Decision, said: dict[str, str]) -> None:
    assert decision.one
    if decision.other is None:
        own = decision.one[0], shown(decision.one)
        if not any(own in (link.stronger, link.weaker) for link in identity.links(identity.customer_of(decision.one))):
            raise UsageError("“{one}” is a customer of its own already.", **said)
        return
    way = identity.explain(decision.one, decision.other)
    if not way:
        raise UsageError("“{one}” and “{other}” are two customers already.", **said)
    if len(way) > 1:
        between = {end[1] for link in way for end in (link.stronger, link.weaker)} - {*said.values()}
        raise UsageError(
            "“{one}” and “{other}” are not joined directly.",
            why="They are one over {between}.",
            fix="Unmerge one of the links in between: periplo identity explain shows them.",
            between=", ".join(f"“{one}”" for one in sorted(between)),
            **said,
        )
