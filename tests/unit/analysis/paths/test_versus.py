"""Differences of shares: a published interval, and the design effect by its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from given import given
from periplo.analysis import Journeys
from periplo.analysis.paths.versus import Facts, differences, newcombe
from periplo.predicates import parse


@pytest.mark.parametrize(
    ("x", "n", "y", "m", "low", "high"),
    [  # Newcombe, Stat. Med. 17 (1998), table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_the_published_intervals(x, n, y, m, low, high) -> None:
    found = newcombe(*(np.array([k]) for k in (x, n, y, m)), np.ones(1))
    assert [round(float(each[0]), 4) for each in found] == [low, high]


facts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=60)


@for_all(facts)
def test_the_design_effect_by_its_definition(drawn) -> None:
    drawn = sorted(drawn)
    owner, cell = (np.array(each, np.int64) for each in zip(*drawn, strict=True))
    inside = np.array([k % 2 == 0 for k in range(7)])
    base = np.array([0, 0, 1, 1])
    found = differences(Facts(owner, cell, inside), base, 2)
    for c in range(4):
        mine = [k for k in range(len(cell)) if base[cell[k]] == base[c]]
        people = sorted({int(owner[k]) for k in mine})
        n = {who: sum(owner[k] == who for k in mine) for who in people}
        x = {who: sum(owner[k] == who and cell[k] == c for k in mine) for who in people}
        whole = [sum(n[who] for who in people if inside[who] == side) for side in (True, False)]
        if not all(whole):
            assert found[c] is None
            continue
        count = [sum(x[who] for who in people if inside[who] == side) for side in (True, False)]
        p = sum(x.values()) / sum(n.values())
        effect = 1.0
        if 0 < p < 1 and len(people) > 1:
            scatter = sum((x[who] - p * n[who]) ** 2 for who in people) * len(people) / (len(people) - 1)
            effect = max(scatter / (sum(n.values()) * p * (1 - p)), 1.0)
        low, high = newcombe(*(np.array([k]) for k in (count[0], whole[0], count[1], whole[1])), np.array([effect]))
        assert (found[c].low, found[c].high) == pytest.approx((max(low[0], -1), min(high[0], 1)))


def test_a_segment_by_its_name_is_a_group() -> None:
    columns = given("A0 B1", "A0", "A0 C1")
    whole = Journeys(columns, segments={"loyal": parse("B")})
    move = next(m for m in whole.transitions(of="event", versus="loyal").moves if (m.origin, m.target) == ("A", "B"))
    assert (move.difference.share, move.difference.others) == (1.0, 0.0)
    assert "loyal" in whole.transitions(of="event", versus="loyal").explain("es")
