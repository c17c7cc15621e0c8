"""Live events held against the tracking plan: at the door where it decides, afterwards where it only counts."""

from __future__ import annotations

from collections import Counter

from periplo.collect import Arrived, Wrong
from periplo.log.reading import Brought
from periplo.workspace.stores import Stores

REQUESTS_AT_ONCE = 100
STAGE, COUNTED = "plan", "plan:"


def prepare(stores: Stores) -> None:
    """Reads the files of the plan now, where some source is held against it. Raises ``BadPlan``."""
    if stores.settings.plan.uses("warn") or stores.settings.plan.uses("quarantine"):
        _ = stores.plan


def hold(stores: Stores, source: str, arrived: Arrived) -> None:
    """Takes the messages that are not as planned out of those that go on, where the source's mode says so."""
    if stores.settings.plan.of(source) != "quarantine":
        return
    kept: list[int] = []
    for row, message in enumerate(arrived.messages):
        found = stores.plan.look(message, arrived.call)
        if found is None:
            kept.append(row)
            continue
        arrived.wrong.append(Wrong(arrived.indexes[row], found.rule, found.path, found.values, bytes(message), STAGE))
    arrived.keep(kept)


def follow(stores: Stores) -> int:
    """Counts what is not as planned among what came since the last time; answers how many messages were looked at."""
    how, read = stores.settings.plan, 0
    if not how.uses("warn"):
        return 0
    while requests := stores.log.requests(planned := stores.tallies.planned(), REQUESTS_AT_ONCE):
        counts: Counter[tuple[str, str, str]] = Counter()
        for one in requests:
            if how.of(one.receipt.source) == "warn":
                counts += _counted(stores, one)
                read += len(one.messages)
        stores.tallies.count_planned(counts, planned, requests[-1].last_seq)
    return read


def _counted(stores: Stores, brought: Brought) -> Counter[tuple[str, str, str]]:
    """What is not as planned in a request."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for message in brought.messages:
        if found := stores.plan.look(message, brought.receipt.call):
            counts[brought.receipt.source, COUNTED + found.rule.name, f"{found.event}: {found.path}"] += 1
    return counts
