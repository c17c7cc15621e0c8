"""Group commit: one thread writes what several requests bring in one transaction; all are answered once durable."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic, sleep
from typing import Any

from periplo.collect.arrived import Arrived
from periplo.collect.limits import MOST_WAITING_BYTES
from periplo.collect.verdicts import Answer, answer
from periplo.errors import CannotWrite, PeriploError, ShopBusy
from periplo.log import Fault, Log, Quarantine, Received

log = logging.getLogger("periplo.collect")

MOST_IN_GROUP = 10_000
PAUSE_S = 0.005
"""Where several wait for one commit more are on their way: the next one begins so long after it at the earliest. A
commit costs the processor as much as the reading of several requests, however few are in it."""

Conflicts = Callable[[Received, Sequence[int]], Mapping[int, Fault]]
"""Of the messages of a request that were there already: those whose payload is another, and why."""


@dataclass(eq=False)
class Ticket:
    """A request that waits for its commit. ``waiter``: whatever the one who waits knows it by."""

    arrived: Arrived
    received: Received
    faults: list[Fault]
    size: int
    waiter: Any = None
    answer: Answer | None = None
    error: PeriploError | None = None


Deliver = Callable[[list[Ticket]], None]
"""Takes tickets that have their answer or error; called in the thread of the writer."""


def no_conflicts(received: Received, rows: Sequence[int]) -> Mapping[int, Fault]:
    return {}


@dataclass
class Writer:
    """Writes tickets in groups. Requests wait in memory, ``most_waiting`` bytes at most: more are not let in."""

    log: Log
    quarantine: Quarantine
    deliver: Deliver
    conflicts: Conflicts = no_conflicts
    most_waiting: int = MOST_WAITING_BYTES
    _waiting: deque[Ticket] = field(default_factory=deque)
    _bytes: int = 0
    _changed: Condition = field(default_factory=Condition)
    _ending: bool = False
    _thread: Thread | None = None
    _not_before: float = 0.0

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="periplo-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, then ends."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._thread:
            self._thread.join()

    @property
    def waiting_bytes(self) -> int:
        """Of all requests that wait for their commit."""
        return self._bytes

    def put(self, ticket: Ticket) -> None:
        """Lets a request wait for its commit. Raises ``ShopBusy`` when too much waits, or the writer ends."""
        with self._changed:
            if self._ending or self._bytes + ticket.size > self.most_waiting:
                raise ShopBusy(
                    "The shop cannot take more events at this moment.",
                    why="More come than can be written.",
                    fix="Send them again in a moment: nothing is counted twice.",
                )
            self._bytes += ticket.size
            self._waiting.append(ticket)
            self._changed.notify()

    def _run(self) -> None:
        while group := self._next():
            self._not_before = monotonic() + PAUSE_S if len(group) > 1 else 0.0
            self._write(group)
            with self._changed:
                self._bytes -= sum(ticket.size for ticket in group)
            self.deliver(group)

    def _next(self) -> list[Ticket]:
        """What waits, as much as goes into one transaction; nothing at the end."""
        with self._changed:
            while not self._waiting and not self._ending:
                self._changed.wait()
        sleep(max(0.0, self._not_before - monotonic()))
        with self._changed:
            group, events = list[Ticket](), 0
            while self._waiting and events < MOST_IN_GROUP:
                group.append(self._waiting.popleft())
                events += len(group[-1].received.event_ids)
            return group

    def _write(self, group: list[Ticket]) -> None:
        faults = [fault for ticket in group for fault in ticket.faults]
        try:
            also = (lambda connection: self.quarantine.keep(connection, faults)) if faults else None
            repeated = self.log.commit([ticket.received for ticket in group], also)
            for ticket, rows in zip(group, repeated, strict=True):
                ticket.answer = answer(ticket.arrived, rows, self._conflicting(ticket, rows))
        except PeriploError as error:
            log.error("Events could not be written: %s", error)
            self._refuse(group, error)
        except Exception as error:
            log.exception("Events could not be written.")
            self._refuse(group, _unforeseen(error))

    def _conflicting(self, ticket: Ticket, rows: list[int]) -> Mapping[int, Fault]:
        """Keeps what came with the id of another event."""
        found = self.conflicts(ticket.received, rows) if rows and not ticket.arrived.restated else {}
        if found:
            self.quarantine.put_faults(found.values())
        return found

    def _refuse(self, group: list[Ticket], error: PeriploError) -> None:
        for ticket in group:
            ticket.error = error


def _unforeseen(error: Exception) -> PeriploError:
    return CannotWrite(
        "The shop cannot take events at this moment.",
        why="Something went wrong while they were written; the details are in the server's log.",
        fix="Send them again in a moment: nothing is counted twice.",
    )
