"""Benchmarks compare equals: peers and the funnel count the same, and figures can be written down."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from support import ROOT

FUNNELS = """
import msgspec
from bench import funnels, measuring
from bench.crowd import Crowd
funnels.TURNS, measuring.REST_S = 1, 0.0  # here only the answers count
print(msgspec.json.encode([*funnels.figures(Crowd(events=100_000, kinds=14))]).decode())
"""


@pytest.fixture(autouse=True)
def benches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_funnels_and_their_peers_answer_the_same() -> None:
    pytest.importorskip("chdb")
    # A process of its own: ClickHouse knows one folder per process.
    done = subprocess.run([sys.executable, "-c", FUNNELS], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    for figure in msgspec.json.decode(done.stdout.splitlines()[-1]):
        assert figure["equal"], figure["name"]
        assert {"name", "ours_s", "peer", "peer_s", "ratio", "goal", "equal"} <= figure.keys()


def test_figures_are_said_in_words() -> None:
    from bench.measuring import Figure
    from bench.report import cells, machine

    missed = Figure(name="x", ours_s=2.5, goal="1 s", equal=True, met=False)
    assert cells(missed) == ("x", "2.5 s", "", "", "", "1 s", "yes", "NO", "")
    near = Figure(name="x", ours_s=0.5, goal="1 s", equal=True, met=True, limit_s=0.25, amount="3 GB")
    assert cells(near) == ("x", "3 GB", "", "", "", "1 s", "yes", "yes", "250 ms (2.0x)")
    assert "GB/s" in machine()
