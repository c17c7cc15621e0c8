"""Against references that are no dependency: they live in an environment of their own, where ``make peers`` was run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from bench.peers import PYTHON, ask_peer
from pyarrow import parquet

from given import made
from periplo.analysis import Journeys

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="opt-in: make peers")


def test_the_directly_follows_graph_is_that_of_pm4py(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    who, what = random.integers(0, 300, 4_000), random.zipf(1.5, 4_000) % 30
    at = random.permutation(4_000)
    events = {"user_id": [f"u{n}" for n in who], "event": [f"e{n}" for n in what]}
    file = tmp_path / "events.parquet"
    parquet.write_table(pa.table(events | {"timestamp": pa.array(at * 1_000_000, pa.timestamp("us"))}), file)
    peer = ask_peer("directly_follows", file, repeats=0)
    happened = [(int(a), f"e{b}", float(c), "web") for a, b, c in zip(who, what, at, strict=True)]
    found = Journeys(made(happened, 300)).transitions(of="event", collapse=False, times=False)
    ours = {f"{move.origin}\t{move.target}": move.n for move in found.moves if move.origin and move.target}
    assert peer is not None
    assert ours == peer.answer
