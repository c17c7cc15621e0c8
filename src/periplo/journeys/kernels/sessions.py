"""Sessions: events of a customer in one channel with gaps under 30 minutes (SEMANTICS 3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import I64, U8, U16, Bool
from periplo.journeys.kernels.compiled import kernel

CHANNELS = 256


@kernel
def sessions(offsets: I64, time_us: I64, channel: U8, event: U16, counts: Bool, person: Bool, gap: int) -> Any:
    """The session of each event.

    ``counts[event code]``: whether the event belongs to sessions (what the shop does alone does not). A session ends
    at a gap of ``gap`` (us) or more. Answers ``session`` int64[m], the number of the session or -1, and ``following``
    int64[m], the next row of the same session or -1. Numbers grow with the session's first row.

    Invariant: ``latest[ch]`` is this customer's last row in channel ``ch``, valid while it is not before the
    customer's first row; channels interleave, sessions do not.
    """
    session = np.full(len(time_us), -1, np.int64)
    following = np.full(len(time_us), -1, np.int64)
    latest = np.full(CHANNELS, -1, np.int64)
    count = 0
    for customer in range(len(offsets) - 1):
        if not person[customer]:
            continue
        for row in range(offsets[customer], offsets[customer + 1]):
            if not counts[event[row]]:
                continue
            before = latest[channel[row]]
            if before >= offsets[customer] and time_us[row] - time_us[before] < gap:
                session[row] = session[before]
                following[before] = row
            else:
                session[row] = count
                count += 1
            latest[channel[row]] = row
    return session, following


@kernel
def summarise(session: I64, event: U16, page: Bool, order: Bool, count: int) -> Any:
    """Per session: ``first`` and ``last`` row, number of ``events``, of ``pages`` seen and of ``orders`` placed."""
    first, last = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    events, pages, orders = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    for row in range(len(session)):
        s = session[row]
        if s < 0:
            continue
        if first[s] < 0:
            first[s] = row
        last[s] = row
        events[s] += 1
        pages[s] += page[event[row]]
        orders[s] += order[event[row]]
    return first, last, events, pages, orders


@kernel
def distinct_owners(owner: I64, channel: I64, channels: int) -> I64:
    """How many different customers the sessions in each channel have, and all together (the last number).

    ``owner`` ascends, as sessions are numbered by customer.
    """
    counts = np.zeros(channels + 1, np.int64)
    seen = np.full(channels, -1, np.int64)
    for s in range(len(owner)):
        if s == 0 or owner[s] != owner[s - 1]:
            counts[channels] += 1
        if seen[channel[s]] != owner[s]:
            seen[channel[s]] = owner[s]
            counts[channel[s]] += 1
    return counts
