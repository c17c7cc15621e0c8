"""Identity: whose an event is. A consumer of the sequence that follows it by a cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import RLock

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, insert, select, update

from periplo.identity.alarms import Alarm, gained, shared_devices
from periplo.identity.answers import Answers, FarOwners, Moment, Owners, Totals, count
from periplo.identity.decisions import Decision, Name, blocks, forget_decisions, load_decisions, save_decision
from periplo.identity.erasing import Subject, forget, subject_of
from periplo.identity.facts import START, edges_at, load, parts_after, save
from periplo.identity.kinds import I64, KINDS, Bool, Normalise
from periplo.identity.known import NONE, Known
from periplo.identity.links import EdgesAt, Link, Suggestion, chain, refused, steps_of, tell
from periplo.identity.out_of_memory import judge_out_of_memory
from periplo.identity.register import Register
from periplo.identity.resolve import consume
from periplo.identity.rules import Rules
from periplo.identity.tables import HEAD, cursor
from periplo.log.database import Database, writes
from periplo.operation.shelf import Shelf, spared_memory

_MINE, _ERASURES = cursor.c.consumer == "identity", cursor.c.consumer == "erasures"
FAR = 250_000
"""Who reads more events at once, as after a large import, does it out of memory."""
NEAR_PARTS = 3
"""Who would have to learn more parts of the facts only to tell whose events are, does that out of memory, too."""

Sets = Callable[[int, int], Iterable[pa.Table]]


def open_state(place: Path | str) -> Database:
    """The database of what consumers know: the path of an SQLite file, or a database URL."""
    return Database(place, migrations="periplo.identity:migrations", head=HEAD)


@dataclass
class _Far:
    """What was found out of memory at a cursor, after so many erasures: what was met, whose it is, who is a person."""

    at: tuple[int, int] = (0, 0)
    met: Register | None = None
    judged: tuple[I64, Bool] | None = None


class Identity(Answers):
    """Who is who, as far as the cursor has read."""

    def __init__(self, database: Database, rules: Rules, normalise: Normalise, scratch: Path | None = None) -> None:
        """``scratch``: the folder for what is kept out of memory while it reads far."""
        self._database, self.rules, self._normalise, self._scratch = database, rules, normalise, scratch
        self._known: Known | None = None
        self._far = _Far()
        self._erased = 0
        self._sizes: dict[int, int] = {}
        self._lock = RLock()

    def cursor(self) -> int:
        """Up to which place of the sequence identity has read."""
        with self._database.reading() as connection:
            return _cursor(connection)

    def follow(self, until_seq: int, sets: Sets, decisions: Callable[[int], Sequence[Decision]] = lambda _: ()) -> None:
        """Reads on up to ``until_seq``; what it learns and its cursor are one commit.

        ``sets(after_seq, until_seq)`` gives the identifiers of the events between two places, as tables with the
        schema ``SETS``; ``decisions(after_seq)`` what was decided after a place, in order.
        """
        with self._lock:
            with self._database.writing() as connection:
                seq = _cursor(connection)
                if seq >= until_seq:
                    return
                far = until_seq - seq > FAR or (spared_memory() and self._is_far(connection))
                known = self._out_of_memory(connection, seq) if far else self._at(connection)
                for decision in decisions(seq):
                    known = self._read(connection, known, sets(known.cursor, decision.seq - 1))
                    save_decision(connection, decision)
                    known = replace(known.deciding(decision).judging(self.rules), cursor=decision.seq)
                known = self._read(connection, known, sets(known.cursor, until_seq))
                connection.execute(update(cursor).where(_MINE).values(seq=until_seq))
                erased = _erasures(connection)
            if isinstance(known, Known):
                self._known = replace(known, cursor=until_seq)
            else:
                self._far = _Far((until_seq, erased), known)

    def totals(self) -> Totals:
        """How many customers there are: out of memory where much was not read yet, unless nothing can be written."""
        with self._lock, self._database.reading() as connection:
            if self._is_far(connection):
                with suppress(OSError):
                    return count(*self._judged_far(connection))
            return super().totals()

    def owners(self) -> Owners:
        """Whose events are by now, and nothing else: out of memory in the same way."""
        with self._lock, self._database.reading() as connection:
            if self._is_far(connection):
                with suppress(OSError):
                    customer, person = self._judged_far(connection)
                    far = self._far
                    far.met = far.met or self._out_of_memory(connection, far.at[0])
                    return FarOwners(far.met, customer, person, self.rules, self._scratch)
            return Moment(self._at(connection), self.rules, self._normalise)

    @contextmanager
    def erasing(self, ids: I64) -> Iterator[tuple[Subject, int]]:
        """Erases identifiers and all that were joined with them, in one commit when the block ends.

        Gives them, and the cursor; while the block runs nobody follows. What is erased already stays so.
        """
        with self._lock, self._database.writing() as connection:
            known = self._at(connection)
            customers = np.setdiff1d(known.customer[ids], [NONE])
            mine = np.union1d(ids, np.flatnonzero(np.isin(known.customer, customers)))
            subject = subject_of(connection, mine)
            yield subject, known.cursor
            forget(connection, mine)
            forget_decisions(connection, subject.texts)
            if connection.execute(update(cursor).where(_ERASURES).values(seq=cursor.c.seq + 1)).rowcount == 0:
                connection.execute(insert(cursor).values(consumer="erasures", seq=1))
            self._known = None

    def subject(self, ids: I64) -> Subject:
        """All that is known of some identifiers."""
        with self._database.reading() as connection:
            return subject_of(connection, ids)

    def ids_of(self, customer: int) -> I64:
        """The ids of a customer's identifiers."""
        return np.flatnonzero(self._now().customer == customer) if customer > NONE else np.zeros(0, np.int64)

    def customers_with(self, texts: Mapping[str, Sequence[str]]) -> I64:
        """The customers that have any of these identifiers, given by kind, ascending."""
        known = self._now()
        found = [known.find(KINDS.index(kind), pa.array(some, pa.string())) for kind, some in texts.items()]
        ids = np.concatenate([np.zeros(0, np.int64), *found])
        return np.setdiff1d(known.customer[np.maximum(ids, NONE)], [NONE])

    def moment(self) -> Moment:
        """The answers of now, which stay as they are."""
        return Moment(self._now(), self.rules, self._normalise)

    def supposing(self, decision: Decision) -> Moment:
        """The answers as they would be after a decision."""
        return Moment(self._now().deciding(decision).judging(self.rules), self.rules, self._normalise)

    def decisions(self) -> list[Decision]:
        """All that was decided, in order."""
        return [decision for decision, _ in self._now().taken]

    def rewrites(self) -> int:
        """So often were identifiers erased, blocked or unblocked: events may have become nobody's, or somebody's."""
        with self._database.reading() as connection:
            return _erasures(connection) + blocks(load_decisions(connection))

    def suggestions(self) -> list[Suggestion]:
        """The edges that were refused, in the order of the sequence; without those that a person dismissed, and
        those whose two ends are one customer by now."""
        with self._told() as (known, edges):
            return refused(known, edges)

    def links(self, customer: int) -> list[Link]:
        """Why a customer's identifiers are one: the edges that join them, in order."""
        with self._told() as (known, edges):
            return tell(known, steps_of(known, customer), edges)

    def gained(self, most: int, within: timedelta) -> list[Alarm]:
        """The customers who gained ``most`` identifiers or more within a window; orders do not count."""
        with self._told() as (known, edges):
            return gained(known, edges, most, within)

    def shared_devices(self) -> list[Alarm]:
        """The devices that join nobody, because so many accounts were seen with them."""
        return shared_devices(self._now())

    def explain(self, one: Name, other: Name) -> list[Link]:
        """Why two identifiers are one customer: the shortest chain of edges from the one to the other; none where
        they are not."""
        with self._told() as (known, edges):
            return tell(known, chain(known, one, other), edges)

    @contextmanager
    def _told(self) -> Iterator[tuple[Known, EdgesAt]]:
        """What is known, and what is told of its edges."""
        with self._lock, self._database.reading() as connection:
            yield self._at(connection), partial(edges_at, connection, self._sizes)

    def _read(self, connection: Connection, known: Register, tables: Iterable[pa.Table]) -> Register:
        for table in tables:
            facts = consume(known, table, self.rules, self._normalise)
            if facts.rows:
                known = known.plus([save(connection, facts)]).judging(self.rules)
        return known

    def _out_of_memory(self, connection: Connection, seq: int) -> Register:
        """What one must know to read on far: all of it on disk, and nobody judged."""
        known = Register.on(Shelf(self._scratch), load(connection), load_decisions(connection), seq)
        return known.judging(self.rules)

    def _is_far(self, connection: Connection) -> bool:
        """Whether much was not read yet."""
        return parts_after(connection, self._known.mark if self._known else START) > NEAR_PARTS

    def _judged_far(self, connection: Connection) -> tuple[I64, Bool]:
        """The customer of each identifier, and which of them are persons, out of memory."""
        at = _cursor(connection), _erasures(connection)
        if self._far.at != at:
            self._far = _Far(at)
        if self._far.judged is None:
            facts, decided = load(connection), load_decisions(connection)
            self._far.judged = judge_out_of_memory(facts, decided, self.rules, self._scratch)
        return self._far.judged

    def _now(self) -> Known:
        """What is known at the cursor, which another process may have moved."""
        with self._lock, self._database.reading() as connection:
            return self._at(connection)

    def _at(self, connection: Connection) -> Known:
        """What is known at the cursor. Only what came since is read, but for erasures: they change what there was."""
        seq, erased = _cursor(connection), _erasures(connection)
        known = self._known or Known.nothing()
        if erased != self._erased or seq < known.cursor:
            known = Known.nothing()
        if known.cursor != seq:
            more = known.plus(load(connection, known.mark), load_decisions(connection, known.cursor))
            known = replace(more.judging(self.rules), cursor=seq)
        self._known, self._erased, self._far = known, erased, _Far()
        return known


def _cursor(connection: Connection) -> int:
    """Two who read on wait here for each other; who only looks does not."""
    mine = select(cursor.c.seq).where(_MINE)
    return int(connection.scalar(mine.with_for_update() if writes(connection) else mine) or 0)


def _erasures(connection: Connection) -> int:
    return int(connection.scalar(select(cursor.c.seq).where(_ERASURES)) or 0)
