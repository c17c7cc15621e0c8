"""An event that is recorded live and imported at the same time is counted once, whoever comes first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from periplo.lake import Lake
from periplo.log import Log, keys
from periplo.workspace import Shop
from periplo.workspace.staging import Staging
from support import ROOT
from support_events import event
from support_shop import contents, message, write_messages

IDS = [f"m{n}" for n in range(6)]
STEPS = [
    (Staging, "keep_new"),
    (Log, "read"),
    (Log, "keys"),
    (Staging, "leave_out"),
    (Lake, "append"),
    (Log, "_end"),
    (Log, "trim"),
    (Lake, "now"),
]
RECORD = """
import sys; sys.path.insert(0, sys.argv[2])
from periplo.workspace import Shop
from test_shop_once import record
shop = Shop.open(sys.argv[1])
print("ready", flush=True)
for _ in sys.stdin:
    for turn in range(40):
        record(shop, [f"m{n}" for n in range(turn, 120, 7)])
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def record(shop: Shop, ids: list[str]) -> int:
    """The messages of the file, as they come in live."""
    return shop.record([event(one, source="segment", anonymous_id=f"a{one}") for one in ids])


def assert_once(shop: Shop, events: int) -> None:
    """The shop holds so many different events, each once, and so it stays when they are archived."""
    for _ in range(2):
        found = contents(shop)
        assert len(found["keys"]) == len(set(found["keys"])) == events
        assert (shop._stores.count(), shop.journeys().columns.events) == (events, events)
        shop.archive()


@contextmanager
def before(owner: Any, name: str, number: int, act: Callable[[], Any]) -> Iterator[pytest.MonkeyPatch]:
    """Does ``act`` once, before the so-manieth call of a function, in a thread: as others do while we go on."""
    original, calls, others = getattr(owner, name), count(), list[Thread]()

    def stepped(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == number:
            others.append(Thread(target=act))
            others[0].start()
            # Inside a transaction of the log the other has to wait for its end.
            others[0].join(0.2 if name in ("_end", "keys_among") else None)
        return original(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, stepped)
        yield patch
        for other in others:
            other.join()


@pytest.mark.parametrize(
    ("number", "database"), [(0, "sqlite"), (1, "sqlite"), (0, "postgresql")], indirect=["database"]
)
@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_recorded_between_two_steps_of_an_import(
    database: str, shop: Shop, tmp_path: Path, owner: type, name: str, number: int
) -> None:
    file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(6)))
    record(shop, ["live"])
    other = Shop.open(shop.path)
    with before(owner, name, number, lambda: record(other, ["m1", "m4", "more"])):
        shop.import_files([file])
    record(other, ["m1", "m2", "more"])
    assert_once(shop, 8)


@pytest.mark.usefixtures("database")
def test_an_import_killed_after_its_commit_leaves_no_second_ones(shop: Shop, tmp_path: Path) -> None:
    file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(6)))
    other = Shop.open(shop.path)

    def killed(self: Log, *_: object) -> None:
        raise KeyboardInterrupt

    with before(Lake, "append", 0, lambda: record(other, ["m1", "more"])) as patch:
        patch.setattr(Log, "_end", killed)
        with pytest.raises(KeyboardInterrupt):
            shop.import_files([file])
    assert shop._stores.log.unfinished()
    record(other, ["m2"])
    assert_once(shop, 7)
    shop.import_files([file])
    assert_once(shop, 7)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("owner", "name"), [(Log, "append"), (keys, "keys_among")])
def test_recorded_again_while_others_archive(shop: Shop, owner: Any, name: str) -> None:
    record(shop, IDS)
    other = Shop.open(shop.path)
    with before(owner, name, 0, other.archive):
        assert record(shop, IDS) == 0
    assert_once(shop, 6)


@pytest.mark.usefixtures("database")
def test_other_processes_record_what_is_imported(shop: Shop, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", RECORD, str(shop.path), str(Path(__file__).parent)]
    paths = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT / "tests"), os.environ.get("PYTHONPATH")])),
    }
    others = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=paths)
        for _ in range(2)
    ]
    for one in others:
        assert one.stdout
        assert one.stdin
        assert one.stdout.readline() == "ready\n"
        one.stdin.write("go\n")
        one.stdin.close()
    for first in range(0, 120, 20):
        file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(first, first + 20)))
        shop.import_files([file])
        shop.archive()
    assert [one.wait(120) for one in others] == [0, 0]
    assert_once(shop, 120)
