"""Opens a shop as after a restart and asks it a funnel: run as a process of its own. Prints what it took, as JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import msgspec

import periplo
from periplo import Journeys
from periplo.journeys.columns import JourneyColumns

STEPS = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed")
CORE = ("offsets", "time_us", "event", "channel", "customer", "person")


class Opened(NamedTuple):
    """``first_s`` from opening to the first answer, ``again_s`` the same answer when all is warm, ``after_s`` all that
    was measured after the first; ``resident`` bytes of the memory-mapped columns once each of them has been read."""

    first_s: float
    again_s: float
    after_s: float
    events: int
    resident: int
    answer: list[int]


def main(path: Path) -> None:
    begun = perf_counter()
    journeys = periplo.open(path).journeys()
    answer = funnel(journeys)
    first_s = perf_counter() - begun
    again_s = median(again(journeys) for _ in range(3))
    columns = journeys.columns
    inside = resident(columns, path)
    after_s = perf_counter() - begun - first_s
    opened = Opened(first_s, again_s, after_s, columns.events, inside, answer)
    print(msgspec.json.encode(opened).decode())


def funnel(journeys: Journeys) -> list[int]:
    return [step.customers for step in journeys.funnel(*STEPS, within="7d").steps]


def again(journeys: Journeys) -> float:
    begun = perf_counter()
    funnel(journeys)
    return perf_counter() - begun


def resident(columns: JourneyColumns, path: Path) -> int:
    """The bytes of the shop's files that lie in the memory of this process (Linux)."""
    for name in CORE:
        getattr(columns, name).max()
    total, mine = 0, False
    for line in Path("/proc/self/smaps").read_text("utf-8").splitlines():
        key, *rest = line.split()
        if not key.endswith(":"):
            mine = bool(rest) and rest[-1].startswith(str(path.resolve()))
        elif mine and key == "Rss:":
            total += int(rest[0]) * 1024
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1]))
