"""The log: durable, in order, each event once; ranges for imports; what readers may see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from periplo.errors import DamagedShop
from periplo.events.schema import STORED
from periplo.log import Log, open_log
from periplo.log import log as module
from support_events import at, event


@pytest.fixture
def log(place: str) -> Log:
    return Log(open_log(place))


def test_events_come_back_as_they_were_in_order(log: Log) -> None:
    log.append([event("a", revenue_minor=1250, currency="EUR"), event("b", user_id="ü1")])
    table = log.read()
    assert table.schema == STORED
    assert table["seq"].to_pylist() == [1, 2]
    assert table["event_id"].to_pylist() == ["a", "b"]
    assert table["revenue_minor"].to_pylist() == [1250, None]
    assert table["user_id"].to_pylist() == [None, "ü1"]
    assert table["occurred_at"].to_pylist() == [at(0), at(0)]


def test_each_key_is_kept_once(log: Log) -> None:
    assert log.append([event("a"), event("b"), event("a", page="/second")]) == 2
    assert log.append([event("b"), event("c")]) == 1
    assert log.append([event("a", source="till")]) == 1
    assert log.read()["event_id"].to_pylist() == ["a", "b", "c", "a"]
    assert log.read()["page"].to_pylist()[0] is None


def test_nothing_to_append_is_nothing_done(log: Log) -> None:
    assert (log.append([]), log.settled(), log.count()) == (0, 0, 0)
    assert log.read().num_rows == 0


def test_reading_between_two_places(log: Log) -> None:
    log.append([event(str(n)) for n in range(10)])
    assert log.read(after_seq=3, until_seq=6)["seq"].to_pylist() == [4, 5, 6]


def test_many_keys_at_once(log: Log) -> None:
    many = [event(str(n)) for n in range(3_000)]
    assert log.append(many) == 3_000
    assert log.append(many) == 0
    assert log.read()["event_id"].to_pylist() == [one.event_id for one in many]


def test_a_reserved_range_is_unsettled_until_its_import_has_ended(log: Log) -> None:
    log.append([event("a")])
    with log.reserve(100, "import 1") as first:
        log.append([event("b")])
        assert (first, log.settled(), log.unfinished()) == (2, 1, ["import 1"])
    assert (log.settled(), log.unfinished()) == (102, [])
    assert log.read()["seq"].to_pylist() == [1, 102]


def test_the_range_of_a_killed_import_can_be_given_up(log: Log, place: str) -> None:
    code = (
        "import os, signal, sys; from periplo.log import Log, open_log\n"
        "with Log(open_log(sys.argv[1])).reserve(5, 'x'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, place], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (log.settled(), log.unfinished()) == (0, ["x"])
    log.release()
    assert (log.settled(), log.append([event("a")]), log.settled()) == (5, 1, 6)


def test_trimmed_events_leave_and_their_places_stay_taken(log: Log) -> None:
    log.append([event("a"), event("b"), event("c")])
    log.trim(2)
    assert log.keys() == [("web", "c")]
    log.append([event("d")])
    assert log.read()["seq"].to_pylist() == [3, 4]


def test_acknowledged_events_survive_a_kill(place: str) -> None:
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[2])\n"
        "from support_events import event; from periplo.log import Log, open_log\n"
        "Log(open_log(sys.argv[1])).append([event('a')]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    tests = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, place, str(tests)], check=False)
    assert Log(open_log(place)).read()["event_id"].to_pylist() == ["a"]


def test_writers_at_once_wait_for_each_other(place: str) -> None:
    logs = [Log(open_log(place)) for _ in range(4)]

    def write(worker: int) -> None:
        for n in range(20):
            logs[worker].append([event(f"{worker}-{n}"), event(f"shared-{n}")])

    threads = [Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = logs[0].read()["seq"].to_pylist()
    assert places == list(range(1, 4 * 20 + 20 + 1))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(os.urandom(4096))
    with pytest.raises(DamagedShop, match=r"log\.db cannot be used"):
        Log(open_log(tmp_path / "log.db")).settled()


def test_settled_events_are_read_once_and_later_ones_are_seen(log: Log) -> None:
    log.append([event("a"), event("b")])
    until = log.settled()
    first = log.read(0, until)
    assert log.read(0, until) is first
    log.append([event("c")])
    assert log.read(0, until + 1)["event_id"].to_pylist() == ["a", "b", "c"]
    assert log.read(0, 1 << 40).num_rows == 3
    log.append([event("d")])
    assert log.read(0, 1 << 40).num_rows == 4


def test_of_many_events_only_the_columns_asked_for_are_kept(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 5)
    monkeypatch.setattr(module, "READ_AT_ONCE", 2)
    log.append([event(f"{n}", source="till" if n % 2 else "web") for n in range(7)])
    until, columns = log.settled(), ["event_id", "seq"]
    found = log.read(0, until, columns=columns)
    assert found.to_pydict() == {"event_id": [f"{n}" for n in range(7)], "seq": list(range(1, 8))}
    assert log.read(0, 5, columns=columns)["event_id"].to_pylist() == [f"{n}" for n in range(5)]
    assert log.read(0, until, "till", columns)["seq"].to_pylist() == [2, 4, 6]
    assert log.read(0, until).num_columns == len(STORED)


def test_what_another_has_appended_is_known_however_much_it_is(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.log.keys.READ_AT_ONCE", 3)
    Log(log._database).append([event(f"{n}") for n in range(10)])
    assert log.append([event("0"), event("9"), event("new"), event("5")]) == 1
