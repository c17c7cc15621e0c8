"""What an address asks for: the period, channel, segment and map of every page and every route of the API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from periplo.errors import UnknownName, UsageError
from periplo.workspace import Filters, Shop

PERIODS: Mapping[str, int] = {"7d": 7, "30d": 30, "90d": 90}
"""Presets: that many days up to the newest event of the shop."""

ALL = "all"


@dataclass(frozen=True)
class View:
    """What is looked at. ``period`` is a preset, "all", or empty where the days are given."""

    filters: Filters
    period: str = ALL
    map: str | None = None

    def query(self, **changes: str | int | None) -> str:
        """The address's query of this view, with changes; what is not asked does not stand in it."""
        asked: dict[str, object] = {"period": self.period if self.period in PERIODS else None}
        if not self.period:
            asked |= {"since": self.filters.since, "until": self.filters.until}
        asked |= {"segment": self.filters.segment, "channel": self.filters.channel}
        asked |= {"where": self.filters.where, "map": self.map}
        kept = {name: value for name, value in (asked | changes).items() if value not in (None, "")}
        return f"?{urlencode(kept, safe='/:')}" if kept else ""


def view_of(shop: Shop, asked: Mapping[str, str | None]) -> View:
    """The view that the filters of an address ask for. Raises ``UsageError`` for bad ones."""
    since, until = _day("since", asked.get("since")), _day("until", asked.get("until"))
    if since and until and since > until:
        raise UsageError(
            "The period ends before it begins.",
            why="{since} lies after {until}.",
            fix="Swap the days.",
            since=since,
            until=until,
        )
    period = "" if since or until else _known("period", asked.get("period"), lambda: [*PERIODS, ALL]) or ALL
    if period in PERIODS:
        since = newest_day(shop) - timedelta(days=PERIODS[period] - 1)
    chosen = Filters(
        since=since,
        until=until,
        channel=_known("channel", asked.get("channel"), lambda: channels(shop)),
        segment=_known("segment", asked.get("segment"), shop.segments),
        where=asked.get("where") or None,
    )
    return View(chosen, period, _known("map", asked.get("map"), shop.maps))


def channels(shop: Shop) -> list[str]:
    """The channels that occur in the shop."""
    return sorted(shop.journeys().columns.channel_names)


def newest_day(shop: Shop) -> date:
    """The day of the shop's newest event, in its time zone."""
    return _local(shop, shop.journeys().columns.until_us)


def oldest_day(shop: Shop) -> date:
    return _local(shop, shop.journeys().columns.since_us)


def _local(shop: Shop, us: int) -> date:
    return datetime.fromtimestamp(us / 1e6, UTC).astimezone(ZoneInfo(shop.settings.time_zone)).date()


def _day(name: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "“{name}” takes a day, not “{text}”.",
            fix="Write it as year-month-day, for example {example}.",
            name=name,
            text=text[:60],
            example="2026-01-31",
        ) from None


def _known(kind: str, name: str | None, known: Callable[[], Collection[str]]) -> str | None:
    if name and name not in known():
        raise UnknownName(kind, name[:60], known())
    return name or None
