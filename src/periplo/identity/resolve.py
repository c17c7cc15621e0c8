"""From sets of identifiers to new facts: in columns, each distinct value and each distinct pair once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.identity.facts import EDGE, IDENTIFIER, SPELLING, Facts
from periplo.identity.judging import NONE
from periplo.identity.kernels.joining import LOWER
from periplo.identity.kinds import I64, KINDS, KNOWN, ORDER, USER, Bool, Normalise, normal_orders
from periplo.identity.register import Register, encoded, numbers
from periplo.identity.rules import Rules
from periplo.identity.texts import UNSEEN

ALIAS = "Customer Aliased"
"""What Segment's alias becomes: its userId, and its previousId as the anonymous_id."""


def consume(known: Register, sets: pa.Table, rules: Rules, normalise: Normalise) -> Facts:
    """The new facts in ``sets`` (schema ``SETS``)."""
    columns = [_Column(known, sets, kind, normalise) for kind in range(len(KINDS))]
    identifiers = _number(columns, known.count + 1, numbers(sets["seq"]))
    ids = [columns[kind].ids_of_sets() for kind in rules.priority]
    ids += [_former_accounts(known, sets, columns[USER], identifiers), _former_visitors(known, sets, columns[KNOWN])]
    matrix = np.stack(ids, axis=1)
    if known.blocked:
        matrix[np.isin(matrix, known.blocked)] = NONE
    row, stronger, weaker = _new_pairs(known, matrix)
    about = sets.select(["seq", "occurred_at", "source", "event"]).combine_chunks().take(pa.array(row))
    edges = pa.Table.from_arrays([pa.array(stronger), pa.array(weaker), *about.columns], schema=EDGE)
    return Facts(identifiers, pa.concat_tables([column.spellings() for column in columns]), edges)


class _Column:
    """One kind in some sets: its distinct texts as written, and the normal forms of those never seen.

    ``codes`` int64[sets] which text a set has, -1 none; ``ids`` int64[texts] the identifier of each.
    """

    def __init__(self, known: Register, sets: pa.Table, kind: int, normalise: Normalise) -> None:
        self.kind = kind
        self.codes, self.texts = encoded(sets[KINDS[kind]])
        self.ids = known.find(kind, self.texts)
        self.unseen = np.flatnonzero(self.ids == UNSEEN)
        written = self.texts.take(pa.array(self.unseen))
        self.normal = normal_orders(written, normalise) if kind == ORDER else normalise(KINDS[kind], written)
        self.normal_codes, self.forms = encoded(self.normal)
        self.form_ids = known.find(kind, self.forms)
        self.new = np.flatnonzero(self.form_ids == UNSEEN)

    def rows_of_new(self) -> I64:
        """The first set that has each new identifier."""
        first_text = _first(self.normal_codes, len(self.forms))[self.new]
        return _first(self.codes, len(self.texts))[self.unseen][first_text]

    def number(self, ids: I64) -> None:
        """Gives the new identifiers their ids."""
        self.form_ids[self.new] = ids
        self.ids[self.unseen] = np.append(self.form_ids, NONE)[self.normal_codes]

    def ids_of_sets(self) -> I64:
        return np.append(self.ids, NONE)[self.codes]

    def spellings(self) -> pa.Table:
        """The texts that are not their own normal form."""
        written = self.texts.take(pa.array(self.unseen))
        other = pc.fill_null(pc.not_equal(written, self.normal), True)
        ids = pa.array(self.ids[self.unseen]).filter(other)
        kinds = pa.array(np.full(len(ids), self.kind, np.uint8))
        return pa.Table.from_arrays([kinds, written.filter(other), ids], schema=SPELLING)


def _number(columns: Sequence[_Column], first_id: int, seq: I64) -> pa.Table:
    """The new identifiers of all kinds, numbered in the order in which events brought them."""
    rows = np.concatenate([column.rows_of_new() for column in columns])
    kinds = np.concatenate([np.full(len(column.new), column.kind, np.uint8) for column in columns])
    values = pa.chunked_array([column.forms.take(pa.array(column.new)) for column in columns], pa.string())
    order = np.lexsort((kinds, rows))
    ids = np.empty(len(order), np.int64)
    ids[order] = np.arange(first_id, first_id + len(order))
    cuts = np.cumsum([len(column.new) for column in columns])[:-1]
    for column, own in zip(columns, np.split(ids, cuts), strict=True):
        column.number(own)
    fields = [pa.array(kinds[order]), values.take(pa.array(order)), pa.array(seq[rows[order]])]
    return pa.Table.from_arrays(fields, schema=IDENTIFIER)


def _new_pairs(known: Register, matrix: I64) -> tuple[I64, I64, I64]:
    """Each set's strongest identifier with each of its others, in order, where the pair was never met.

    ``matrix`` int64[sets, n]: ids, strongest first, 0 none. Gives set, stronger and weaker of each pair.
    """
    has: Bool = matrix > NONE
    strongest = has.argmax(axis=1)
    has[np.arange(len(matrix)), strongest] = False
    rows, places = np.nonzero(has)
    pairs = (matrix[rows, strongest[rows]] << 32) | matrix[rows, places]
    distinct, first = np.unique(pairs, return_index=True)
    new = np.sort(first[~known.were_met(distinct)])
    return rows[new], pairs[new] >> 32, pairs[new] & LOWER


def _former_accounts(known: Register, sets: pa.Table, accounts: _Column, identifiers: pa.Table) -> I64:
    """int64[sets]: where an alias names as the former id of its account one that was seen as an account before.

    Two accounts never join by themselves: the edge is refused, and suggested to a person.
    """
    found = np.full(sets.num_rows, NONE, np.int64)
    rows = np.flatnonzero(pc.fill_null(pc.equal(sets["event"], ALIAS), False).to_numpy(zero_copy_only=False))
    if not len(rows):
        return found
    former = sets["anonymous_id"].combine_chunks().take(pa.array(rows))
    here = numbers(pc.index_in(former, value_set=accounts.texts), -1)
    ids = np.where(here >= 0, np.append(accounts.ids, NONE)[here], known.find(USER, former))
    seen = np.append(np.zeros(known.count + 1, np.int64), numbers(identifiers["seq"]))[np.maximum(ids, NONE)]
    account = accounts.ids_of_sets()[rows]
    before = (ids > NONE) & (account > NONE) & (seen <= numbers(sets["seq"])[rows]) & (ids != account)
    found[rows] = np.where(before, ids, NONE)
    return found


def _former_visitors(known: Register, sets: pa.Table, visitors: _Column) -> I64:
    """int64[sets]: the other visitor that an alias says this one is; a set of its own named it before."""
    former = sets["previous_id"].combine_chunks()
    here = numbers(pc.index_in(former, value_set=visitors.texts), -1)
    ids: I64 = np.where(here >= 0, np.append(visitors.ids, NONE)[here], known.find(KNOWN, former))
    return np.where(np.asarray(former.is_valid()) & (ids != visitors.ids_of_sets()), np.maximum(ids, NONE), NONE)


def _first(codes: I64, count: int) -> I64:
    """The first place of each code."""
    first = np.zeros(count, np.int64)
    has = np.flatnonzero(codes >= 0)[::-1]
    first[codes[has]] = has
    return first
