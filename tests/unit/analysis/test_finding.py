"""The customers behind numbers are found in parts: whichever the parts, they are those found in all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from given import made
from periplo.analysis import Journeys, Result
from periplo.analysis import question as room
from periplo.errors import UnknownName

NAMES = ("Page Viewed", "Product Viewed", "Product Added", "Order Completed", "Survey Answered", "Order Refunded")
PEOPLE, DAY_S = 40, 86_400.0
PATTERN = "Product Viewed, then within 9d Order Completed"
ASKED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "cohorts": ({"unit": "week"}, tuple(f"cohort/1970-W0{week}/{after}" for week in (1, 2, 3) for after in (0, 1))),
    "cycles": ({}, ("cycles/all", "cycles/with_order", "cycles/first/web/app", "cycles/last/app/app")),
    "kpis": ({"by": "channel"}, ()),
    "lifecycle": ({}, tuple(f"lifecycle/1970-W03/{state}" for state in ("new", "returning", "dormant", "active"))),
    "loops": ({}, ("loops/all",)),
    "retention": ({}, ("retention/all/size", "retention/all/1/back", "retention/1970-W01/2/open")),
    "sequences": ({}, ("sequence/1", "sequence/all")),
    "sessions": ({}, ("sessions/all", "sessions/web/with_order")),
    "stickiness": ({}, ("stickiness/2", "stickiness/at_least/3")),
    "transitions": ({"of": "event"}, ()),
}
FUNNEL = ("1/customers", "2/dropped", "3/still_open", "2/time/3", "1/next/Page Viewed", "1/next/no further step")


@pytest.fixture(scope="module")
def journeys() -> Journeys:
    random = np.random.default_rng(7)
    happened = [
        (who, NAMES[random.integers(len(NAMES))], float(random.uniform(0, 30)) * DAY_S, ("web", "app")[int(channel)])
        for who in range(PEOPLE)
        for channel in random.integers(0, 2, int(random.integers(1, 20)))
    ]
    amounts = [float(random.integers(100, 900)) for _ in happened]
    return Journeys(made(happened, PEOPLE, strangers=[3, 17], revenue_minor=amounts, score=amounts), currency="EUR")


def refs_in(value: Any) -> Iterator[str]:
    """All references that an answer carries."""
    if isinstance(value, dict):
        yield from ([value["ref"]] if value.get("ref") else ())
        value = [*value.values()]
    for each in value if isinstance(value, list) else ():
        yield from refs_in(each)


def opened(found: Result, refs: list[str]) -> dict[str, list[int] | None]:
    answers: dict[str, list[int] | None] = {}
    for ref in refs:
        try:
            answers[ref] = found.behind(ref).tolist()
        except UnknownName:
            answers[ref] = None
    return answers


@pytest.mark.parametrize("name", [*ASKED, "funnel"])
def test_parts_do_not_matter(journeys: Journeys, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if name == "funnel":
        found: Result = journeys.funnel(*NAMES[1:4], histogram=True, next="events", trend="week", money="attempt")
        refs = [*(f"funnel/{ref}" for ref in FUNNEL), "funnel/trend/1970-W02/converted", "funnel/money/EUR"]
    else:
        options, more = ASKED[name]
        found = getattr(journeys, name)(*([PATTERN] if name == "sequences" else ()), **options)
        refs = [*refs_in(found.to_dict()), *more]
    if name == "kpis":
        refs = [f"kpi/{kpi['id']}{group}" for kpi in found.to_dict()["values"] for group in ("", "/web")]
    at_once = opened(found, [*refs, "no/such/number"])
    monkeypatch.setattr(room, "AT_ONCE", 30)
    assert opened(found, [*refs, "no/such/number"]) == at_once
    assert any(at_once.values())
    assert at_once["no/such/number"] is None
