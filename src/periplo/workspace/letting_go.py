"""What was kept long enough goes: what the archive holds too from the log, what went in since from the quarantine."""

from __future__ import annotations

import time
from datetime import timedelta

from periplo.workspace.settings.declared import Days
from periplo.workspace.stores import Stores

STEPS_AT_ONCE = 20
"""So many small steps are done before others have their turn."""


def let_go(stores: Stores, now_us: int | None = None) -> int:
    """Forgets some of it; answers how many events and rows. What it did not come to is left for the next time."""
    now = now_us or time.time_ns() // 1000
    gone = _rows(stores, now) + _events(stores, now)
    for _ in range(STEPS_AT_ONCE):
        if not stores.log_database.give_back():
            break
    return gone


def _events(stores: Stores, now_us: int) -> int:
    """Of the log: what all who read it have passed."""
    before = _before(now_us, stores.settings.keep.log_days)
    if before is None:
        return 0
    until, gone = min(stores.kept.moved_before(before), stores.identity.cursor()), 0
    for _ in range(STEPS_AT_ONCE):
        some = stores.kept.drop(until)
        gone += some
        if not some:
            break
    return gone


def _rows(stores: Stores, now_us: int) -> int:
    """Of the quarantine: rows that went in. Those that wait stay, however old they are."""
    before = _before(now_us, stores.settings.keep.settled_days)
    return 0 if before is None else stores.quarantine.let_go(before)


def _before(now_us: int, days: Days) -> int | None:
    """What is older than this goes; None: nothing does."""
    return None if days == "forever" else now_us - timedelta(days=days) // timedelta(microseconds=1)
