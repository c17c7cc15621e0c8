"""BG/NBD on all 23,570 customers of CDNOW, 39 weeks, against lifetimes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from bench.measuring import Figure, repeated
from bench.peers import ROOT, ask_peer
from periplo.analysis.value import Buyers, fit_orders

CUSTOMERS, GOAL, REPEATS = 23_570, 5.0, 5
SOURCE = ROOT / ".cache" / "oracles" / "lifetimes" / "datasets" / "CDNOW_master.txt"
TABLE = Path(__file__).parent / "data" / "cdnow.npz"
END = date(1997, 9, 30)


def figures() -> Iterator[Figure]:
    buyers = cdnow()
    assert len(buyers) == CUSTOMERS
    TABLE.parent.mkdir(exist_ok=True)
    np.savez(TABLE, frequency=buyers.frequency, recency=buyers.recency, age=buyers.age)
    peer = ask_peer("repeat_buying", TABLE, repeats=REPEATS)
    if peer is None:
        return

    def ours() -> list[float]:
        return fit_orders(buyers.frequency, buyers.recency, buyers.age).maximum.values.tolist()

    ours_s, peer_s = repeated(ours, REPEATS), float(np.median(peer.seconds))
    equal = bool(np.allclose(ours(), peer.answer, rtol=2e-3))
    yield Figure(
        name=f"BG/NBD on CDNOW, {CUSTOMERS:,} customers, with standard errors",
        ours_s=ours_s,
        peer="lifetimes 0.11.3",
        peer_s=peer_s,
        ratio=peer_s / ours_s,
        goal=f"{GOAL:g} times faster",
        equal=equal,
        met=equal and peer_s / ours_s >= GOAL,
    )


def cdnow() -> Buyers:
    """Repeat days with a purchase, weeks from the first to the last, and from the first to the end."""
    rows = [line.split()[:2] for line in SOURCE.read_text("ascii").splitlines()[1:]]
    day = np.array([date(int(d[:4]), int(d[4:6]), int(d[6:])).toordinal() for _, d in rows])
    who = np.array([int(customer) for customer, _ in rows])
    who, day = np.unique(np.stack((who, day))[:, day <= END.toordinal()], axis=1)
    _, first, count = np.unique(who, return_index=True, return_counts=True)
    last = day[first + count - 1]
    return Buyers.of(count - 1, (last - day[first]) / 7, (END.toordinal() - day[first]) / 7)
