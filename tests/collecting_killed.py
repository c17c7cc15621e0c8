"""Collectors killed at random moments under load, each in a process of its own over one shop: run as a script by the
test.

    python collecting_killed.py FOLDER POINTS

Several threads send batches, also messages that were sent before; another archives all the time, a third reads the
journeys. Each batch is written down before it is sent, and again when it was acknowledged. At the end one JSON object
says what was acknowledged and is missing, and what is there twice. All processes are forks of one that has imported
everything and started no thread.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pyarrow as pa

from killing import in_child
from periplo.collect import Ticket, batch_of
from periplo.events.keys import key_hashes
from periplo.workspace import Shop
from support_collect import batch, track
from working_apart import impatient

SENDERS, LONGEST_S = 3, 0.4


class Collector:
    """One process's life: sends and writes down until it is killed."""

    def __init__(self, folder: Path, trial: int) -> None:
        impatient()
        self._trial, self._notes = trial, os.open(folder / "notes.txt", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self._known = [line.split()[1] for line in (folder / "notes.txt").read_text().splitlines()]
        self._shop = Shop.open(folder / "shop")
        self._source = self._shop.sources.all()[0]
        self._collecting = self._shop.collecting(self._deliver)

    def run(self) -> None:
        self._collecting.start()
        Thread(target=self._shop.work().run).start()
        threads = [Thread(target=self._send, args=(number,)) for number in range(SENDERS)]
        for thread in [*threads, Thread(target=self._read)]:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, sender: int) -> None:
        chance = random.Random(f"{self._trial}/{sender}")
        for number in range(1_000_000):
            fresh = [f"{self._trial}-{sender}-{number}-{each}" for each in range(chance.randint(1, 30))]
            again = chance.sample(self._known, min(len(self._known), chance.choice((0, 0, 3))))
            self._note("sent", fresh)
            done = Event()
            arrived = batch_of(batch(*(track(len(one), messageId=one) for one in [*fresh, *again])))
            received = arrived.received(self._source, time.time_ns() // 1000, None)
            self._collecting.writer.put(Ticket(arrived, received, [], 1, done))
            done.wait()

    def _deliver(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            assert ticket.answer, ticket.error
            self._note("kept", ticket.received.event_ids)
            ticket.waiter.set()

    def _note(self, word: str, ids: Any) -> None:
        os.write(self._notes, "".join(f"{word} {one}\n" for one in ids).encode())

    def _read(self) -> None:
        while True:
            self._shop.journeys()


def told(folder: Path) -> Callable[[], dict[str, Any]]:
    """What became of everything, in a process that nobody kills."""

    def work() -> dict[str, Any]:
        notes = [line.split() for line in (folder / "notes.txt").read_text().splitlines()]
        kept, sent = ({one for word, one in notes if word == which} for which in ("kept", "sent"))
        with Shop.open(folder / "shop") as shop:
            waiting = shop._stores.log.count(shop._stores.lake.now().archived_seq())
            shop.archive()
            columns = shop.journeys().columns
            found = Counter(shop._stores.lake.now().scan(["event_id"]).read_all()["event_id"].to_pylist())
            return {
                "kept": len(kept),
                "waiting": waiting,
                "archived": len(found),
                "missing": sorted(kept - found.keys()),
                "twice": [one for one, times in found.items() if times > 1],
                "invented": sorted(found.keys() - kept - sent),
                "journeys": columns.events,
                "behind": shop._stores.log.settled() - shop._stores.identity.cursor(),
                "left": shop._stores.log.count(),
                "healthy": all(finding.level != "error" for finding in shop.doctor()),
            }

    return work


def wait_for_more(notes: Path) -> None:
    """Until something more was acknowledged."""
    before = notes.read_text().count("kept")
    while notes.read_text().count("kept") == before:
        time.sleep(0.01)


def main(folder: Path, points: int) -> None:
    key_hashes(pa.array(["a"]), pa.array(["b"]))
    chance = random.Random(points)
    for trial in range(points):
        child = os.fork()
        if child == 0:
            Collector(folder, trial).run()
            os._exit(1)
        wait_for_more(folder / "notes.txt")
        time.sleep(chance.uniform(0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "the collector ended by itself"
    assert not in_child(told(folder), folder / "told.json")
    print((folder / "told.json").read_text())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
