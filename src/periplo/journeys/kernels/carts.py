"""Carts, and other things that are begun and either end in an order in time or are abandoned."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I32, I64, U16, Bool
from periplo.journeys.kernels.compiled import kernel

STILL_OPEN, CONVERTED, ABANDONED = 0, 1, 2


@kernel
def carts(
    offsets: I64, time_us: I64, event: U16, change: Bool, order: Bool, key: I32, keys: int, within: int, until: int
) -> Any:
    """Carts and what became of them (SEMANTICS 9).

    ``change[event code]`` marks what begins or changes a cart, ``order[event code]`` the order; ``key`` int32[m] is
    the code of the cart's id, -1 where there is none: then it is the customer's open cart. A cart is converted by an
    order within ``within`` (us) of its last change, abandoned once that time is over, still open at ``until`` before.
    An order without the id of a known cart takes the cart that was changed last. Answers, per cart: ``first`` row and
    ``outcome``.

    Invariant: ``slot[k]`` is the latest cart with key k (the last slot: without one); it is this customer's if its
    first row is not before the customer's.
    """
    first, changed = np.empty(len(event), np.int64), np.empty(len(event), np.int64)
    outcome = np.empty(len(event), np.uint8)
    slot = np.full(keys + 1, -1, np.int64)
    count = 0
    for customer in range(len(offsets) - 1):
        begin, latest = offsets[customer], -1
        for row in range(begin, offsets[customer + 1]):
            if not (change[event[row]] or order[event[row]]):
                continue
            own = slot[key[row]]
            if own >= 0 and (first[own] < begin or outcome[own] != STILL_OPEN):
                own = -1
            if order[event[row]]:
                taken = own if own >= 0 else latest
                if taken >= 0 and outcome[taken] == STILL_OPEN:
                    in_time = time_us[row] - time_us[changed[taken]] <= within
                    outcome[taken] = CONVERTED if in_time else ABANDONED
            elif own >= 0 and (key[row] >= 0 or time_us[row] - time_us[changed[own]] <= within):
                changed[own] = row
                latest = own
            else:
                first[count], changed[count], outcome[count] = row, row, STILL_OPEN
                slot[key[row]] = latest = count
                count += 1
    for cart in range(count):
        if outcome[cart] == STILL_OPEN and until - time_us[changed[cart]] > within:
            outcome[cart] = ABANDONED
    return first[:count], outcome[:count]


@kernel
def next_after(offsets: I64, event: U16, begins: Bool, ends: Bool) -> I64:
    """For the event that begins something, the customer's next event that ends it, or -1.

    While it waits, further beginnings belong to it and have -2, as all other events.
    """
    found = np.full(len(event), -2, np.int64)
    for customer in range(len(offsets) - 1):
        waiting = -1
        for row in range(offsets[customer], offsets[customer + 1]):
            if waiting >= 0 and ends[event[row]]:
                found[waiting], waiting = row, -1
            elif waiting < 0 and begins[event[row]]:
                found[row], waiting = -1, row
    return found
