"""Funnels by brute force, written from the definition (docs/reference/funnels.md), slow and plain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product

FOREVER = 10**15


@dataclass(frozen=True)
class Event:
    """``serves``: the steps it fits, ``ends``: the exclusions it triggers; times in microseconds."""

    at: int
    serves: frozenset[int] = frozenset()
    ends: frozenset[int] = frozenset()
    held: str | None = "x"
    row: int = 0


@dataclass(frozen=True, kw_only=True)
class Ask:
    steps: int
    within: int
    order: str = "ordered"
    start: str = "latest"
    step_within: int = FOREVER
    grace: int = 0
    exclusions: Sequence[tuple[int, int]] = field(default_factory=tuple)
    hold: bool = False
    until: int = FOREVER


@dataclass(frozen=True)
class Attempt:
    """``ended``: the instant at which nothing can come any more; ``soon``: when the level was reached."""

    level: int
    began: int
    soon: int
    ended: int
    converted: bool
    open: bool


def journeys(events: Sequence[Event], ask: Ask) -> Iterator[list[Event]]:
    if not ask.hold:
        yield [*events]
        return
    for value in sorted({event.held for event in events if event.held is not None}):
        own = [event for event in events if event.held == value or (event.held is None and event.ends)]
        yield [e if e.held is not None else Event(e.at, frozenset(), e.ends, None, e.row) for e in own]


def level_of(events: Sequence[Event], ask: Ask) -> tuple[int, bool]:
    """How far the customer got, and whether still open."""
    found = [attempt for journey in journeys(events, ask) for attempt in attempts_from(journey, ask)]
    level = max((attempt.level for attempt in found), default=0)
    return level, any(attempt.open for attempt in found if attempt.level == level)


def attempts_from(journey: Sequence[Event], ask: Ask) -> Iterator[Attempt]:
    """Attempts by the instants at which they begin, as ``start`` admits them."""
    free = -FOREVER
    for began in sorted({event.at for event in journey if may_begin(event, ask)}):
        if ask.start == "every" and began < free:
            continue
        attempt = follow(journey, began, ask)
        yield attempt
        free = attempt.ended
        if ask.start == "first":
            return


def counted(journey: Sequence[Event], ask: Ask) -> list[int]:
    """The levels of all attempts, one after another (``unit=attempt``)."""
    levels: list[int] = []
    over, done, best = -FOREVER, False, 0
    if ask.start == "latest":
        for began in sorted({event.at for event in journey if may_begin(event, ask)}):
            if began >= over and best:
                levels.append(best)
                best, done = 0, False
            attempt = follow(journey, began, ask)
            best = max(best, attempt.level)
            if not done:
                over = attempt.ended if attempt.converted else max(over, attempt.ended)
                done = attempt.converted
        return [*levels, best] if best else levels
    return [attempt.level for attempt in attempts_from(journey, ask)]


def may_begin(event: Event, ask: Ask) -> bool:
    return bool(event.serves) if ask.order == "any" else 0 in event.serves


def follow(journey: Sequence[Event], began: int, ask: Ask) -> Attempt:
    """One attempt: at each instant, the furthest any choice of distinct events takes it; then exclusions."""
    level, last = 0, began
    for now, at_once in groupby([e for e in journey if e.at >= began], key=lambda event: event.at):
        events = [*at_once]
        seen = [e for e in journey if began - ask.grace * ask.steps <= e.at <= now]
        if now > began + ask.within or (level and not alive(journey, began, last, now, level, ask)):
            return Attempt(level, began, last, now, False, False)
        reached = furthest(seen, began, ask)
        if reached > level:
            soon = now
        before, level = level, max(level, reached)
        if level == ask.steps:
            return Attempt(level, began, now, now + 1, True, False)
        last = soon
        if before and any(before > a and level <= b for e in events for x in e.ends for a, b in [ask.exclusions[x]]):
            return Attempt(level, began, last, now + 1, False, False)
    after = max(e.at for e in journey)
    going_on = ask.until <= began + ask.within and alive(journey, began, last, max(ask.until, after), level, ask, True)
    return Attempt(level, began, last, FOREVER, False, going_on)


def alive(journey, began: int, last: int, now: int, level: int, ask: Ask, at_end: bool = False) -> bool:
    """Whether some chain so far may still be gone on with at ``now``."""
    if ask.step_within == FOREVER and ask.order != "strict":
        return True
    seen = [event for event in journey if began <= event.at and (event.at < now or at_end)]
    times = sorted({event.at for event in seen})
    if ask.order == "strict":
        return (
            bool(times)
            and now - times[-1] <= ask.step_within
            and any(chain[-1].at == times[-1] for chain in chains(seen, began, ask) if adjacent(chain, seen, True))
        )
    return any(now - chain[-1].at <= ask.step_within for chain in chains(seen, began, ask))


def furthest(seen: Sequence[Event], began: int, ask: Ask) -> int:
    if ask.order == "any":
        return matched([event for event in seen if event.at >= began], ask.steps)
    return max((len(chain) for chain in chains(seen, began, ask)), default=0)


def chains(seen: Sequence[Event], began: int, ask: Ask) -> Iterator[list[Event]]:
    """All chains of distinct events that serve the steps from the first on, keep the times, and begin at ``began``."""
    stack = [[event] for event in seen if event.at == began and 0 in event.serves]
    while stack:
        chain = stack.pop()
        if ask.order != "strict" or adjacent(chain, seen, False):
            yield chain
        if len(chain) == ask.steps:
            continue
        for event in seen:
            fits = len(chain) in event.serves and not any(event is other for other in chain)
            in_time = -ask.grace <= event.at - chain[-1].at <= ask.step_within and event.at - began <= ask.within
            if fits and in_time:
                stack.append([*chain, event])


def adjacent(chain: Sequence[Event], seen: Sequence[Event], to_the_end: bool) -> bool:
    """Whether equal-timed events can be ordered so that nothing lies between those of the chain."""
    first, last = chain[0].at, chain[-1].at
    if first == last:
        return True
    inside = [event for event in seen if first < event.at < last]
    held = all(any(event is other for other in chain) for event in inside)
    if to_the_end:
        return held and all(any(event is other for other in chain) for event in seen if event.at == last)
    return held


def matched(events: Sequence[Event], steps: int) -> int:
    """The most steps that distinct events can serve."""
    best = 0
    for choice in product(*[[*sorted(event.serves), None] for event in events]):
        taken = [step for step in choice if step is not None]
        if len(taken) == len(set(taken)):
            best = max(best, len(taken))
    return min(best, steps)
