"""Why identifiers are one customer, and which edges were refused: edges and merges, told with who, when and why."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime

import msgspec
import numpy as np
import pyarrow as pa

from periplo.identity.answers import shown
from periplo.identity.decisions import Name, in_force
from periplo.identity.kernels.joining import ACCEPTED
from periplo.identity.kinds import I64, KINDS, ORDER
from periplo.identity.known import NONE, Known
from periplo.language import Lang, moment, t

WHY_REFUSED = {ORDER: "order"} | {kind: f"limit:{kind_name}" for kind, kind_name in enumerate(KINDS[:ORDER])}
"""Why an edge was not joined, by its verdict."""

Step = int
"""An edge by its number; a merge by the number ``-1 - i``, where i is its place among those in force."""

EdgesAt = Callable[[I64], pa.Table]
"""Edges by their numbers, ascending, with the schema ``EDGE``."""


class Link(msgspec.Struct, frozen=True):
    """Two identifiers (kind, value) that are one customer: an event carried both, or somebody said so.

    ``source`` and ``event`` of the first such event; of a decision ``by`` whom and ``why``, and the event is empty.
    """

    stronger: Name
    weaker: Name
    seq: int
    at: datetime
    source: str = ""
    event: str = ""
    by: str = ""
    why: str = ""

    def tell(self, lang: Lang, zone: str, label: str) -> str:
        """The link in words; ``label`` is what the reader calls the event."""
        values = {"one": self.stronger[1], "other": self.weaker[1], "when": moment(self.at, lang, zone)}
        if self.event:
            return t(
                "{one} and {other}: {event}, from {source}, {when}", lang, event=label, source=self.source, **values
            )
        if self.why:
            return t("{one} and {other}: {by} said so, {when}: {why}", lang, by=self.by, why=self.why, **values)
        return t("{one} and {other}: {by} said so, {when}", lang, by=self.by, **values)


class Suggestion(msgspec.Struct, frozen=True):
    """Two identifiers (kind, value) that one event carried and that were not joined; a person may know better.

    ``why``: "limit:<kind>" whose limit would break, an "order" that is somebody else's.
    """

    stronger: Name
    weaker: Name
    seq: int
    source: str
    event: str
    why: str


def chain(known: Known, one: Name, other: Name) -> list[Step]:
    """The shortest way from one identifier to another, over what joins them; none where nothing does."""
    start, end = known.id_of(one), known.id_of(other)
    if min(start, end) <= NONE or known.customer[start] != known.customer[end]:
        return []
    beside: dict[int, list[tuple[int, Step]]] = defaultdict(list)
    for step in steps_of(known, int(known.customer[start])):
        ends = _ends(known, step)
        for here, there in (ends, ends[::-1]):
            beside[here].append((there, step))
    came: dict[int, tuple[int, Step]] = {start: (start, 0)}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, step in beside[here]:
            if there not in came:
                came[there] = here, step
                waiting.append(there)
    found = []
    while end != start:
        end, step = came[end]
        found.append(step)
    return found[::-1]


def steps_of(known: Known, customer: int) -> list[Step]:
    """What joins the identifiers of a customer."""
    if customer == NONE:
        return []
    mine = np.flatnonzero((known.judged.verdict == ACCEPTED) & (known.customer[known.ends()[0]] == customer))
    merges = enumerate(known.judged.rulings.merges)
    return [*mine.tolist(), *(-1 - i for i, merge in merges if known.customer[merge.one] == customer)]


def tell(known: Known, steps: list[Step], edges_at: EdgesAt) -> list[Link]:
    """The steps with what is told of them, in the order given."""
    edges = sorted(step for step in steps if step >= 0)
    about = dict(zip(edges, edges_at(np.array(edges, np.int64)).to_pylist(), strict=True))
    decisions = {decision.seq: decision for decision, _ in known.taken}
    named = known.names_of(np.unique(np.array([_ends(known, step) for step in steps], np.int64)))
    found = []
    for step in steps:
        one, other = (_told(named[end]) for end in _ends(known, step))
        if step >= 0:
            row = about[step]
            found.append(Link(one, other, row["seq"], row["occurred_at"], row["source"], row["event"]))
        else:
            said = decisions[known.judged.rulings.merges[-1 - step].seq]
            found.append(Link(one, other, said.seq, said.at, by=said.by, why=said.why))
    return found


def refused(known: Known, edges_at: EdgesAt) -> list[Suggestion]:
    """The edges whose two ends are two customers because of a limit; not those that a person dismissed."""
    verdict = known.judged.verdict
    edges = np.flatnonzero(verdict <= ORDER)
    one, other = (known.customer[ends] for ends in known.ends(edges))
    edges = edges[(one != other) & (one > NONE) & (other > NONE) & ~np.isin(known.pairs[edges], _dismissed(known))]
    if not len(edges):
        return []
    named = known.names_of(np.unique(np.concatenate(known.ends(edges))))
    ends = zip(*(part.tolist() for part in known.ends(edges)), strict=True)
    return [
        Suggestion(_told(named[a]), _told(named[b]), row["seq"], row["source"], row["event"], WHY_REFUSED[why])
        for (a, b), row, why in zip(ends, edges_at(edges).to_pylist(), verdict[edges].tolist(), strict=True)
    ]


def _ends(known: Known, step: Step) -> tuple[int, int]:
    if step < 0:
        merge = known.judged.rulings.merges[-1 - step]
        return merge.one, merge.other
    stronger, weaker = known.ends(np.array([step]))
    return int(stronger[0]), int(weaker[0])


def _dismissed(known: Known) -> I64:
    pairs = []
    for decision in in_force([decision for decision, _ in known.taken]):
        if decision.what == "dismiss" and decision.one and decision.other:
            one, other = known.id_of(decision.one), known.id_of(decision.other)
            pairs += [(one << 32) | other, (other << 32) | one]
    return np.array(pairs, np.int64)


def _told(name: Name) -> Name:
    return name[0], shown(name)
