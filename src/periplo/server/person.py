"""One customer: the profile, the events in time order, and where on the map each of them lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from litestar.exceptions import NotFoundException

from periplo.errors import UnknownName
from periplo.journeys.kernels.stages import NO_STAGE
from periplo.language import Lang
from periplo.maps.placing import Stages, stage_codes
from periplo.profiles import Profile
from periplo.server.desk import Desk
from periplo.server.faults import NO_CUSTOMER
from periplo.server.timeline import Stage

HUES = 8


@dataclass(frozen=True)
class Person:
    """``staged[i]`` is the stage of event i on the shop's own map, None where it has none."""

    profile: Profile
    events: Sequence[Mapping[str, Any]]
    stages: Sequence[Stage]
    staged: Sequence[Stage | None]


@contextmanager
def numbered(number: int) -> Iterator[None]:
    """Where a shop is asked for the customer with a number: that there is none raises ``NotFoundException``."""
    try:
        yield
    except UnknownName:
        raise NotFoundException(extra={"fault": NO_CUSTOMER, "number": number}) from None


def person_of(desk: Desk, number: int, lang: Lang) -> Person:
    """A customer by number; an old one leads to whom they were joined with. Raises ``NotFoundException``."""
    view = desk.view({})
    with numbered(number):
        profile = desk.shop.profile(number)
    events = desk.shop.timeline(number).to_pylist()
    reading = desk.reading(view)
    stages = [Stage(one.id, one.label.tell(lang), place % HUES + 1) for place, one in enumerate(reading.stages)]
    codes = _codes(desk, desk.definition(view).stages, profile.number, len(events))
    return Person(profile, events, stages, [None if code == NO_STAGE else stages[code] for code in codes])


def _codes(desk: Desk, stages: Stages, number: int, rows: int) -> list[int]:
    """The place of the stage of each event; ``NO_STAGE`` also for events that came just now."""
    columns = desk.shop.journeys().columns
    place = int(np.searchsorted(columns.customer, number))
    if place == columns.customers or columns.customer[place] != number:
        return [NO_STAGE] * rows
    codes = stage_codes(columns.part(place, place + 1), stages)
    return [*codes.tolist(), *[NO_STAGE] * rows][:rows]
