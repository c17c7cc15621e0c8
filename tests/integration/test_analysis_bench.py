"""The benchmark compares equals: its SQL and the funnel count the same, and its figures can be written down."""

from __future__ import annotations

import msgspec
import pytest

from support import ROOT


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch):
    """The funnel benchmark, over few events that crowd together."""
    monkeypatch.syspath_prepend(str(ROOT))
    from bench import funnels

    monkeypatch.setattr(funnels, "EVENTS", 60_000)
    monkeypatch.setattr(funnels, "CUSTOMERS", 3_000)
    monkeypatch.setattr(funnels, "REPEATS", 1)
    return funnels


def test_the_peer_answers_the_same(small) -> None:
    (figure,) = small.figures()
    assert figure.equal
    assert figure.ratio == figure.peer_s / figure.ours_s
    keys = msgspec.to_builtins(figure).keys()
    assert {"name", "ours_s", "peer", "peer_s", "ratio", "goal", "equal"} <= keys


def test_the_simulated_events_are_the_same_everywhere(small) -> None:
    one, two = small.simulated(), small.simulated()
    assert one.time_us.tolist() == two.time_us.tolist()
    assert len(one) == 60_000


def test_figures_are_said_in_words(small) -> None:
    from bench.measuring import Figure
    from bench.report import cells, machine

    missed = Figure(name="x", ours_s=2.5, goal="1 s", equal=True, met=False)
    assert cells(missed) == ("x", "2.5 s", "", "", "", "1 s", "yes", "NO", "")
    near = Figure(name="x", ours_s=0.5, goal="1 s", equal=True, met=True, limit_s=0.25, amount="3 GB")
    assert cells(near) == ("x", "3 GB", "", "", "", "1 s", "yes", "yes", "250 ms (2.0x)")
    assert "GB/s" in machine()
