"""Local times without a zone become instants, summer time included."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from periplo.errors import UsageError, did_you_mean
from periplo.intake.model import I64

_QUARTER = 15 * 60 * 1_000_000  # no zone changes its clocks between quarters of an hour
_EPOCH = datetime(1970, 1, 1)


def to_utc(local_us: I64, zone: str) -> I64:
    """Microseconds since 1970 on the clocks of ``zone`` (int64[n]) as microseconds since 1970 UTC.

    A time that comes twice (clocks set back) is the first; one that never was (clocks set forward) is read with
    the clock from before.
    """
    if zone == "UTC" or not len(local_us):
        return local_us
    where = zone_of(zone)
    quarters, place = np.unique(local_us // _QUARTER, return_inverse=True)
    offsets = np.array([_offset(int(quarter), where) for quarter in quarters], np.int64)
    return local_us - offsets[place]


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises ``UsageError`` where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = did_you_mean(name, available_timezones())
        raise UsageError(
            "There is no time zone named “{name}”.",
            fix="Did you mean {near}?" if near else "Give an IANA name, such as Europe/Madrid.",
            name=name,
            near=near,
        ) from error


def _offset(quarter: int, zone: ZoneInfo) -> int:
    local = (_EPOCH + timedelta(microseconds=quarter * _QUARTER)).replace(tzinfo=zone)
    offset = local.utcoffset()
    return int(offset.total_seconds() * 1_000_000) if offset else 0
