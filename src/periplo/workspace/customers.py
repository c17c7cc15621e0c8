"""One customer of a shop: the timeline, and the profile read from it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from periplo.errors import UnknownName
from periplo.profiles import Profile, read_profile
from periplo.workspace.following import follow_or_look
from periplo.workspace.journeying import JourneyStore
from periplo.workspace.stores import Stores

_MOST = np.iinfo(np.int64).max
_DIGITS = 19
"""With fewer digits a number fits in 64 bits."""


def timeline(stores: Stores, journeys: JourneyStore, number: int) -> pa.Table:
    """All events of a customer (schema ``STORED``), in time order; an old number leads to the customer of today.

    Raises ``UnknownName``.
    """
    places = journeys.places_of(np.array([known(stores, number)]))
    if not len(places):
        raise UnknownName("customer", str(number), [])
    return stores.events_at(places).sort_by([("occurred_at", "ascending"), ("seq", "ascending")])


def profile(stores: Stores, events: pa.Table, number: int) -> Profile:
    """Who a customer with these events is, and what they did."""
    customer = _today(stores, number)
    alone = np.array([customer])
    return read_profile(
        customer,
        name=stores.identity.names(alone)[0],
        person=bool(stores.identity.persons(alone)[0]),
        identifiers=stores.identity.identifiers(customer),
        events=events,
        words=stores.taxonomy,
    )


def number_of(stores: Stores, name: str) -> int:
    """The customer with an identifier, of whatever kind, or else with this number. Raises ``UnknownName``."""
    follow_or_look(stores)
    found = stores.identity.number_of(name)
    if found is None and name.isdecimal() and len(name) < _DIGITS:
        found = int(stores.identity.current(np.array([int(name)]))[0])
    if not found:
        raise UnknownName("customer", name, [])
    return found


def known(stores: Stores, number: int) -> int:
    """The number that a customer has today. Raises ``UnknownName`` where there is none."""
    today = _today(stores, number)
    if not today:
        raise UnknownName("customer", str(number), [])
    return today


def _today(stores: Stores, number: int) -> int:
    follow_or_look(stores)
    return int(stores.identity.current(np.array([number]))[0]) if number <= _MOST else 0
