"""The events that matter to a funnel with options, as journeys of their own: per customer, session, held values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.analysis.facts import SESSION_GAP_US
from periplo.analysis.funnel.rules import NO_LIMIT_US, Rules
from periplo.analysis.touchpoints import touches
from periplo.journeys.columns import I64, U32, Bool, Coded, JourneyColumns, fix_arrays
from periplo.journeys.kernels.sessions import sessions


@dataclass(frozen=True)
class Entries:
    """Journey j is the entries ``offsets[j]:offsets[j + 1]``, in time order.

    Per journey: ``unit`` what it counts for, equal ones together; ``closes`` (us) when it cannot go on.
    Per entry: ``row`` of the event, its ``time`` (us), its customer ``owner``, the steps it may serve (``served``)
    and the exclusions it triggers (``excluded``) as bits.
    """

    offsets: I64
    unit: I64
    closes: I64
    row: I64
    time: I64
    owner: I64
    served: U32
    excluded: U32

    def __post_init__(self) -> None:
        names = ("offsets", "unit", "closes", "row", "time", "owner")
        fix_arrays(self, **dict.fromkeys(names, np.int64), served=np.uint32, excluded=np.uint32)

    @classmethod
    def of(cls, part: JourneyColumns, rules: Rules, served: U32, excluded: U32) -> Entries:
        owner = np.repeat(np.arange(part.customers), np.diff(part.offsets))
        unit, closes = _units(part, rules, owner)
        matters = (served | excluded) > 0 if rules.order != "strict" else np.ones(part.events, np.bool_)
        row = np.flatnonzero(matters & (unit >= 0) & part.person[owner])
        unit, served, excluded = unit[row], served[row], excluded[row]
        key = np.zeros(len(row), np.int64)
        if rules.hold:
            key, lacking = _held(part, rules.hold, row)
            pick, key = _spread(unit, key, lacking, excluded > 0)
            row, unit, served, excluded = row[pick], unit[pick], served[pick], excluded[pick]
            served = np.where(lacking[pick], np.uint32(0), served)
        order = np.lexsort((row, key, unit)) if rules.hold or rules.unit == "session" else np.arange(len(row))
        row, unit, key = row[order], unit[order], key[order]
        begins = np.flatnonzero(np.diff(unit, prepend=-1) | np.diff(key, prepend=-1))
        offsets = np.append(begins, len(row)).astype(np.int64)
        return cls(
            offsets, unit[begins], closes[unit[begins]], row, part.time_us[row], owner[row], served[order],
            excluded[order],
        )  # fmt: skip


def _units(part: JourneyColumns, rules: Rules, owner: I64) -> tuple[I64, I64]:
    """Per event the number of its customer, or of its session (-1: none); per number when it cannot go on."""
    if rules.unit != "session":
        return owner, np.full(part.customers, NO_LIMIT_US * 4)
    counts = touches(part, rules.taxonomy)
    session, _ = sessions(part.offsets, part.time_us, part.channel, part.event, counts, part.person, SESSION_GAP_US)
    closes, inside = np.zeros(int(session.max(initial=-1)) + 1, np.int64), session >= 0
    np.maximum.at(closes, session[inside], part.time_us[inside] + SESSION_GAP_US - 1)
    return session, closes


def _held(part: JourneyColumns, names: tuple[str, ...], row: I64) -> tuple[I64, Bool]:
    """Per event a number for the values it has of the properties, and whether it lacks one."""
    key, lacking = np.zeros(len(row), np.int64), np.zeros(len(row), np.bool_)
    for name in names:
        codes = _codes(part, name, row)
        lacking |= codes < 0
        _, key = np.unique(key * (codes.max(initial=0) + 2) + codes + 1, return_inverse=True)
    return key.astype(np.int64), lacking


def _codes(part: JourneyColumns, name: str, row: I64) -> I64:
    if name == "channel":
        return part.channel[row].astype(np.int64)
    column = part.properties.column(name)
    if isinstance(column, Coded):
        return column.codes[row].astype(np.int64)
    if column is None:
        return np.full(len(row), -1, np.int64)
    codes = np.unique(column[row], return_inverse=True)[1].astype(np.int64)
    return np.where(np.isnan(column[row]), -1, codes)


def _spread(unit: I64, key: I64, lacking: Bool, excludes: Bool) -> tuple[I64, I64]:
    """Which events go where, and under which key: those with all values once; one that lacks a value serves no step,
    and where it excludes, it does so whatever is held: it goes to every key of its unit."""
    whole, wild = np.flatnonzero(~lacking), np.flatnonzero(lacking & excludes)
    kinds = int(key.max(initial=0)) + 1
    pairs = np.unique(unit[whole] * kinds + key[whole])
    low, high = (np.searchsorted(pairs // kinds, unit[wild], side) for side in ("left", "right"))
    many = high - low
    each = np.repeat(low - (np.cumsum(many) - many), many) + np.arange(many.sum())
    return np.concatenate((whole, np.repeat(wild, many))), np.concatenate((key[whole], pairs[each] % kinds))
