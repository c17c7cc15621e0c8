"""Paths: journeys as visits to nodes, split into stretches, and laid side by side at an anchor."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I32, I64, U8, U16, U32, Bool
from periplo.journeys.kernels.compiled import kernel


@kernel
def visits(
    offsets: I64,
    time_us: I64,
    person: Bool,
    event: U16,
    channel: U8,
    table: I32,
    code: U16,
    bits: U32,
    collapse: bool,
    gap: int,
    placed: bool,
) -> Any:
    """All visits in order. Equal neighbours are one visit if ``collapse``; a pause of ``gap`` us ends a stretch.

    ``table`` int32[channels, events] the node of each event, -1 for none; ``bits[code[row]]`` marks the event.
    Answers per visit ``node`` int32, ``first`` and ``last`` row (none unless ``placed``), ``marks`` (uint8, those of
    all its events; none unless there are ``bits``); and per stretch ``begin`` (its first visit; one more at the end)
    and ``owner``, the customer.
    """
    rows = len(time_us)
    marked, places = len(bits) > 0, rows if placed else 0
    node, marks = np.empty(rows, np.int32), np.zeros(rows if marked else 0, np.uint8)
    first, last = np.empty(places, np.int64), np.empty(places, np.int64)
    begin, owner = np.empty(rows + 1, np.int64), np.empty(rows, np.int64)
    count = stretches = 0
    for customer in range(len(offsets) - 1):
        if not person[customer]:
            continue
        when, before = np.int64(0), -1
        for row in range(offsets[customer], offsets[customer + 1]):
            here = table[channel[row], event[row]]
            if here < 0:
                continue
            now = time_us[row]
            if before < 0 or now - when >= gap:
                begin[stretches], owner[stretches] = count, customer
                stretches, before = stretches + 1, -1
            if here != before or not collapse:
                node[count] = here
                if placed:
                    first[count] = row
                count += 1
            if placed:
                last[count - 1] = row
            if marked:
                marks[count - 1] |= np.uint8(bits[code[row]])
            when, before = now, here
    begin[stretches] = count
    return node[:count], first[:count], last[:count], marks[:count], begin[: stretches + 1], owner[:stretches]


@kernel
def anchored(
    begin: I64, marks: U8, since: I64, until: I64, wanted: bool, backward: bool, ends: bool, within: int
) -> Any:
    """One path for each stretch that has an anchor: int64[paths, 4], its stretch, anchor visit, first and last visit.

    ``wanted``: the anchor is the first visit of the stretch with mark 1 (``backward``: the last); else simply its
    first (last) visit. ``ends``: the path ends with the next visit with mark 2, and is none without. ``within`` (us,
    negative for none): a path holds what lies within it of the anchor, edge included, from the last instant
    ``until`` of a visit before and to the first instant ``since`` of one after; the next anchor lies beyond it.
    """
    found = np.empty((begin[-1] if within >= 0 else len(begin) - 1, 4), np.int64)
    count = 0
    for stretch in range(len(begin) - 1):
        low, high = begin[stretch], begin[stretch + 1]
        step, at = (-1, high - 1) if backward else (1, low)
        while low <= at < high:
            if wanted and not marks[at] & 1:
                at += step
                continue
            left, right = low, high
            if within >= 0:
                left, right = at, at + 1
                while left > low and since[at] - until[left - 1] <= within:
                    left -= 1
                while right < high and since[right] - since[at] <= within:
                    right += 1
            end = at + 1
            while ends and end < right and not marks[end] & 2:
                end += 1
            if not ends or end < right:
                found[count, 0], found[count, 1], found[count, 2] = stretch, at, left
                found[count, 3] = end if ends else right - 1
                count += 1
            if within < 0:
                break
            at = left - 1 if backward else right
    return found[:count]


@kernel
def aligned(found: I64, owner: I64, node: I32, before: int, width: int, kinds: int, inside: Bool, keep: bool) -> Any:
    """Paths side by side: column ``before`` is the anchor's, ``width`` in all; ``kinds`` where there is no visit.

    Answers ``links`` int64[2, width - 1, kinds + 1, kinds + 1], how many paths go from one node in a column to
    another in the next, apart for customers who are ``inside``; with ``keep`` also each path as int32[width].
    """
    links = np.zeros((2, width - 1, kinds + 1, kinds + 1), np.int64)
    table = np.empty((len(found) if keep else 1, width), np.int32)
    for path in range(len(found)):
        group = 1 if inside[owner[found[path, 0]]] else 0
        here, k, last = found[path, 1] - before, path if keep else 0, kinds
        for column in range(width):
            at = here + column
            now = node[at] if found[path, 2] <= at <= found[path, 3] else kinds
            table[k, column] = now
            if column:
                links[group, column - 1, last, now] += 1
            last = now
    return links, table[: len(found) if keep else 0]


@kernel
def returns(node: I32, begin: I64, kinds: int) -> I64:
    """For each visit, the visit before it to the same node in its stretch, or -1."""
    back = np.empty(len(node), np.int64)
    seen = np.full(kinds, -1, np.int64)
    for stretch in range(len(begin) - 1):
        for at in range(begin[stretch], begin[stretch + 1]):
            before = seen[node[at]]
            back[at] = before if before >= begin[stretch] else -1
            seen[node[at]] = at
    return back


@kernel
def spread(owner: I64, cell: I64, base: I64, bases: int) -> Any:
    """How facts of one customer gather, for the design effect of their shares; facts lie together by ``owner``.

    ``base[cell]`` is what a cell is a share of. With x facts of a customer in a cell, and n in its base: per cell the
    number of customers and the sums of x * x and x * n, per base the number of customers and the sum of n * n.
    """
    cells = len(base)
    own, total = np.zeros(cells, np.int64), np.zeros(bases, np.int64)
    who, squares, crossed = np.zeros(cells, np.int64), np.zeros(cells), np.zeros(cells)
    people, sizes = np.zeros(bases, np.int64), np.zeros(bases)
    first = 0
    while first < len(owner):
        last = first
        while last < len(owner) and owner[last] == owner[first]:
            own[cell[last]] += 1
            total[base[cell[last]]] += 1
            last += 1
        for fact in range(first, last):
            c = cell[fact]
            if own[c]:
                who[c] += 1
                squares[c] += own[c] * own[c]
                crossed[c] += own[c] * total[base[c]]
                own[c] = 0
        for fact in range(first, last):
            b = base[cell[fact]]
            if total[b]:
                people[b] += 1
                sizes[b] += total[b] * total[b]
                total[b] = 0
        first = last
    return who, squares, crossed, people, sizes
