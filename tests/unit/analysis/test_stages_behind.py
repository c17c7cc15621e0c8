"""The customers behind the lists of a stage: each entry, and all others together, against counting by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import Happened, made
from periplo.analysis import Journeys
from periplo.analysis.stages_result import StageFlow
from periplo.errors import UnknownName

STAGES = [("look", {"any": ["Page Viewed", "Product Viewed", "Email Sent"]}), ("buy", "Order Completed")]
EVENTS = ("Page Viewed", "Product Viewed", "Email Sent", "Order Completed", "Other")
IN_LOOK = EVENTS[:3]
LINES = st.lists(
    st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(["web", "app", "*"])), min_size=1, max_size=8),
    min_size=1,
    max_size=7,
)
Line = Sequence[tuple[str, str]]


def journeys_of(lines: Sequence[Line]) -> Journeys:
    happened: list[Happened] = [
        (who, event, float(n), channel) for who, line in enumerate(lines) for n, (event, channel) in enumerate(line)
    ]
    page = [f"/{channel}" for _, _, _, channel in happened]
    return Journeys(made(happened, len(lines), page=page))


def opened(flow: StageFlow, ref: str) -> set[int]:
    return set(flow.behind(ref).tolist())


@settings(max_examples=60, deadline=None)
@for_all(LINES, st.integers(0, 4))
def test_all_others_are_those_of_the_entries_that_are_not_listed(lines: list[Line], listed: int) -> None:
    flow = journeys_of(lines).stages(STAGES)
    for what, part in (("action", 0), ("channel", 1)):
        found = [[pair[part] for pair in line if pair[0] in IN_LOOK] for line in lines]
        shown = getattr(flow.stage("look"), f"{what}s")
        assert Counter(name for line in found for name in line) == {one.name: one.n for one in shown}
        first = {one.name for one in shown[:listed]}
        expected = {who for who, line in enumerate(found) if set(line) - first}
        assert opened(flow, f"stage/look/other/{what}/{listed}") == expected
        for one in shown:
            assert opened(flow, f"stage/look/{what}/{one.name}") == {
                who for who, line in enumerate(found) if one.name in line
            }


@settings(max_examples=60, deadline=None)
@for_all(LINES, st.integers(0, 3))
def test_all_others_of_every_list_are_the_rest_of_its_entries(lines: list[Line], listed: int) -> None:
    flow = journeys_of(lines).stages(STAGES)
    look = flow.stage("look")
    touched = {"touchpoint": look.touchpoints, "entry": look.entries, "exit": look.exits}
    lists = {what: [f"{one.channel}/{one.contact}" for one in found] for what, found in touched.items()}
    lists["content/page"] = [one.name or "" for one in look.content["page"]]
    for what, names in lists.items():
        rest = [opened(flow, f"stage/look/{what}/{name}") for name in names[listed:]]
        assert opened(flow, f"stage/look/other/{what}/{listed}") == set().union(*rest)


@pytest.mark.parametrize(
    "rest", ["action", "action/-1", "action/x", "action/" + "9" * 5000, "what/1", "content/1", "content/color/1", ""]
)
def test_what_is_no_list_is_refused(rest: str) -> None:
    with pytest.raises(UnknownName):
        journeys_of([[("Page Viewed", "web")]]).stages(STAGES).behind(f"stage/look/other/{rest}")


def test_no_name_can_be_taken_for_all_others() -> None:
    flow = journeys_of([[("Page Viewed", "*"), ("Product Viewed", "web")]]).stages(STAGES)
    assert opened(flow, "stage/look/channel/*") == {0}
    assert opened(flow, "stage/look/other/channel/2") == set()
