"""Journeys as lists of events, random predicates over them, and predicates evaluated straight from their definition."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from periplo.journeys.columns import Coded, GivenProperties, JourneyColumns
from periplo.predicates import (
    All,
    AnyOf,
    Did,
    EventIs,
    FirstTouch,
    Happening,
    InSegment,
    Not,
    Predicate,
    PropertyIs,
    Sequence,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVENTS = ("A", "B", "Order Completed")
CHANNELS = ("web", "store")
DEVICES = ("mobile", "desktop", "5")
SIZES = (0.0, 5.0, 7.5)
MINUTE = 60_000_000

happenings = st.builds(
    Happening,
    st.integers(0, 12).map(lambda minutes: minutes * MINUTE),
    st.sampled_from(EVENTS),
    st.sampled_from(CHANNELS),
    st.fixed_dictionaries(
        {"device": st.sampled_from((*DEVICES, None)), "size": st.sampled_from((*SIZES, None))},
    ),
)
customers = st.lists(
    st.lists(happenings, min_size=1, max_size=7).map(lambda events: sorted(events, key=lambda event: event.time_us)),
    max_size=4,
)

_texts = st.sampled_from(["mobile", "desk", "web", "5", ""])
_numbers = st.sampled_from([0, 5, 5.0, 7])
_values = st.one_of(_texts, _numbers)
tests = st.one_of(
    st.builds(
        PropertyIs,
        st.sampled_from(["device", "size", "channel", "event", "contact", "nothing"]),
        st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]),
        _values,
    ),
    st.builds(
        PropertyIs, st.sampled_from(["device", "size"]), st.sampled_from(["in", "not_in"]), st.tuples(_values, _values)
    ),
    st.builds(
        PropertyIs, st.sampled_from(["device", "size"]), st.sampled_from(["contains", "starts_with", "regex"]), _texts
    ),
    st.builds(PropertyIs, st.sampled_from(["device", "size", "nothing"]), st.just("exists"), st.booleans()),
    st.builds(
        PropertyIs,
        st.sampled_from(["hour", "weekday"]),
        st.sampled_from(["eq", "gt"]),
        st.integers(0, 23),
        st.sampled_from(["UTC", "Asia/Kolkata"]),
    ),
)
event_is = st.builds(
    EventIs,
    names=st.lists(st.sampled_from((*EVENTS, "Z")), max_size=2, unique=True).map(tuple),
    where=st.lists(tests, max_size=2).map(tuple),
)
_instants = st.none() | st.integers(0, 12).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
_lengths = st.none() | st.integers(1, 8).map(lambda minutes: timedelta(minutes=minutes))


def _compound(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    did = st.builds(
        Did,
        what=inner,
        at_least=st.integers(0, 3),
        at_most=st.none() | st.integers(0, 3),
        within=_lengths,
        since=_instants,
        until=_instants,
    )
    return st.one_of(
        did,
        st.builds(Sequence, steps=parts, within=_lengths),
        st.builds(FirstTouch, what=inner),
        st.builds(InSegment, name=st.just("s"), where=did),
        st.builds(All, parts=parts),
        st.builds(AnyOf, parts=parts),
        st.builds(Not, part=inner),
    )


predicates: st.SearchStrategy[Predicate] = st.recursive(event_is, _compound, max_leaves=5)


def columns_of(journeys: list[list[Happening]]) -> JourneyColumns:
    events = list(itertools.chain.from_iterable(journeys))
    return JourneyColumns(
        offsets=np.cumsum([0, *map(len, journeys)]).astype(np.int64),
        time_us=np.array([event.time_us for event in events], np.int64),
        event=np.array([EVENTS.index(event.event) for event in events], np.uint16),
        channel=np.array([CHANNELS.index(event.channel) for event in events], np.uint8),
        customer=np.arange(len(journeys)),
        person=np.ones(len(journeys), np.bool_),
        event_names=EVENTS,
        channel_names=CHANNELS,
        since_us=0,
        until_us=13 * MINUTE,
        properties=GivenProperties(
            {
                "device": Coded(np.array([_code(event.properties["device"]) for event in events], np.int32), DEVICES),
                "size": np.array(
                    [np.nan if (size := event.properties["size"]) is None else size for event in events], np.float64
                ),
            }
        ),
    )


def _code(device: Any) -> int:
    return -1 if device is None else DEVICES.index(device)


def true_at(predicate: Predicate, events: list[Happening], row: int) -> bool:
    """The truth at one event of a customer, counting it."""
    return _true(predicate, events[: row + 1], events[row].time_us, events[row])


def true_now(predicate: Predicate, events: list[Happening], at: int) -> bool:
    """The truth for a customer at an instant, with no event at hand."""
    return _true(predicate, [event for event in events if event.time_us <= at], at, None)


def _true(predicate: Predicate, past: list[Happening], now: int, hand: Happening | None) -> bool:
    match predicate:
        case EventIs():
            if hand is None:
                return any(_event(predicate, event) for event in past)
            return _event(predicate, hand)
        case All(parts=parts):
            if hand is None and _of_one_event(predicate) and not all(isinstance(part, Not) for part in parts):
                return any(_true(predicate, past[: i + 1], event.time_us, event) for i, event in enumerate(past))
            return all([_true(part, past, now, hand) for part in parts])
        case AnyOf(parts=parts):
            return any([_true(part, past, now, hand) for part in parts])
        case Not(part=part):
            return not _true(part, past, now, hand)
        case _:
            return _by_the_past(predicate, past, now)


def _by_the_past(predicate: Predicate, past: list[Happening], now: int) -> bool:
    match predicate:
        case InSegment(where=where):
            return _true(where, past, now, None)
        case FirstTouch(what=what):
            return bool(past) and true_at(what, past, 0)
        case Did():
            times = [event.time_us for row, event in enumerate(past) if true_at(predicate.what, past, row)]
            return _counted(predicate, times, now)
        case Sequence():
            return _in_order(predicate, past)
        case _:
            raise AssertionError(predicate)


def _of_one_event(predicate: Predicate) -> bool:
    match predicate:
        case EventIs():
            return True
        case All(parts=parts) | AnyOf(parts=parts):
            return all(_of_one_event(part) for part in parts)
        case Not(part=part):
            return _of_one_event(part)
        case _:
            return False


def _counted(did: Did, times: list[int], now: int) -> bool:
    if did.within:
        times = [time for time in times if EPOCH + timedelta(microseconds=now - time) <= EPOCH + did.within]
    if did.since:
        times = [time for time in times if EPOCH + timedelta(microseconds=time) >= did.since]
    if did.until:
        times = [time for time in times if EPOCH + timedelta(microseconds=time) < did.until]
    return did.at_least <= len(times) and (did.at_most is None or len(times) <= did.at_most)


def _in_order(sequence: Sequence, past: list[Happening]) -> bool:
    """Tries every choice of rows."""
    for rows in itertools.combinations(range(len(past)), len(sequence.steps)):
        length = timedelta(microseconds=past[rows[-1]].time_us - past[rows[0]].time_us)
        fits = all(true_at(step, past, row) for step, row in zip(sequence.steps, rows, strict=True))
        if fits and (sequence.within is None or length <= sequence.within):
            return True
    return False


def _event(predicate: EventIs, event: Happening) -> bool:
    return (not predicate.names or event.event in predicate.names) and all(
        _test(test, event) for test in predicate.where
    )


def _test(test: PropertyIs, event: Happening) -> bool:
    when = (EPOCH + timedelta(microseconds=event.time_us)).astimezone(ZoneInfo(test.zone))
    value: Any = {
        "event": event.event,
        "channel": event.channel,
        "contact": "purchase" if event.event == "Order Completed" else "other",
        "hour": when.hour,
        "weekday": when.isoweekday(),
        **event.properties,
    }.get(test.property)
    if test.op == "exists":
        return (value is not None) == test.value
    if test.op in ("ne", "not_in"):
        return not _test(PropertyIs(test.property, "eq" if test.op == "ne" else "in", test.value, test.zone), event)
    if value is None:
        return False
    if test.op == "in":
        assert isinstance(test.value, tuple)
        return any(_test(PropertyIs(test.property, "eq", one, test.zone), event) for one in test.value)
    return _compare(test.op, value, test.value)


def _compare(op: str, value: Any, wanted: Any) -> bool:
    if op in ("contains", "starts_with", "regex"):
        text = value if isinstance(value, str) else f"{value:g}"
        found = re.search(wanted if op == "regex" else re.escape(wanted), text)
        return found is not None and (op != "starts_with" or text.startswith(wanted))
    if not (isinstance(value, str) and isinstance(wanted, str)):
        try:
            value, wanted = float(value), float(wanted)
        except ValueError:
            return False
    return {
        "eq": value == wanted,
        "gt": value > wanted,
        "gte": value >= wanted,
        "lt": value < wanted,
        "lte": value <= wanted,
    }[op]
