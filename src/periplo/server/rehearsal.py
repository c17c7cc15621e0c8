"""The first page, made before the first reader asks for it: who comes meanwhile waits for the same work."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread

from periplo.errors import PeriploError
from periplo.language import LANGUAGES
from periplo.server.desk import Desk
from periplo.server.pages.map import shown
from periplo.server.reader import Reader

log = logging.getLogger("periplo.server")


class Rehearsal:
    """Journeys opened, kernels loaded, the map read and drawn in each language, in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._done: Future[None] = Future()

    @staticmethod
    def begin(*rehearsals: Rehearsal) -> None:
        """Starts the thread, which takes one after the other; it does not hold the process back when that ends."""
        for one in rehearsals:
            one._done.set_running_or_notify_cancel()

        def run() -> None:
            for one in rehearsals:
                one._run()

        Thread(target=run, daemon=True).start()

    async def over(self, patience_s: float) -> None:
        """Returns when the page is ready, or after ``patience_s`` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(self._done), patience_s)

    def _run(self) -> None:
        try:
            rehearse(self._desk)
        except PeriploError:
            pass  # the page says what is wrong, and what to do
        except Exception:
            log.exception("The map could not be read beforehand.")
        finally:
            self._done.set_result(None)


def rehearse(desk: Desk) -> None:
    """Makes the map page in each language, and the list that its numbers lead to."""
    view = desk.view({})
    for lang in LANGUAGES:
        shown("map.html", desk, view, Reader(lang))
    desk.listed(view, "evidence/customers")
