"""A real server that is killed, and its worker, while SDKs send to it, which send again what was not answered."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import httpx

from periplo.workspace import Shop
from serving import IMPATIENT, Served, measured, served
from support_collect import basic, batch, track

SENDERS, LONGEST_S, LATELY = 3, 0.6, 200
PATIENCE_S = 300  # a busy machine may stand still for a while
WORKED = "periplo_work_events_total", "archive"


class Senders:
    """What they send and what is acknowledged: ids of messages, in the order of either."""

    def __init__(self, write_key: str) -> None:
        self.sent, self.kept = dict[str, None](), dict[str, None]()
        self._headers, self._lock, self._answered = basic(write_key), Lock(), Event()

    def live(self, server: Served, life: int) -> None:
        """All of them send until the server is killed, at a random moment after its first answer; in every third life
        after its worker has begun, which is killed just before."""
        self._answered.clear()
        with ThreadPoolExecutor(SENDERS) as pool:
            sending = [pool.submit(self._send, server, random.Random(f"{life}/{one}")) for one in range(SENDERS)]
            assert self._answered.wait(PATIENCE_S), "the server answers nothing"
            chance = random.Random(life)
            if life % 3 == 0:
                worked(server)
                time.sleep(chance.uniform(0, LONGEST_S))
                os.kill(server.children()[0], signal.SIGKILL)
            time.sleep(chance.uniform(0, LONGEST_S))
            server.process.kill()
            for one in sending:
                one.result()

    def _send(self, server: Served, chance: random.Random) -> None:
        with httpx.Client(base_url=server.address, headers=self._headers, timeout=PATIENCE_S) as client:
            while True:
                ids = self._next(chance)
                try:
                    answer = client.post("/v1/batch", content=batch(*(track(len(one), messageId=one) for one in ids)))
                except httpx.TransportError:
                    assert server.process.wait(PATIENCE_S) == -signal.SIGKILL, "the server ended by itself"
                    return
                assert answer.status_code == 200, answer.text
                self.kept.update(dict.fromkeys(ids))
                self._answered.set()

    def _next(self, chance: random.Random) -> list[str]:
        """New messages, and some again: one that is known for long, and such as nobody answered lately."""
        with self._lock:
            known = [*self.sent]
            open_ones = [one for one in known[-LATELY:] if one not in self.kept]
            again = chance.sample(open_ones, min(len(open_ones), 5)) + chance.sample(known, min(len(known), 1))
            fresh = [f"m{len(known) + one}" for one in range(chance.randint(1, 30))]
            self.sent.update(dict.fromkeys(fresh))
        return [*fresh, *again]


def worked(server: Served) -> None:
    """Until its worker has archived something."""
    until = time.monotonic() + PATIENCE_S
    while not measured(httpx.get(f"{server.address}/metrics", timeout=PATIENCE_S).text).get(WORKED):
        assert time.monotonic() < until, "the worker archives nothing"
        time.sleep(0.02)


def killed(folder: Path, points: int) -> None:
    """Serves the shop in a folder and kills the server, again and again; ``notes.txt`` says what was sent and kept."""
    with Shop.open(folder / "shop") as shop:
        senders = Senders(shop.sources.add("web").write_key)
    for life in range(points):
        with served(folder / "shop", first=IMPATIENT) as server:
            senders.live(server, life)
    notes = [f"sent {one}" for one in senders.sent] + [f"kept {one}" for one in senders.kept]
    (folder / "notes.txt").write_text("\n".join(notes))
