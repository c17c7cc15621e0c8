"""What can be asked of identity at one moment: whose an event is, what customers are called and known by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import pyarrow as pa

from periplo.identity.decisions import Name
from periplo.identity.judging import NONE
from periplo.identity.kinds import I32, I64, KINDS, ORDER, Bool, Normalise, order_keys
from periplo.identity.known import Known
from periplo.identity.register import Register
from periplo.identity.rules import Rules
from periplo.operation.shelf import release, room, slices


class Totals(msgspec.Struct, frozen=True):
    """How many customers there are: ``persons``, known or only seen; ``anonymous``, known by a single order only."""

    persons: int
    anonymous: int


class Owned(Protocol):
    """Which identifier a text is; ``customer`` int64[k+1] of each identifier, ``person`` bool[k+1] at customers."""

    @property
    def customer(self) -> I64: ...

    @property
    def person(self) -> Bool: ...

    def find(self, kind: int, texts: pa.Array | pa.ChunkedArray) -> I64: ...


class Owners:
    """Whose events are, by what ``_now`` says. A customer's number is the id of its oldest identifier."""

    rules: Rules

    def _now(self) -> Owned:
        raise NotImplementedError

    def customers_of(self, events: pa.RecordBatch | pa.Table) -> I64:
        """int64[m], the customer of each event, by its strongest identifier; 0 where it has none.

        ``events`` has the columns ``COLUMNS``.
        """
        owned = self._now()
        customers = np.zeros(events.num_rows, np.int64)
        for kind in self.rules.priority:
            column = events["order_id" if kind == ORDER else KINDS[kind]]
            if column.null_count < len(column):
                written = order_keys(column, events["source"]) if kind == ORDER else column
                rows = np.flatnonzero(customers == NONE)
                ids = owned.find(kind, written if len(rows) == len(column) else written.take(pa.array(rows)))
                customers[rows] = owned.customer[np.maximum(ids, NONE)]
        return customers

    def whose(self) -> I64:
        """int64[k+1], the customer of each identifier by its id; 0 for those that identify nobody."""
        return self._now().customer

    def persons(self, customers: I64) -> Bool:
        """bool[n], False for the anonymous customer of a single order."""
        return self._now().person[customers]


class FarOwners(Owners):
    """The same out of memory: what was met, and what was judged there; what is asked for lies in ``scratch``."""

    def __init__(self, met: Register, customer: I64, person: Bool, rules: Rules, scratch: Path | None) -> None:
        self._met, self.customer, self.person, self.rules, self._scratch = met, customer, person, rules, scratch

    def find(self, kind: int, texts: pa.Array | pa.ChunkedArray) -> I64:
        return self._met.find(kind, texts)

    def customers_of(self, events: pa.RecordBatch | pa.Table) -> I64:
        customers = super().customers_of(events)
        release(self.customer)
        return customers

    def persons(self, customers: I64) -> Bool:
        """Of customers who may lie out of memory, too."""
        found = room(self._scratch, len(customers), np.bool_)
        for some in slices(len(customers)):
            found[some] = self.person[customers[some]]
            for array in (customers, self.person, found):
                release(array)
        return found

    def _now(self) -> Owned:
        return self


class Answers(Owners):
    """Answers from all that is known."""

    _normalise: Normalise

    def _now(self) -> Known:
        raise NotImplementedError

    def current(self, customers: I64) -> I64:
        """int64[n], the numbers these customers have now: after a merge that of the whole; 0 for numbers nobody had."""
        known = self._now()
        return known.customer[np.where((customers > NONE) & (customers <= known.count), customers, NONE)]

    def mapping(self) -> pa.Table:
        """Whose each identifier is, as engines join it: ``kind``, ``text`` (as written, and in its normal form),
        ``customer``, ``person``; texts that identify nobody are left out."""
        known = self._now()
        layers = [(KINDS[kind], layer) for kind, index in enumerate(known.texts) for layer in index.layers]
        customer = np.concatenate([np.zeros(0, np.int64), *(known.customer[layer.ids] for _, layer in layers)])
        kinds = pa.chunked_array([pa.array([kind] * len(layer.ids)) for kind, layer in layers], pa.string())
        texts = pa.chunked_array([layer.texts.cast(pa.large_string()) for _, layer in layers], pa.large_string())
        columns = [kinds, texts.cast(pa.string()), pa.array(customer), pa.array(known.person[customer])]
        whole = pa.Table.from_arrays(columns, names=["kind", "text", "customer", "person"])
        return whole.filter(pa.array(customer > NONE))

    def texts(self) -> Iterator[tuple[str, pa.Array, I32]]:
        """All identifiers by kind: texts, as they were written and in their normal form, and the id of each. The same
        arrays as long as not many come."""
        for kind, index in enumerate(self._now().texts):
            yield from ((KINDS[kind], layer.texts, layer.ids) for layer in index.layers)

    def strongest_first(self) -> list[str]:
        """The kinds of identifiers, in the order in which they say whose an event is."""
        return [KINDS[kind] for kind in self.rules.priority]

    def totals(self) -> Totals:
        known = self._now()
        return count(known.customer, known.person)

    def names(self, customers: I64) -> list[str]:
        """What to call each customer: the oldest of its strongest identifiers; empty for a number nobody has."""
        return [shown(name) for name in self.strongest(customers)]

    def strongest(self, customers: I64) -> list[Name]:
        """The oldest of the strongest identifiers of each customer; with empty texts for a number nobody has."""
        known = self._now()
        strength = np.argsort([*self.rules.priority, len(KINDS)])
        mine = np.flatnonzero(np.isin(known.customer, customers) & (known.customer > NONE))
        weakest_first = mine[np.lexsort((-mine, -strength[known.kind[mine]]))]
        best = dict(zip(known.customer[weakest_first].tolist(), weakest_first.tolist(), strict=True))
        named = known.names_of(np.array([*best.values()], np.int64))
        return [named[best[number]] if number in best else ("", "") for number in customers.tolist()]

    def number_of(self, name: str) -> int | None:
        """The customer with this identifier, of whatever kind, the strongest first; None where nobody has it."""
        found = self.identifier(name)
        return self.customer_of(found) or None if found else None

    def customer_of(self, identifier: Name) -> int:
        """The customer with an identifier in its normal form; 0 where nobody has it."""
        known = self._now()
        return int(known.customer[max(known.id_of(identifier), NONE)])

    def identifier(self, text: str) -> Name | None:
        """The identifier that somebody means: ``kind:value``, or its value, the strongest kind first."""
        known = self._now()
        kind, _, value = text.partition(":")
        for code in self.rules.priority:
            if found := self._written(known, code, text):
                return found
        return self._written(known, KINDS.index(kind), value) if kind in KINDS else None

    def identifiers(self, customer: int) -> dict[str, list[str]]:
        """The identifiers of a customer by kind, oldest first; the order only where nothing else is known."""
        known = self._now()
        mine = np.flatnonzero(known.customer == customer) if customer > NONE else np.zeros(0, np.int64)
        kinds = [*self.rules.priority[:-1]] if known.person[customer] else [ORDER]
        named = known.names_of(mine)
        found = {KINDS[k]: [shown(named[one]) for one in mine[known.kind[mine] == k].tolist()] for k in kinds}
        return {kind: values for kind, values in found.items() if values}

    def _written(self, known: Known, kind: int, text: str) -> Name | None:
        """The identifier of a kind that is written so; an order also without its source."""
        written = pa.array([text], pa.string())
        found = known.find(kind, written)
        if found[0] <= NONE and kind != ORDER:
            found = known.find(kind, self._normalise(KINDS[kind], written))
        elif found[0] <= NONE:
            found = np.append(known.texts[ORDER].beginning_with(f"{text}@"), NONE)
        return known.names_of(found[:1]).get(int(found[0])) if found[0] > NONE else None


class Moment(Answers):
    """Answers that stay the same, whatever comes meanwhile; also as they would be after a decision."""

    def __init__(self, known: Known, rules: Rules, normalise: Normalise) -> None:
        self._known, self.rules, self._normalise = known, rules, normalise

    def _now(self) -> Known:
        return self._known


def count(customer: I64, person: Bool) -> Totals:
    """How many customers identifiers have: each has the number of one of them, of which no other has that."""
    customers = persons = 0
    for some in slices(len(customer)):
        customers += int(np.count_nonzero(customer[some] == np.arange(some.start, some.stop)))
        persons += int(np.count_nonzero(person[some]))
        release(customer)
        release(person)
    return Totals(persons, customers - 1 - persons)  # the first is nobody's


def shown(name: Name) -> str:
    """An identifier as a reader knows it: an order without its source."""
    return name[1].rpartition("@")[0] if name[0] == KINDS[ORDER] else name[1]
