"""What was kept long enough goes: what the archive holds too from the log, what went in since from the quarantine."""

from __future__ import annotations

from datetime import timedelta

from periplo.operation.ages import Ages
from periplo.workspace.settings.declared import Days
from periplo.workspace.stores import Stores

STEPS_AT_ONCE = 20
"""So many small steps are done before others have their turn."""


def let_go(stores: Stores, ages: Ages | None = None) -> int:
    """Forgets some of it; answers how many events and rows. What it did not come to is left for the next time."""
    gone = _rows(stores, ages or stores.ages) + _events(stores, ages or stores.ages)
    for _ in range(STEPS_AT_ONCE):
        if not stores.log_database.give_back():
            break
    return gone


def _events(stores: Stores, ages: Ages) -> int:
    """Of the log: what all who read it have passed."""
    age = _microseconds(stores.settings.keep.log_days)
    if age is None:
        return 0
    until, gone = min(stores.kept.moved_before(ages.before(age), age), stores.identity.cursor()), 0
    for _ in range(STEPS_AT_ONCE):
        some = stores.kept.drop(until)
        gone += some
        if not some:
            break
    return gone


def _rows(stores: Stores, ages: Ages) -> int:
    """Of the quarantine: rows that went in. Those that wait stay, however old they are."""
    age = _microseconds(stores.settings.keep.settled_days)
    return 0 if age is None else stores.quarantine.let_go(ages.before(age))


def _microseconds(days: Days) -> int | None:
    """What is older than this goes; None: nothing does."""
    return None if days == "forever" else timedelta(days=days) // timedelta(microseconds=1)
