"""Profiles that may be more than one person: they grow too fast, or a device that many use joins nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec
import numpy as np
import pyarrow.compute as pc

from periplo.identity.answers import shown
from periplo.identity.decisions import Name
from periplo.identity.kernels.joining import ACCEPTED, SHARED
from periplo.identity.kinds import DEVICES, I64, ORDER, USER
from periplo.identity.known import Known
from periplo.identity.links import EdgesAt


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who gained ``count`` identifiers, or had so many events, within a window; or a shared device
    (``identifier``) that so many accounts were seen with, whose ``number`` is that of the device alone.

    ``since``: when the window began that had most; None for a shared device.
    """

    what: Literal["identifiers", "events", "shared_device"]
    number: int
    count: int
    since: datetime | None = None
    identifier: Name | None = None


def gained(known: Known, edges_at: EdgesAt, most: int, within: timedelta) -> list[Alarm]:
    """The customers who gained ``most`` identifiers or more within a window; orders do not count."""
    edges = np.flatnonzero(known.judged.verdict == ACCEPTED)
    edges = edges[known.kind[known.ends(edges)[1]] != ORDER]
    owner = known.customer[known.ends(edges)[1]]
    numbers, counts = np.unique(owner, return_counts=True)
    large = np.isin(owner, numbers[counts + 1 >= most])
    if not large.any():
        return []
    times = pc.cast(edges_at(edges[large])["occurred_at"], "int64").to_numpy()
    return crowded("identifiers", owner[large], times, most - 1, within, besides=1)


def crowded(
    what: Literal["identifiers", "events"], owner: I64, time_us: I64, most: int, within: timedelta, besides: int = 0
) -> list[Alarm]:
    """Of things at a time, each its owner's: who has ``most`` or more within a window, and when they had most."""
    order = np.lexsort((time_us, owner))
    owner, time_us = owner[order], time_us[order]
    bounds = np.append(np.flatnonzero(np.diff(owner, prepend=-1)), len(owner))
    found = []
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        times = time_us[begin:end]
        counts = np.arange(1, len(times) + 1) - np.searchsorted(times, times - within // timedelta(microseconds=1))
        last = int(counts.argmax())
        if counts[last] >= most:
            since = _instant(int(times[last - counts[last] + 1]))
            found.append(Alarm(what=what, number=int(owner[begin]), count=int(counts[last]) + besides, since=since))
    return found


def shared_devices(known: Known) -> list[Alarm]:
    """The devices that join nobody, because so many accounts were seen with them."""
    stronger, weaker = known.ends(known.judged.verdict == SHARED)
    users = (known.kind[stronger] == USER) & np.isin(known.kind[weaker], DEVICES)
    devices, counts = np.unique(weaker[users], return_counts=True)
    named = known.names_of(devices)
    return [
        Alarm(
            what="shared_device",
            number=int(known.customer[device]),
            count=count,
            identifier=(named[device][0], shown(named[device])),
        )
        for device, count in zip(devices.tolist(), counts.tolist(), strict=True)
    ]


def _instant(time_us: int) -> datetime:
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(microseconds=time_us)
