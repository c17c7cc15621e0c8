"""Clocks that run fast when people are busy and stand still when a place is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from periplo.simulator.arrays import F64, HOUR_MS, I64, Bool
from periplo.simulator.parameters import Parameters

AFTERWARDS_DAYS = 60
"""Clocks run on behind the window, for what follows from it."""


@dataclass(frozen=True)
class Clock:
    """Time counted in what happens: ``read`` gives the count at an instant (ms), ``at`` the instant of a count."""

    edges: I64
    passed: F64

    @classmethod
    def of(cls, edges: I64, weights: F64) -> Clock:
        """A clock that counts ``weights[i]`` between ``edges[i]`` and ``edges[i + 1]``."""
        return cls(edges, np.concatenate(([0.0], np.cumsum(weights))))

    def at(self, count: F64) -> I64:
        return np.interp(count, self.passed, self.edges).astype(np.int64)

    def read(self, instant: I64) -> F64:
        return np.interp(instant, self.edges, self.passed)

    def later(self, instant: I64, count: F64) -> I64:
        """The instant when ``count`` more has passed."""
        return self.at(self.read(instant) + count)


@dataclass(frozen=True)
class Clocks:
    """``visits`` counts days of average traffic; the others count open hours.

    ``care`` is how tickets are answered when weekends are staffed; ``care_cut`` when nobody answers at weekends during
    the incident.
    """

    start: int
    end: int
    midnights: I64
    first_weekday: int
    visits: Clock
    store: Clock
    office: Clock
    care: Clock
    care_cut: Clock

    def days(self, first: int, last: int) -> tuple[int, int]:
        """The instants (ms) between the local midnights that begin day ``first`` and day ``last``."""
        most = len(self.midnights) - 1
        return int(self.midnights[min(first, most)]), int(self.midnights[min(last, most)])

    def weekend(self, instant: I64) -> Bool:
        """Whether an instant (ms) lies on a local Saturday or Sunday."""
        day = np.searchsorted(self.midnights, instant, side="right") - 1
        return (day + self.first_weekday) % 7 >= 5


def clocks(parameters: Parameters, days: int) -> Clocks:
    """All clocks of a window of ``days`` local days from the shop's first day."""
    rhythm, zone = parameters.rhythm, ZoneInfo(parameters.shop.time_zone)
    midnights = _midnights(parameters.shop.first_day, days + AFTERWARDS_DAYS, zone)
    edges = np.arange(midnights[0], midnights[-1] + HOUR_MS, HOUR_MS)
    local = [datetime.fromtimestamp(edge / 1000, zone) for edge in edges[:-1].tolist()]
    hour = np.array([moment.hour for moment in local])
    weekday = np.array([moment.weekday() for moment in local])
    day = np.searchsorted(midnights, edges[:-1], side="right") - 1

    def during(hours: tuple[int, int], weekdays: list[float]) -> F64:
        weights: F64 = ((hours[0] <= hour) & (hour < hours[1])) * np.array(weekdays)[weekday]
        return weights

    cut = parameters.incident("slow_weekend_replies")
    staffed = during(rhythm.care_hours, [1.0] * 7)
    unstaffed = (weekday >= 5) & (cut.first <= day) & (day < cut.last)
    traffic = np.array(rhythm.hours)[hour] * np.array(rhythm.weekdays)[weekday] * _traffic(parameters, day)
    inside = day < days
    return Clocks(
        start=int(midnights[0]),
        end=int(midnights[days]),
        midnights=midnights,
        first_weekday=parameters.shop.first_day.weekday(),
        visits=Clock.of(edges, traffic / traffic[inside].sum() * days),
        store=Clock.of(edges, during(rhythm.store_hours, rhythm.store_weekdays)),
        office=Clock.of(edges, during(rhythm.office_hours, [1.0] * 5 + [0.0, 0.0])),
        care=Clock.of(edges, staffed),
        care_cut=Clock.of(edges, np.where(unstaffed, 0.0, staffed)),
    )


def _traffic(parameters: Parameters, day: I64) -> F64:
    traffic: F64 = 1 + parameters.rhythm.growth * day / 120
    for campaign in parameters.campaigns:
        traffic = np.where((campaign.first <= day) & (day < campaign.last), traffic * campaign.traffic, traffic)
    return traffic


def _midnights(first: date, days: int, zone: ZoneInfo) -> I64:
    """The instants (ms) at which ``days`` local days begin, and the end of the last."""
    dates = (first + timedelta(days=n) for n in range(days + 1))
    return np.array([int(datetime.combine(d, time(), zone).timestamp() * 1000) for d in dates], dtype=np.int64)
