"""Identity: whose an event is. A consumer of the sequence that follows it by a cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, insert, select, update

from periplo.identity.erasing import Subject, forget, subject_of
from periplo.identity.facts import load, nothing, save
from periplo.identity.kinds import I64, KINDS, ORDER, Bool, Normalise, order_keys
from periplo.identity.known import NONE, Known
from periplo.identity.resolve import consume
from periplo.identity.rules import Rules
from periplo.identity.tables import HEAD, cursor
from periplo.log.database import Database

_MINE, _ERASURES = cursor.c.consumer == "identity", cursor.c.consumer == "erasures"


def open_state(place: Path | str) -> Database:
    """The database of what consumers know: the path of an SQLite file, or a database URL."""
    return Database(place, migrations="periplo.identity:migrations", head=HEAD)


class Totals(msgspec.Struct, frozen=True):
    """How many customers there are: ``persons``, known or only seen; ``anonymous``, known by a single order only."""

    persons: int
    anonymous: int


class Suggestion(msgspec.Struct, frozen=True):
    """Two identifiers (kind, value) that one event carried and that were not joined; a person may know better.

    ``why``: "limit:<kind>" whose limit would break, a "shared" device, an "order" that is somebody else's.
    """

    stronger: tuple[str, str]
    weaker: tuple[str, str]
    seq: int
    source: str
    event: str
    why: str


class Identity:
    """Who is who, as far as the cursor has read. A customer's number is the id of the oldest identifier."""

    def __init__(self, database: Database, rules: Rules, normalise: Normalise) -> None:
        self._database, self._rules, self._normalise = database, rules, normalise
        self._known: Known | None = None
        self._erased = 0
        self._lock = RLock()

    def cursor(self) -> int:
        """Up to which place of the sequence identity has read."""
        with self._database.reading() as connection:
            return _cursor(connection)

    def follow(self, until_seq: int, sets: Callable[[int], Iterable[pa.Table]]) -> None:
        """Reads on up to ``until_seq``; what it learns and its cursor are one commit.

        ``sets(after_seq)`` gives the identifiers of the events after that place, as tables with the schema ``SETS``.
        """
        with self._lock:
            with self._database.writing() as connection:
                known = self._at(connection)
                if known.cursor >= until_seq:
                    return
                new = nothing()
                for table in sets(known.cursor):
                    facts, customer = consume(known, table, self._rules, self._normalise)
                    new, known = new + facts, known.plus(facts, customer)
                save(connection, new)
                connection.execute(update(cursor).where(_MINE).values(seq=until_seq))
            self._known = replace(known, cursor=until_seq)

    def erasures(self) -> int:
        """So often were identifiers erased: what was made of whose events are from before no longer holds."""
        with self._database.reading() as connection:
            return _erasures(connection)

    @contextmanager
    def erasing(self, ids: I64) -> Iterator[tuple[Subject, int]]:
        """Erases identifiers and all that were joined with them, in one commit when the block ends.

        Gives them, and the cursor; while the block runs nobody follows. What is erased already stays so.
        """
        with self._lock, self._database.writing() as connection:
            known = self._at(connection)
            customers = np.setdiff1d(known.customer[ids], [NONE])
            mine = np.union1d(ids, np.flatnonzero(np.isin(known.customer, customers)))
            yield subject_of(connection, mine), known.cursor
            forget(connection, mine)
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

    def customers_of(self, events: pa.RecordBatch | pa.Table) -> I64:
        """int64[m], the customer of each event, by its strongest identifier; 0 where it has none.

        ``events`` has the columns ``COLUMNS``.
        """
        known = self._now()
        customers = np.zeros(events.num_rows, np.int64)
        for kind in reversed(self._rules.priority):
            column = events["order_id" if kind == ORDER else KINDS[kind]]
            if column.null_count < len(column):
                written = order_keys(column, events["source"]) if kind == ORDER else column
                found = known.find(kind, written)
                customers = np.where(found > NONE, known.customer[np.maximum(found, NONE)], customers)
        return customers

    def current(self, customers: I64) -> I64:
        """int64[n], the numbers these customers have now: after a merge that of the whole; 0 for numbers nobody had."""
        known = self._now()
        return known.customer[np.where((customers > NONE) & (customers <= known.count), customers, NONE)]

    def persons(self, customers: I64) -> Bool:
        """bool[n], False for the anonymous customer of a single order."""
        return self._now().person[customers]

    def mapping(self) -> pa.Table:
        """Whose each identifier is, as engines join it: ``kind``, ``text`` (as written, and in its normal form),
        ``customer``, ``person``; texts that identify nobody are left out."""
        known = self._now()
        facts = known.facts
        ids = np.concatenate((np.arange(1, known.count + 1), facts.spellings["identifier"].to_numpy()))
        kinds = pa.chunked_array([*facts.identifiers["kind"].chunks, *facts.spellings["kind"].chunks], pa.uint8())
        texts = pa.chunked_array([*facts.identifiers["value"].chunks, *facts.spellings["raw"].chunks], pa.string())
        customer = known.customer[ids]
        names = [KINDS[kind] for kind in range(len(KINDS))]
        columns = [pa.array(names).take(kinds), texts, pa.array(customer), pa.array(known.person[customer])]
        whole = pa.Table.from_arrays(columns, names=["kind", "text", "customer", "person"])
        return whole.filter(pa.array(customer > NONE))

    def strongest_first(self) -> list[str]:
        """The kinds of identifiers, in the order in which they say whose an event is."""
        return [KINDS[kind] for kind in self._rules.priority]

    def totals(self) -> Totals:
        known = self._now()
        customers = np.setdiff1d(known.customer, [NONE])
        persons = int(known.person[customers].sum())
        return Totals(persons, len(customers) - persons)

    def names(self, customers: I64) -> list[str]:
        """What to call each customer: the oldest of its strongest identifiers; empty for a number nobody has."""
        known = self._now()
        strength = np.argsort([*self._rules.priority, len(KINDS)])
        mine = np.flatnonzero(np.isin(known.customer, customers))
        mine = mine[mine > NONE]
        weakest_first = mine[np.lexsort((-mine, -strength[known.kind[mine]]))]
        best = dict(zip(known.customer[weakest_first].tolist(), weakest_first.tolist(), strict=True))
        return [_shown(known, best.get(number, NONE)) for number in customers.tolist()]

    def number_of(self, name: str) -> int | None:
        """The customer with this identifier, of whatever kind, the strongest first; None where nobody has it."""
        known, written = self._now(), pa.array([name], pa.string())
        for kind in self._rules.priority:
            found = known.find(kind, written if kind == ORDER else self._normalise(KINDS[kind], written))
            if found[0] > NONE:
                return int(known.customer[found[0]])
        orders = pc.starts_with(known.facts.identifiers["value"], f"{name}@")
        ids = np.flatnonzero(pc.fill_null(orders, False).to_numpy() & (known.kind[1:] == ORDER)) + 1
        return int(known.customer[ids[0]]) if len(ids) else None

    def identifiers(self, customer: int) -> dict[str, list[str]]:
        """The identifiers of a customer by kind, oldest first; the order only where nothing else is known."""
        known = self._now()
        mine = np.flatnonzero(known.customer == customer)
        kinds = [*self._rules.priority[:-1]] if known.person[customer] else [ORDER]
        found = {KINDS[kind]: [_shown(known, one) for one in mine[known.kind[mine] == kind].tolist()] for kind in kinds}
        return {kind: values for kind, values in found.items() if values}

    def suggestions(self) -> list[Suggestion]:
        """The edges that were refused, in the order of the sequence."""
        known = self._now()
        edges = known.facts.edges
        refused = edges.filter(pc.and_(pc.is_valid(edges["refused"]), pc.is_valid(edges["source"]))).to_pylist()
        return [
            Suggestion(
                stronger=_named(known, row["stronger"]),
                weaker=_named(known, row["weaker"]),
                seq=row["seq"],
                source=row["source"],
                event=row["event"],
                why=row["refused"],
            )
            for row in refused
        ]

    def _now(self) -> Known:
        """What is known at the cursor, which another process may have moved."""
        with self._lock, self._database.reading() as connection:
            self._known = self._at(connection)
            return self._known

    def _at(self, connection: Connection) -> Known:
        seq, erased = _cursor(connection), _erasures(connection)
        if self._known and (self._known.cursor, self._erased) == (seq, erased):
            return self._known
        self._erased = erased
        return Known.of(load(connection), seq)


def _cursor(connection: Connection) -> int:
    return int(connection.scalar(select(cursor.c.seq).where(_MINE).with_for_update()) or 0)


def _erasures(connection: Connection) -> int:
    return int(connection.scalar(select(cursor.c.seq).where(_ERASURES)) or 0)


def _named(known: Known, identifier: int) -> tuple[str, str]:
    return KINDS[known.kind[identifier]], _shown(known, identifier)


def _shown(known: Known, identifier: int) -> str:
    """An identifier as a reader knows it: an order without its source."""
    if identifier == NONE:
        return ""
    value: str = known.facts.identifiers["value"][int(identifier) - 1].as_py()
    return value.rpartition("@")[0] if known.kind[identifier] == ORDER else value
