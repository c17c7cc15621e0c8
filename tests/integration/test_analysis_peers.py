"""Against references that are no dependency: they live in an environment of their own, where ``make peers`` was run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from given import made
from periplo.analysis import Journeys
from support import ROOT

PYTHON = ROOT / ".cache" / "peers" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="opt-in: make peers")


def test_the_directly_follows_graph_is_that_of_pm4py(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    who, what = random.integers(0, 300, 4_000), random.zipf(1.5, 4_000) % 30
    at = random.permutation(4_000)
    events = {"user_id": [f"u{n}" for n in who], "event": [f"e{n}" for n in what]}
    file = tmp_path / "events.parquet"
    parquet.write_table(pa.table(events | {"timestamp": pa.array(at * 1_000_000, pa.timestamp("us"))}), file)
    command = [str(PYTHON), str(ROOT / "bench" / "peer" / "__main__.py"), "directly_follows", "0", str(file)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    happened = [(int(a), f"e{b}", float(c), "web") for a, b, c in zip(who, what, at, strict=True)]
    found = Journeys(made(happened, 300)).transitions(of="event", collapse=False, times=False)
    ours = {f"{move.origin}\t{move.target}": move.n for move in found.moves if move.origin and move.target}
    assert ours == json.loads(told.splitlines()[-1])["answer"]
