"""Paths by hand: journeys as Python lists, written from the definitions, for comparing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from given import Happened, made
from periplo.analysis import Journeys
from periplo.vocabulary import taxonomy

NAMES = ["Page Viewed", "Product Viewed", "Product Added", "Order Completed", "Email Delivered", "Email Clicked", "X/Y"]
CHANNELS = ["web", "app", "email"]
STRANGER = 5
MINUTE = 60.0

happenings = st.lists(
    st.tuples(
        st.integers(0, STRANGER),
        st.sampled_from(NAMES),
        st.integers(0, 400).map(lambda k: k * 5 * MINUTE),
        st.sampled_from(CHANNELS),
    ),
    max_size=60,
    unique_by=lambda event: (event[0], event[2]),
)


def journeys(happened: Sequence[Happened], threads: int | None = 1) -> Journeys:
    """Customers 0 to 5, the last of them no person; customers 0, 3 are on a phone; orders have money."""
    columns = made(
        happened,
        STRANGER + 1,
        strangers=[STRANGER],
        device=["phone" if who % 3 == 0 else "desktop" for who, *_ in happened],
        revenue_minor=[float(100 * who + 7) if name == "Order Completed" else None for who, name, *_ in happened],
        currency=["EUR" if who % 2 else "USD" for who, *_ in happened],
    )
    return Journeys(columns, threads=threads)


def on_phone(who: int) -> bool:
    return who % 3 == 0


PHONE = {"event": "*", "where": {"device": "phone"}}


@dataclass
class Visit:
    node: str
    events: list[Happened] = field(default_factory=list)

    @property
    def since(self) -> float:
        return self.events[0][2]

    @property
    def until(self) -> float:
        return self.events[-1][2]

    def has(self, name: str) -> bool:
        return any(event[1] == name for event in self.events)


def node_of(of: str) -> Callable[[Happened], str | None]:
    words = taxonomy()

    def touchpoint(event: Happened) -> str | None:
        kind = words.events.get(event[1])
        return f"{event[3]}:{words.contact(event[1])}" if kind is None or kind.touch else None

    return touchpoint if of == "touchpoint" else lambda event: event[1]


def persons(happened: Sequence[Happened]) -> dict[int, list[Happened]]:
    """The events of each person, in order of time."""
    found: dict[int, list[Happened]] = {}
    for event in sorted(happened, key=lambda event: event[2]):
        if event[0] != STRANGER:
            found.setdefault(event[0], []).append(event)
    return dict(sorted(found.items()))


def stretches(happened: Sequence[Happened], of: str, collapse: bool, gap: float) -> Iterator[tuple[int, list[Visit]]]:
    """Every path of every person, as its visits."""
    node = node_of(of)
    for who, events in persons(happened).items():
        path: list[Visit] = []
        for event in events:
            here = node(event)
            if here is None:
                continue
            if path and event[2] - path[-1].until >= gap:
                yield who, path
                path = []
            if path and collapse and path[-1].node == here:
                path[-1].events.append(event)
            else:
                path.append(Visit(here, [event]))
        if path:
            yield who, path


def cut(
    paths: Iterator[tuple[int, list[Visit]]],
    anchor: str | None,
    end: str | None,
    backward: bool,
    within: float | None,
) -> Iterator[tuple[int, list[Visit], int]]:
    """Each path with the place of its anchor, cut to its window and its end."""
    for who, path in paths:
        order = range(len(path) - 1, -1, -1) if backward else range(len(path))
        blocked: set[int] = set()
        for at in order:
            if at in blocked or (anchor is not None and not path[at].has(anchor)):
                continue
            low, high = 0, len(path)
            if within is not None:
                near = [
                    k
                    for k, visit in enumerate(path)
                    if (k <= at and path[at].since - visit.until <= within)
                    or (k >= at and visit.since - path[at].since <= within)
                ]
                low, high = min(near), max(near) + 1
                blocked |= set(range(low, len(path))) if backward else set(range(high))
            if end is not None:
                high_ = next((k + 1 for k in range(at + 1, high) if path[k].has(end)), None)
                if high_ is not None:
                    yield who, path[low:high_], at - low
            else:
                yield who, path[low:high], at - low
            if within is None:
                break


def indices(whole: Journeys, whos: Any) -> list[int]:
    """Customers as the indices that ``behind`` answers."""
    numbers = whole.columns.customer.tolist()
    return sorted(numbers.index(who) for who in set(whos))
