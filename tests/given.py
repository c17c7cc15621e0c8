"""Journeys written down in a line: ``given("A0 B5@email", "A2")`` are two customers, times in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from periplo.journeys.build import Rows, build
from periplo.journeys.columns import Coded, Column, GivenProperties, JourneyColumns

Happened = tuple[int, str, float, str]
"""Customer, event, seconds, channel."""


def given(
    *lines: str,
    names: Mapping[str, str] | None = None,
    until: float | None = None,
    strangers: Sequence[int] = (),
    **properties: Sequence[str | float | None],
) -> JourneyColumns:
    """One customer per line; ``names`` gives letters their event names; property values in the order written."""
    happened = [
        (customer, (names or {}).get(found[1], found[1]), float(found[2]), found[3] or "web")
        for customer, line in enumerate(lines)
        for found in re.finditer(r"([A-Za-z]+)([\d.]+)(?:@(\w+))?", line)
    ]
    return made(happened, len(lines), until=until, strangers=strangers, **properties)


def made(
    happened: Sequence[Happened],
    customers: int,
    *,
    until: float | None = None,
    strangers: Sequence[int] = (),
    **properties: Sequence[str | float | None],
) -> JourneyColumns:
    events = tuple(dict.fromkeys(event for _, event, _, _ in happened))
    channels = tuple(dict.fromkeys(channel for *_, channel in happened))
    rows = Rows(
        customer=np.array([who for who, *_ in happened], np.int64),
        time_us=np.array([round(when * 1e6) for _, _, when, _ in happened], np.int64),
        seq=np.arange(len(happened)),
        event=np.array([events.index(event) for _, event, _, _ in happened], np.uint16),
        channel=np.array([channels.index(channel) for *_, channel in happened], np.uint8),
    )
    ready, origin = build(rows)
    return ready.columns(
        person=~np.isin(ready.customer, strangers),
        event_names=events,
        channel_names=channels,
        until_us=None if until is None else round(until * 1e6),
        properties=GivenProperties({name: _column(values, origin) for name, values in properties.items()}),
    )


def _column(values: Sequence[str | float | None], origin: np.ndarray) -> Column:
    if any(isinstance(value, str) for value in values):
        words = tuple(dict.fromkeys(value for value in values if isinstance(value, str)))
        codes = np.array([words.index(value) if isinstance(value, str) else -1 for value in values], np.int32)
        return Coded(codes[origin], words)
    return np.array([np.nan if value is None else float(value) for value in values])[origin]
