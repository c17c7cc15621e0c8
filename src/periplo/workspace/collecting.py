"""Collecting into a shop, while a server runs: the writer of the log, and one who moves its tail to the archive."""

from __future__ import annotations

import logging
from functools import partial
from threading import Event, Thread

from periplo.collect import Writer
from periplo.collect.writer import Deliver
from periplo.errors import ShopBusy
from periplo.log import KnownSources
from periplo.privacy import Door
from periplo.workspace.conflicts import conflicts
from periplo.workspace.hooks import Hooks
from periplo.workspace.recording import ARCHIVE_FROM, archive
from periplo.workspace.stores import Stores

log = logging.getLogger("periplo.collect")

LOOK_S = 1.0
"""How often the archiver looks whether there is enough to move."""


class Collecting:
    """``writer`` takes tickets and hands them to ``deliver`` when they are durable; ``sources`` knows the keys;
    ``door`` says what comes in; ``hooks`` are the connectors."""

    def __init__(self, stores: Stores, deliver: Deliver) -> None:
        self.sources = KnownSources(stores.sources)
        self.writer = Writer(stores.log, stores.quarantine, deliver, partial(conflicts, stores))
        self.door = Door(stores.settings.privacy, stores.salts, stores.settings.time_zone, stores.taxonomy)
        self.hooks = Hooks(stores)
        self._stores, self._ending = stores, Event()
        self._archiver = Thread(target=self._archive, name="periplo-archiver", daemon=True)

    def start(self) -> None:
        self.sources.look()
        self.writer.start()
        self._archiver.start()

    def stop(self) -> None:
        """Ends when what waits is written."""
        self._ending.set()
        self.writer.stop()
        self._archiver.join()
        self._stores.tallies.flush()

    def _archive(self) -> None:
        while not self._ending.wait(LOOK_S):
            try:
                self._stores.salts.sweep(self._stores.today())
                self._stores.tallies.flush()
                if self._stores.log.count(self._stores.lake.now().archived_seq()) > ARCHIVE_FROM:
                    archive(self._stores, wait_s=0)
            except ShopBusy:
                pass  # an import is running: it moves the tail itself
            except Exception:
                log.exception("Events could not be moved to the archive; trying again.")
