"""The memory in which journeys are built, joined by a few events, their columns gathered and asked does not grow."""

from __future__ import annotations

from support_memory import largest_kilobytes

CODE = """
import resource, sys
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
import numpy as np
import pyarrow as pa
from periplo.analysis import Journeys
from periplo.journeys.build import Rows
from periplo.journeys.columns import GivenProperties
from periplo.journeys.out_of_memory import build_out_of_memory, pieces_of
from periplo.operation.memory import spare
from periplo.operation.shelf import sparing_memory
from periplo.workspace.arrivals import Arrivals
from periplo.workspace.arrived import Arrived, Growing

spare()
events, at_once, random = int(sys.argv[1]), 50_000, np.random.default_rng(1)
people = events // 2
names = ("Page Viewed", "Product Viewed", "Product Added", "Order Completed")

def rows(first):
    place = np.arange(first, first + at_once)
    kinds = random.integers(0, 4, (2, at_once))
    return Rows(random.integers(1, people, at_once), place * 1_000_000, place, kinds[0], kinds[1])

def texts():
    return pa.array(random.integers(0, 900, at_once)).cast(pa.string())

with TemporaryDirectory() as folder, sparing_memory():
    scratch = Path(folder)
    journeys = build_out_of_memory(map(rows, range(0, events, at_once)), people, events, scratch)
    all_again = chain(pieces_of(journeys, np.empty(0, np.int64)), [rows(events)])
    journeys, events = build_out_of_memory(all_again, people, events, scratch), events + at_once
    growing = Growing(Arrived.nothing(), events, scratch)
    for first in range(0, events, at_once):
        growing.add(np.arange(first, first + at_once), texts(), True)
    amount = growing.all().picked(Arrivals(journeys.seq, scratch))
    known = np.ones(len(journeys.customer), np.bool_)
    columns = journeys.columns(person=known, event_names=names, channel_names=("web", "app", "store", "email"),
        since_us=0, until_us=events * 1_000_000, properties=GivenProperties({"revenue_minor": amount}))
    assert Journeys(columns, currency="EUR").stages().stages
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
OF_SOMEBODY_NEW = """
import resource, sys
import numpy as np
from periplo.analysis import Journeys
from periplo.journeys.rows import Sorted
from periplo.operation.memory import spare
from periplo.operation.shelf import Shelf, slices, sparing_memory

spare()
events = int(sys.argv[1])
names = ("Page Viewed", "Product Viewed", "Product Added", "Order Completed")

def some(part):
    place = np.arange(part.start, part.stop)
    ends = np.arange(part.start, part.stop + (part.stop == events))
    return ends, place + 1, place * 1_000_000, place, place % 4, place % 2, np.ones(len(place))

with sparing_memory():
    *arrays, person = Shelf().join(map(some, slices(events)), *[np.int64] * 4, np.uint16, np.uint8, bool)
    asked = Journeys(Sorted(*arrays).columns(person=person, event_names=names, channel_names=("web", "app"),
        since_us=0, until_us=events * 1_000_000), currency="EUR")
    assert asked.stages().stages and asked.evidence.customers == events
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
SMALL, LARGE = 300_000, 1_500_000
MOST_KB = 35_000
"""Built in memory, and looked at without giving anything back, so many events more take twice as much."""


def test_five_times_the_events_take_no_more_memory() -> None:
    small, large = largest_kilobytes(CODE, SMALL), largest_kilobytes(CODE, LARGE)
    assert large - small < MOST_KB, (small, large)


def test_nor_does_it_with_the_customers() -> None:
    small, large = largest_kilobytes(OF_SOMEBODY_NEW, LARGE), largest_kilobytes(OF_SOMEBODY_NEW, 4 * LARGE)
    assert large - small < MOST_KB, (small, large)
