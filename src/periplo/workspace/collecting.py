"""Collecting into a shop, while a server runs: who writes the log, whose keys are taken, and what is kept."""

from __future__ import annotations

import logging
from functools import partial
from threading import Event, Thread

from periplo.collect import Writer
from periplo.collect.writer import Deliver
from periplo.errors import ShopError
from periplo.log import KnownSources
from periplo.privacy import Door
from periplo.workspace import planning
from periplo.workspace.conflicts import conflicts
from periplo.workspace.hooks import Hooks
from periplo.workspace.stores import Stores
from periplo.workspace.turning_away import TurningAway

log = logging.getLogger("periplo.collect")

TOO_LARGE = "too_large"
"""How requests that were too large are counted, by the kilobytes that they might have had."""

TELL_S = 1.0
"""How often is written down what was only counted."""


class Collecting:
    """``writer`` takes tickets and hands them to ``deliver`` when they are durable; ``sources`` knows the keys;
    ``door`` says what comes in, ``turning_away`` what does not because its person was erased; ``hooks`` are the
    connectors; ``hold`` keeps back what is not as the tracking plan has it; ``most_bytes``: of one request on Segment's
    paths."""

    def __init__(self, stores: Stores, deliver: Deliver) -> None:
        planning.prepare(stores)
        self.sources = KnownSources(stores.sources)
        self.writer = Writer(stores.log, stores.quarantine, deliver, partial(conflicts, stores))
        self.door = Door(stores.settings.privacy, stores.salts, stores.settings.time_zone, stores.taxonomy)
        self.turning_away = TurningAway(stores)
        self.hooks, self.hold = Hooks(stores), partial(planning.hold, stores)
        self.most_bytes = stores.settings.collect.most_request_kb * 1024
        self._tallies, self._ending = stores.tallies, Event()
        self._teller = Thread(target=self._tell, name="periplo-tallies", daemon=True)

    def start(self) -> None:
        self.sources.look()
        self.writer.start()
        self._teller.start()

    def stop(self) -> None:
        """Ends when what waits is written."""
        self.writer.stop()
        self._ending.set()
        self._teller.join()

    def turned_down(self, write_key: str, most: int) -> None:
        """Counts a request with more than ``most`` bytes, where it is known whose it was."""
        if source := self.sources.get(write_key):
            self._tallies.add(source.name, TOO_LARGE, str(most // 1024))

    def _tell(self) -> None:
        """Writes down what was counted, now and then and at the end."""
        while not self._ending.wait(TELL_S):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        try:
            self._tallies.flush()
        except ShopError as error:
            log.warning("What was counted could not be written; trying again. %s", error)
