"""How a shop's sources do: how much comes, how late, what is wrong with it, and names that nobody knows."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from periplo.errors import did_you_mean
from periplo.log import Tally
from periplo.workspace import planning
from periplo.workspace.collecting import TOO_LARGE
from periplo.workspace.engine import engine
from periplo.workspace.hooks import REFUSED
from periplo.workspace.stores import Stores
from periplo.workspace.turning_away import ERASED

WEEK = timedelta(days=7)
DAYS = 28
"""So many days, the present one included, of which the volume is told day by day."""
MOST_NAMES = 50

_VOLUME = """
    SELECT source, event, count(*) AS total, count(*) FILTER (arrived >= ?) AS today,
        count(*) FILTER (arrived >= ?) AS week, max(arrived) AS last
    FROM (SELECT source, event, coalesce(received_at, occurred_at) AS arrived FROM events)
    GROUP BY source, event
"""
_QUARTERS = """
    SELECT source, CAST(floor(epoch(arrived) / 900) AS BIGINT) AS quarter, count(*)
    FROM (SELECT source, coalesce(received_at, occurred_at) AS arrived FROM events)
    WHERE arrived >= ? AND arrived < ? GROUP BY ALL
"""
_LATENESS = """
    SELECT source, quantile_cont(epoch(received_at) - epoch(occurred_at), [0.5, 0.95]) AS late
    FROM events WHERE received_at >= ? AND clock_flag IS NULL GROUP BY source
"""


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` messages that broke a rule, in a stage of their way."""

    stage: str
    rule: str
    count: int


class NotPlanned(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` events of seven days that are not as planned, ``where``: in which event, at which place."""

    rule: str
    where: str
    count: int


class Oversize(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` requests of seven days with more than ``kilobytes``, which were refused."""

    kilobytes: int
    count: int


class UnknownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of seven days whose name is not in the vocabulary; ``near``: the names that may have been meant."""

    name: str
    count: int
    near: str


class SourceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One source. ``today`` since midnight of the shop's zone, ``week`` in seven days, ``total`` ever, by when events
    arrived (files: when they happened); ``days``: each of 28 days, the present one last. ``late_p50_s``,
    ``late_p95_s``: seconds from happening to arriving.

    ``waiting``: what lies in quarantine; ``refused``: requests of seven days that proved nothing; ``erased``: messages
    of seven days that did not come in because their person was erased after they happened.
    """

    name: str
    today: int
    week: int
    total: int
    days: list[int]
    last_seen: datetime | None
    late_p50_s: float | None
    late_p95_s: float | None
    waiting: list[Wrong]
    not_planned: list[NotPlanned]
    unknown: list[UnknownEvent]
    oversize: list[Oversize]
    refused: int
    erased: int = 0


def report(stores: Stores, now: datetime | None = None) -> list[SourceReport]:
    """All sources that were added or that events came from, by name."""
    moment = now or datetime.now(UTC)
    week = moment - WEEK
    planning.follow(stores)
    stores.tallies.flush()
    rows, late, days = _volume(stores, moment, week), _lateness(stores, week), _by_day(stores, moment)
    waiting, counted = stores.quarantine.waiting(), stores.tallies.since(week.date())
    names = {one.name for one in stores.sources.all()} | set(stores.settings.connectors)
    names |= {row["source"] for row in rows} | {source for source, _, _ in waiting} | {one.source for one in counted}
    known = list(stores.taxonomy.events)
    return [
        SourceReport(
            name=name,
            today=sum(row["today"] for row in mine),
            week=sum(row["week"] for row in mine),
            total=sum(row["total"] for row in mine),
            days=[days[name, place] for place in range(DAYS)],
            last_seen=max((row["last"] for row in mine), default=None),
            late_p50_s=late.get(name, (None, None))[0],
            late_p95_s=late.get(name, (None, None))[1],
            waiting=[Wrong(stage=s, rule=r, count=n) for (source, s, r), n in waiting.items() if source == name],
            not_planned=_not_planned(one for one in counted if one.source == name),
            unknown=_unknown(mine, known),
            oversize=_oversize(one for one in counted if one.source == name),
            refused=sum(one.count for one in counted if (one.source, one.what) == (name, REFUSED)),
            erased=sum(one.count for one in counted if (one.source, one.what) == (name, ERASED)),
        )
        for name in sorted(names)
        for mine in [[row for row in rows if row["source"] == name]]
    ]


def _not_planned(counted: Iterable[Tally]) -> list[NotPlanned]:
    return [
        NotPlanned(rule=one.what.removeprefix(planning.COUNTED), where=one.where, count=one.count)
        for one in counted
        if one.what.startswith(planning.COUNTED)
    ]


def _oversize(counted: Iterable[Tally]) -> list[Oversize]:
    found = [Oversize(kilobytes=int(one.where), count=one.count) for one in counted if one.what == TOO_LARGE]
    return sorted(found, key=lambda one: one.kilobytes)


def _volume(stores: Stores, moment: datetime, week: datetime) -> list[dict[str, Any]]:
    midnight = _midnight(stores, moment)
    with engine(stores.places.cache) as database:
        columns = ["source", "event", "received_at", "occurred_at"]
        database.register("events", stores.events(columns, 0, stores.log.settled()))
        found: pa.Table = database.sql(_VOLUME, params=[midnight, week]).to_arrow_table()
    return found.to_pylist()  # type: ignore[no-any-return]


def _midnight(stores: Stores, moment: datetime, days_ago: int = 0) -> datetime:
    """When the day of a moment began in the shop's zone, or one so many days before (or after) it."""
    zone = ZoneInfo(stores.settings.time_zone)
    day = moment.astimezone(zone).date() - timedelta(days=days_ago)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _by_day(stores: Stores, moment: datetime) -> Counter[tuple[str, int]]:
    """How many events came from each source on each of the days, the present one last. Counted in quarters of an hour,
    in which days of all zones begin."""
    begins = [_midnight(stores, moment, DAYS - 1 - place) for place in range(DAYS + 1)]
    since = f"TIMESTAMPTZ '{begins[0].isoformat()}'"
    where = f"(received_at >= {since} OR (received_at IS NULL AND occurred_at >= {since}))"
    with engine(stores.places.cache) as database:
        columns = ["source", "received_at", "occurred_at"]
        database.register("events", stores.events(columns, 0, stores.log.settled(), where))
        found = database.execute(_QUARTERS, [begins[0], begins[-1]]).fetchall()
    counts: Counter[tuple[str, int]] = Counter()
    for source, quarter, count in found:
        counts[source, bisect_right(begins, datetime.fromtimestamp(quarter * 900, UTC)) - 1] += count
    return counts


def _lateness(stores: Stores, week: datetime) -> Mapping[str, tuple[float, float]]:
    since = f"received_at >= TIMESTAMPTZ '{week.isoformat()}'"
    with engine(stores.places.cache) as database:
        columns = ["source", "received_at", "occurred_at", "clock_flag"]
        database.register("events", stores.events(columns, 0, stores.log.settled(), since))
        found = database.execute(_LATENESS, [week]).fetchall()
    return {source: (late[0], late[1]) for source, late in found}


def _unknown(rows: Iterable[Mapping[str, Any]], known: list[str]) -> list[UnknownEvent]:
    """The most frequent first."""
    strange = [row for row in rows if row["week"] and row["event"] not in known]
    strange.sort(key=lambda row: (-row["week"], row["event"]))
    return [
        UnknownEvent(name=row["event"], count=row["week"], near=did_you_mean(row["event"], known))
        for row in strange[:MOST_NAMES]
    ]
