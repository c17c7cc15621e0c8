"""What goes on behind requests: the log's tail moves to the archive, identity follows, what came is held against the
tracking plan, dropped files are imported, salts of yesterday go, and what was kept long enough.

Several processes may work on one shop. Each step is either done under the shop's lock or commits together with the
cursor of what it has read, so that nothing is done twice; what a killed one has left, the next one does. However much
there is to do, a step does only so much of it, and the next has its turn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING

from periplo.errors import PeriploError, ShopBusy
from periplo.operation.memory import give_back
from periplo.workspace import planning, recording
from periplo.workspace.following import follow
from periplo.workspace.letting_go import let_go
from periplo.workspace.stores import Stores

if TYPE_CHECKING:
    from periplo.workspace.dropping import Drops

log = logging.getLogger("periplo.work")

LOOK_S = 1.0
"""How often it is looked whether there is something to do."""

AGAIN_S = 10.0
"""How long a step that could not be done, as on a full disk, is let be."""

FOLLOWED_AT_ONCE = 16_384
"""So many events of the log's tail identity reads in one step. Those of the archive come on top: they are columns
already, and take a fraction of the memory and the time."""

PATIENCE_S = 3.0
"""How long a step may take to end when a process stops."""

Told = Callable[[str, float, int], None]
"""Hears of a step: its name, how many seconds it took, and how many events it went through."""


def untold(name: str, seconds: float, events: int) -> None:
    """Nobody hears."""


class Work:
    """All of it, again and again until it is ended: in a thread (``start``), or in this one (``run``)."""

    def __init__(self, stores: Stores, told: Told = untold) -> None:
        self._stores, self._told, self._ending = stores, told, Event()
        self._thread: Thread | None = None
        self._dropping: Drops | None = None
        self._again: dict[str, float] = {}
        self._archive_known, self._more = -1, False
        self._steps = {
            "salts": self._sweep,
            "plan": self._plan,
            "drops": self._drops,
            "keys": self._keys,
            "archive": self._archive,
            "identity": self._follow,
            "keep": self._let_go,
        }

    def start(self) -> None:
        self._thread = Thread(target=self.run, name="periplo-work", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Lets it end when the step that is being done is done."""
        self._ending.set()

    def stop(self) -> None:
        """Lets it end, and waits for that. A step that takes long is left: what it did not commit was not done."""
        self.end()
        if self._thread:
            self._thread.join(PATIENCE_S)

    def run(self) -> None:
        while not self._ending.wait(0.0 if self._more else LOOK_S):
            self._more = False
            for name, step in self._steps.items():
                if not self._ending.is_set() and time.monotonic() >= self._again.get(name, 0.0):
                    self._do(name, step)

    def _do(self, name: str, step: Callable[[], int]) -> None:
        began = time.monotonic()
        try:
            events = step()
        except ShopBusy as error:
            # An import or another worker does it, or no database answers.
            log.debug("The step %s waits: %s", name, error)
        except PeriploError as error:
            log.error("The step %s cannot be done; trying again. %s", name, error)
            self._again[name] = time.monotonic() + AGAIN_S
        except Exception:
            log.exception("The step %s failed; trying again.", name)
        else:
            if events:
                give_back()
                seconds = time.monotonic() - began
                self._told(name, seconds, events)
                log.info("worked", extra={"step": name, "events": events, "seconds": round(seconds, 3)})

    def _sweep(self) -> int:
        self._stores.salts.sweep(self._stores.today())
        return 0

    def _drops(self) -> int:
        if not self._stores.settings.drops:
            return 0
        if self._dropping is None:
            from periplo.workspace.dropping import Drops  # reading files needs much that nothing else here does

            self._dropping = Drops(self._stores)
        return self._dropping.look()

    def _plan(self) -> int:
        return planning.follow(self._stores)

    def _keys(self) -> int:
        """What was imported, or by a process that died before it told: collecting asks for the keys of the archive."""
        version = self._stores.archived.version()
        if version != self._archive_known:
            with self._stores.lock.hold(wait_s=0):
                self._stores.archived.follow()
            self._archive_known = version
        return 0

    def _archive(self) -> int:
        waiting = self._stores.log.count(self._stores.lake.now().archived_seq())
        if waiting <= recording.ARCHIVE_FROM:
            return 0
        moved = recording.archive(self._stores, wait_s=0, most=recording.MOVED_AT_ONCE)
        self._more = waiting - moved > recording.ARCHIVE_FROM
        return moved

    def _let_go(self) -> int:
        return let_go(self._stores)

    def _follow(self) -> int:
        before = self._stores.identity.cursor()
        until = follow(self._stores, FOLLOWED_AT_ONCE)
        self._more = self._more or self._stores.log.settled() - until > FOLLOWED_AT_ONCE
        return max(0, until - before)
