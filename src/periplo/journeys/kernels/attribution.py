"""Paths of touches up to conversions, and the credit that each touch gets (SEMANTICS 7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from periplo.journeys.columns import F64, I32, I64, U8, U16, Bool
from periplo.journeys.kernels.compiled import kernel

TOUCH, CONVERSION = 1, 2
"""What an event is, as bits; one that is both is a conversion."""
LAST_NON_DIRECT, LINEAR, TIME_DECAY, SHAPLEY, BY_PLACE = range(5)
"""The models, as rows of credit; those from ``BY_PLACE`` on weigh a touch by its place in the path."""


@kernel
def _from(touch: I64, time_us: I64, begin: int, end: int, since: int) -> int:
    """The first touch, from ``begin`` on and before ``end``, that is not before ``since``."""
    while begin < end and time_us[touch[begin]] < since:
        begin += 1
    return begin


@kernel
def touch_paths(
    offsets: I64,
    time_us: I64,
    person: Bool,
    code: U16,
    role: U8,
    value: I32,
    values: int,
    gap: int,
    lookback: int,
    once: bool,
) -> Any:
    """The path of touches before each conversion, and that of each customer's touches after the last one.

    ``role[code of the event]`` says what it is; ``value[row]`` below 0 is no touch. Events of one value with gaps
    under ``gap`` (us) are one touch, at the first of them. A path holds the touches of the last ``lookback`` (us),
    edge included; with ``once`` only those after the conversion before. Answers ``touch``, the rows of all touches,
    and per path its touches ``low`` up to, not including, ``high`` (places in ``touch``), and ``at``, the row of its
    conversion, -1 where there is none.

    Invariant: ``latest[v]`` is the last row of value ``v``; it is this customer's, and continues, from ``closed`` on.
    """
    most = len(code) + len(offsets)
    touch, low = np.empty(most, np.int64), np.empty(most, np.int64)
    high, at = np.empty(most, np.int64), np.empty(most, np.int64)
    latest = np.full(values, -1, np.int64)
    touches = paths = int(np.int64(0))  # no literal: with one the helper would be compiled again
    for customer in range(len(offsets) - 1):
        if not person[customer]:
            continue
        begin = after = touches
        closed = offsets[customer]
        for row in range(offsets[customer], offsets[customer + 1]):
            what = role[code[row]]
            if what >= CONVERSION:
                begin = _from(touch, time_us, begin, touches, time_us[row] - lookback)
                low[paths], high[paths], at[paths] = begin, touches, row
                paths, after = paths + 1, touches
                if once:
                    begin, closed = touches, row
            elif what == TOUCH and value[row] >= 0:
                before = latest[value[row]]
                if before < closed or time_us[row] - time_us[before] >= gap:
                    touch[touches] = row
                    touches += 1
                latest[value[row]] = row
        if after < touches:
            after = _from(touch, time_us, after, touches, time_us[touch[touches - 1]] - lookback)
            low[paths], high[paths], at[paths] = after, touches, -1
            paths += 1
    return touch[:touches], low[:paths], high[:paths], at[:paths]


@kernel
def _weigh(
    model: int, kind: I64, moment: I64, direct: Bool, half_life: float, shares: F64, seen: I64, weight: F64
) -> None:
    """The weights of the touches of one path; they add up to 1. ``seen[kind]`` is the place of its first touch."""
    n = len(kind)
    total, source = 0.0, n - 1
    for i in range(n):
        weight[i] = 1.0
        if model == LAST_NON_DIRECT:
            source = source if direct[kind[i]] else i
            weight[i] = 0.0
        elif model == TIME_DECAY:
            weight[i] = 2.0 ** ((moment[i] - moment[n - 1]) / half_life)
        elif model == SHAPLEY:
            weight[i] = 1.0 if seen[kind[i]] == i else 0.0
        elif model >= BY_PLACE and n > 1:
            by_place = shares[model - BY_PLACE]
            weight[i] = by_place[0] if i == 0 else (by_place[2] if i == n - 1 else by_place[1] / (n - 2))
        total += weight[i]
    if model == LAST_NON_DIRECT:
        weight[source] = total = 1.0
    for i in range(n):
        weight[i] = weight[i] / total if total > 0 else 1.0 / n


@kernel
def _give(weight: F64, kind: I64, count: int, money: int, counts: I64, monies: I64) -> None:
    """Shares out whole units by weight; the rest goes to the last touch that has any."""
    left, rest, heir = np.int64(count), np.int64(money), kind[0]
    for i in range(len(kind)):
        if weight[i] > 0:
            units, minor = np.int64(weight[i] * count + 0.5), np.int64(weight[i] * money + 0.5)
            counts[kind[i]] += units
            monies[kind[i]] += minor
            left, rest, heir = left - units, rest - minor, kind[i]
    counts[heir] += left
    monies[heir] += rest


@kernel
def credit(
    low: I64,
    high: I64,
    kind: I64,
    moment: I64,
    models: I64,
    direct: Bool,
    half_life: float,
    shares: F64,
    group: I64,
    purse: I64,
    count: I64,
    money: I64,
    groups: int,
    purses: int,
) -> Any:
    """The credit that kinds of touches get by each of ``models``, in whole units, so that it adds up to the last one.

    ``kind``, ``moment`` (us) per touch; ``direct`` per kind; ``half_life`` in us; ``shares`` float64[models by place,
    3] of the first touch, those between, and the last; per path its ``group``, ``count`` units of conversions (0:
    none, no credit), ``money`` units and their ``purse``. Answers ``counts`` int64[models, groups, kinds], ``monies``
    int64[models, purses, kinds], and ``took_part`` int64[2, groups, kinds]: units of conversions with such a touch,
    and of those with it last.
    """
    kinds = len(direct)
    counts, monies = np.zeros((len(models), groups, kinds), np.int64), np.zeros((len(models), purses, kinds), np.int64)
    took_part, seen = np.zeros((2, groups, kinds), np.int64), np.full(kinds, -1, np.int64)
    longest = 0
    for path in range(len(low)):
        longest = max(longest, high[path] - low[path])
    weight = np.empty(longest, np.float64)
    for path in range(len(low)):
        a, b, g = low[path], high[path], group[path]
        if a == b or count[path] == 0:
            continue
        for i in range(b - a - 1, -1, -1):
            seen[kind[a + i]] = i
        for i in range(b - a):
            took_part[0, g, kind[a + i]] += count[path] * (seen[kind[a + i]] == i)
        took_part[1, g, kind[b - 1]] += count[path]
        for m in range(len(models)):
            _weigh(models[m], kind[a:b], moment[a:b], direct, half_life, shares, seen, weight)
            _give(weight, kind[a:b], count[path], money[path], counts[m, g], monies[m, purse[path]])
    return counts, monies, took_part


@kernel
def steps(low: I64, high: I64, kind: I64, base: I64, kinds: int, order: int, converted: I64, ended: I64) -> Any:
    """The steps of all paths as keys of a Markov chain of some order: ``base + state * (kinds + 2) + next``.

    A state is the last ``order`` kinds as digits to the base ``kinds + 1``, each plus one, 0 the start; ``next`` is a
    kind, or ``kinds`` for a conversion, or ``kinds + 1`` for an end without one. Per path it happened ``converted``
    times with a conversion and ``ended`` times without. Answers ``key`` and ``times`` per step (times may be 0), and
    ``final``, the key of each path's step to the conversion.
    """
    most = 2 * len(low)
    for path in range(len(low)):
        most += high[path] - low[path]
    key, times, final = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(len(low), np.int64)
    size, at = (kinds + 1) ** order, 0
    for path in range(len(low)):
        state = 0
        for i in range(low[path], high[path]):
            key[at], times[at] = base[path] + state * (kinds + 2) + kind[i], converted[path] + ended[path]
            state = (state * (kinds + 1) + kind[i] + 1) % size
            at += 1
        final[path] = base[path] + state * (kinds + 2) + kinds
        key[at], times[at] = final[path], converted[path]
        key[at + 1], times[at + 1] = final[path] + 1, ended[path]
        at += 2
    return key, times, final
