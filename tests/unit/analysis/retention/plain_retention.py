"""Retention counted by hand: from the definition, customer by customer, with dates of the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Journey = Sequence[tuple[str, float]]
"""Events of one customer: name and seconds since 1970."""
LENGTH_S = {"day": 86400, "week": 7 * 86400, "month": 30 * 86400}


def period_of(seconds: float, zone: str, unit: str) -> int:
    """A number per day, week or month that grows by one."""
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone)).date()
    if unit == "month":
        return day.year * 12 + day.month
    return day.toordinal() if unit == "day" else (day.toordinal() - 1) // 7


def period_name(number: int, unit: str) -> str:
    if unit == "month":
        return f"{(number - 1) // 12}-{(number - 1) % 12 + 1:02}"
    day = date.fromordinal(number if unit == "day" else number * 7 + 1)
    return day.strftime("%Y-%m-%d" if unit == "day" else "%G-W%V")


def retention(
    journeys: Sequence[Journey],
    *,
    start: set[str],
    back: set[str],
    unit: str,
    mode: str,
    cohort: str,
    rolling: bool,
    edges: Sequence[int],
    until: float,
    zone: str,
) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Per cohort and column: eligible, of them back, open, of them back so far. ``edges``: those of the columns."""
    step = 1e-6
    found: dict[tuple[str, str], Counter[str]] = {}
    for journey in journeys:
        begun: dict[int, float] = {}
        for name, when in sorted(journey, key=lambda event: event[1]):
            period = period_of(when, zone, unit)
            if name in start and period not in begun and not (begun and cohort == "first"):
                begun[period] = when
        for period, when in begun.items():
            after = [
                int((t - when) // LENGTH_S[unit]) if rolling else period_of(t, zone, unit) - period
                for name, t in journey
                if name in back and t > when
            ]
            for low, high in pairwise(edges):
                if rolling:
                    over = when + high * LENGTH_S[unit] <= until + step
                else:
                    over = period_of(until + step, zone, unit) >= period + high
                came = any(k >= low if mode == "on_or_after" else low <= k < high for k in after)
                label = str(low) if high == low + 1 else f"{low}-{high - 1}"
                cell = found.setdefault((period_name(period, unit), label), Counter())
                cell["eligible" if over else "open"] += 1
                cell["back" if over else "so_far"] += came
    return {key: (cell["eligible"], cell["back"], cell["open"], cell["so_far"]) for key, cell in found.items()}
