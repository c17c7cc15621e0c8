"""Several servers share one log: what they count and keep at the same moment is all there, and nobody is refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from threading import Barrier, BrokenBarrierError

import pytest

import postgres
from periplo.errors import ShopBusy, UsageError
from periplo.log import Fault, Quarantine, Sources, Tallies, open_log
from periplo.log.inserting import insert
from periplo.log.tables import tally

SERVERS, TURNS = 4, 10
WHERE = "abcdef"


def at_once(place: str, act: Callable[[int, Callable[[], int]], None]) -> None:
    """As that many servers of one log, which wait for each other where they call what they are given: none may fail."""
    open_log(place).check()
    ready = Barrier(SERVERS)

    def run(server: int) -> None:
        try:
            act(server, ready.wait)
        except BaseException:
            ready.abort()
            raise

    with ThreadPoolExecutor(SERVERS) as pool:
        ran = [pool.submit(run, server) for server in range(SERVERS)]
    raised = [error for one in ran if (error := one.exception()) and not isinstance(error, BrokenBarrierError)]
    assert raised == []


def test_what_several_count_is_added_up(place: str) -> None:
    def count(server: int, together: Callable[[], int]) -> None:
        mine = Tallies(open_log(place))
        for _ in range(TURNS):
            for where in WHERE if server % 2 else reversed(WHERE):
                mine.add("shop", "unknown", where)
            together()
            mine.flush()

    at_once(place, count)
    found = Tallies(open_log(place)).since(date.min)
    assert {one.where: one.count for one in found} == dict.fromkeys(WHERE, SERVERS * TURNS)


def test_what_the_plan_said_is_counted_by_one_of_them(place: str) -> None:
    def count(server: int, together: Callable[[], int]) -> None:
        mine = Tallies(open_log(place))
        for turn in range(TURNS):
            together()
            mine.count_planned({("shop", "planned", where): 1 for where in WHERE}, turn, turn + 1)
            mine.add("shop", "planned", WHERE[server])
            mine.flush()

    at_once(place, count)
    counts = {one.where: one.count for one in Tallies(open_log(place)).since(date.min)}
    assert counts == {where: TURNS * (1 + (where in WHERE[:SERVERS])) for where in WHERE}


def test_a_source_is_added_by_one_of_them(place: str) -> None:
    def add(server: int, together: Callable[[], int]) -> None:
        mine = Sources(open_log(place))
        for turn in range(TURNS):
            together()
            with suppress(UsageError):  # there is one already
                mine.add(f"shop-{turn}")
            mine.allow(f"shop-{turn}", [f"https://{server}.example"])

    at_once(place, add)
    assert [len(one.origins) for one in Sources(open_log(place)).all()] == [SERVERS] * TURNS


def test_two_that_meet_in_postgresql_are_told_to_come_again() -> None:
    database = open_log(postgres.database())
    twice = [[value] * 2 for value in ("2026-01-01", "shop", "unknown", "a", 1, 0)]
    with pytest.raises(ShopBusy, match="Another process is writing"), database.writing() as connection:
        insert(connection, tally, twice)


def test_what_several_refuse_is_kept_once(place: str) -> None:
    def keep(server: int, together: Callable[[], int]) -> None:
        mine = Quarantine(open_log(place))
        for turn in range(TURNS):
            raws = [f"{turn}{where}".encode() for where in (WHERE if server % 2 else reversed(WHERE))]
            faults = [
                Fault(source="shop", stage="parse", rule="no_event_name", path="event", reason="No name.", raw=raw)
                for raw in raws
            ]
            together()
            mine.put_faults(faults)
            mine.mark_replayed([one.reject_id for one in faults])

    at_once(place, keep)
    assert Quarantine(open_log(place)).count(replayed=None) == TURNS * len(WHERE)
