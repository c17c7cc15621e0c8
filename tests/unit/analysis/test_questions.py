"""What holds for every question: parts add up, neither order nor threads matter, results speak and draw themselves."""

from __future__ import annotations

import itertools
import json
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import Happened, made
from periplo.analysis import Journeys, Result
from periplo.analysis.question import ask
from periplo.errors import UnknownName
from periplo.journeys.columns import JourneyColumns
from periplo.operation.shelf import sparing_memory

NAMES = [
    *("Page Viewed", "Product Viewed", "Product Added", "Order Completed", "Order Refunded", "Email Delivered"),
    *("Email Clicked", "Ticket Opened", "Ticket Replied", "Product Reviewed", "Something Else"),
]
QUESTIONS = {
    "funnel": lambda j: j.funnel("Product Viewed", "Product Added", "Order Completed", within="2h", by="device"),
    "stages": lambda j: j.stages(patience="1d"),
    "transitions": lambda j: j.transitions(),
    "repeats": lambda j: j.transitions(collapse=False),
    "sankey": lambda j: j.sankey(top=3, versus="Product Viewed"),
    "step matrix": lambda j: j.step_matrix(anchor="Product Viewed", top=3),
    "top paths": lambda j: j.top_paths(top=3),
    "loops": lambda j: j.loops(),
    "sequences": lambda j: j.sequences("Product Viewed, then within 1d Product Added", "Product Viewed"),
    "sessions": lambda j: j.sessions(),
    "cycles": lambda j: j.cycles(),
    "kpis": lambda j: j.kpis(),
    "kpis by channel": lambda j: j.kpis(by="channel"),
    "kpis by day": lambda j: j.kpis(by="day"),
    "cohorts": lambda j: j.cohorts(),
}
happenings = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(NAMES),
        st.integers(0, 400).map(lambda minutes: minutes * 600.0),
        st.sampled_from(["web", "app", "store", "email"]),
    ),
    max_size=80,
    unique_by=lambda event: (event[0], event[2]),
)


def journeys(happened: list[Happened], threads: int | None = None) -> Journeys:
    kinds = ["mobile", "desktop", None]
    return Journeys(
        made(
            happened,
            8,
            strangers=[7],
            device=[kinds[(who + int(when)) % 3] for who, _, when, _ in happened],
            page=[f"/{name}" if name == "Page Viewed" else None for _, name, _, _ in happened],
            revenue_minor=[float(1000 + who) if "Order" in name else None for who, name, _, _ in happened],
            currency=["EUR" if who % 2 else "USD" for who, *_ in happened],
        ),
        threads=threads,
        zone="Europe/Madrid",
    )


@pytest.fixture(scope="module")
def some() -> Journeys:
    random = np.random.default_rng(7)
    happened = [
        (
            int(random.integers(8)),
            str(random.choice(NAMES)),
            float(600 * k),
            str(random.choice(["web", "app", "store"])),
        )
        for k in range(400)
    ]
    return journeys(happened)


@settings(max_examples=12)
@for_all(happenings, st.randoms(use_true_random=False), st.integers(2, 9))
def test_neither_order_nor_parts_nor_threads_change_an_answer(happened, random, threads: int) -> None:
    shuffled = list(happened)
    random.shuffle(shuffled)
    for answer in QUESTIONS.values():
        one, many = answer(journeys(happened, threads=1)), answer(journeys(shuffled, threads=threads))
        assert plain(one) == plain(many)


class Called:
    """Who there is, in order."""

    def map(self, part: JourneyColumns) -> list[int]:
        return part.customer.tolist()

    def merge(self, left: list[int], right: list[int]) -> list[int]:
        return left + right

    def finish(self, state: list[int]) -> list[int]:
        return state


@pytest.mark.parametrize("at_once", [1, 7, 50, 1 << 20])
def test_however_many_are_looked_at_at_once_states_are_merged_in_order(some: Journeys, at_once: int) -> None:
    columns = some.columns.pick(np.arange(some.columns.customers).repeat(5))
    assert ask(columns, Called(), threads=3, at_once=at_once) == columns.customer.tolist()


def plain(result: Result) -> str:
    """The answer as text, lists that are ranked by count in one order whatever came first."""
    return json.dumps(_sorted(msgspec.to_builtins(result)), sort_keys=True)


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return float(f"{value:.9g}") if isinstance(value, float) else value


@for_all(happenings)
def test_the_parts_of_a_stage_add_up(happened) -> None:
    flow = journeys(happened).stages(patience="1d")
    for stage in flow.stages:
        assert stage.entered == stage.went_on + stage.dropped + stage.still_open
        assert sum(count.n for count in stage.actions) == sum(count.n for count in stage.channels) == stage.events
        assert sum(count.n for count in stage.entries) == stage.entered
        assert sum(count.n for count in stage.exits) == stage.dropped
    assert sum(stage.customers for stage in flow.stages) <= flow.evidence.customers


@settings(max_examples=30)
@for_all(happenings, st.integers(2, 5))
def test_times_in_stages_that_are_only_counted_at_first_are_the_same(happened, threads: int) -> None:
    whole = journeys(happened, threads=threads)
    kept = whole.stages(patience="1d")
    with pytest.MonkeyPatch.context() as patch, sparing_memory():
        patch.setattr("periplo.analysis.spread.MOST_KEPT", -1)
        assert whole.stages(patience="1d") == kept


@for_all(happenings)
def test_what_comes_to_a_touchpoint_leaves_it(happened) -> None:
    moves = journeys(happened).transitions().moves
    for node in {move.origin for move in moves}:
        out = [move for move in moves if move.origin == node]
        into = [move for move in moves if move.target == node]
        assert sum(move.n for move in out) == sum(move.n for move in into)
        assert sum(move.share_out for move in out) == pytest.approx(1)
        assert sum(move.share_in for move in into) == pytest.approx(1)


@for_all(happenings)
def test_the_parts_of_a_funnel_add_up(happened) -> None:
    found = QUESTIONS["funnel"](journeys(happened))
    for steps in (found.steps, *(group.steps for group in found.groups)):
        for step, following in itertools.pairwise(steps):
            assert step.customers == following.customers + step.still_open + step.dropped
    for k, step in enumerate(found.steps):
        assert step.customers == sum(group.steps[k].customers for group in found.groups)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_result_is_data_words_and_a_drawing(some: Journeys, name: str) -> None:
    result = QUESTIONS[name](some)
    whole = result.to_dict()
    assert json.loads(json.dumps(whole))["definition"] == result.definition.tell("en")
    assert whole["evidence"]["customers"] == some.evidence.customers
    rows = result.rows()
    assert rows
    assert result.to_arrow().num_rows == result.to_pandas().shape[0] == result.to_polars().height == len(rows)
    for lang in ("es", "en"):
        shown = result.shown(lang)
        assert all(len(row) == len(shown.heads) for row in shown.rows)
        assert len(result.explain(lang)) > 80
    assert result.explain("es") != result.explain("en")
    html = result._repr_html_()
    assert "<script" not in html
    Balanced().feed(html)


class Balanced(HTMLParser):
    """Fails where a tag is closed that was not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"rect", "path", "line", "circle"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def references(result: Result) -> dict[str, int]:
    """References of a result's numbers of customers, and those numbers."""
    match type(result).__name__:
        case "FunnelResult":
            parts = {"": result.steps} | {f"/{group.value}": group.steps for group in result.groups}
            return {
                f"funnel/{k}/{what}{group}": getattr(step, what)
                for group, steps in parts.items()
                for k, step in enumerate(steps, 1)
                for what in ("customers", "still_open", "dropped")
            }
        case "StageFlow":
            return {
                f"stage/{stage.id}/{what}": getattr(stage, what)
                for stage in result.stages
                for what in ("customers", "entered", "went_on", "dropped", "still_open")
            } | {
                f"stage/{stage.id}/{what}/{count.channel}/{count.contact}": count.n
                for stage in result.stages
                for what, counts in (("entry", stage.entries), ("exit", stage.exits))
                for count in counts
            }
        case "Sessions":
            return {f"sessions/{row.channel or 'all'}": row.customers for row in result.channels}
        case "Cycles":
            return {"cycles/all": result.customers}
        case "Cohorts":
            return {f"cohort/{c.month}/{r.after}": r.customers for c in result.cohorts for r in c.returns}
    return {}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_number_of_customers_can_be_opened(some: Journeys, name: str) -> None:
    result = QUESTIONS[name](some)
    for ref, number in references(result).items():
        found = result.behind(ref)
        assert len(found) == number, ref
        assert found.tolist() == sorted({*found.tolist()})
        assert some.columns.person[found].all()
    with pytest.raises(UnknownName):
        result.behind("no/such/number")


def test_events_and_moves_can_be_opened_too(some: Journeys) -> None:
    columns = some.columns
    owner = np.repeat(np.arange(columns.customers), np.diff(columns.offsets))
    flow = some.stages()
    viewed = columns.event == columns.code("Product Viewed")
    expected = {*owner[viewed & columns.person[owner]].tolist()}
    assert {*flow.behind("stage/consideration/action/Product Viewed").tolist()} == expected
    web = columns.channel == columns.channel_names.index("web")
    on_web = {*owner[viewed & web & columns.person[owner]].tolist()}
    assert {*flow.behind("stage/consideration/touchpoint/web/product page").tolist()} == on_web
    assert on_web <= {*flow.behind("stage/consideration/channel/web").tolist()}
    pages = flow.behind("stage/awareness/content/page//Page Viewed")
    assert pages.tolist() == flow.behind("stage/awareness/action/Page Viewed").tolist()
    moves = some.transitions()
    first = next(move for move in moves.moves if move.origin is None)
    assert len(moves.behind(first.ref)) == first.n
    with pytest.raises(UnknownName):
        moves.behind("transition/start/web:no such contact")


def test_key_figures_can_be_opened(some: Journeys) -> None:
    figures = some.kpis(by="channel")
    assert len(figures.behind("kpi/customers")) == figures.get("customers").value
    buyers = figures.behind("kpi/customer_conversion_rate")
    assert len(buyers) / figures.get("customers").value == figures.get("customer_conversion_rate").value
    assert {*figures.behind("kpi/orders/web").tolist()} <= {*figures.behind("kpi/orders").tolist()}
    with pytest.raises(UnknownName):
        figures.behind("kpi/orders/no such channel")


def test_nothing_at_all_has_answers_too() -> None:
    empty = Journeys(made([], 0))
    assert empty.columns.customers == 0
    for answer in (*(QUESTIONS[name] for name in QUESTIONS if name not in {"funnel", "kpis by channel"}),):
        result = answer(empty)
        result.shown("es")
        result._repr_html_()
    assert empty.funnel("Product Viewed").steps[0].customers == 0


def test_a_part_of_whole_customers_is_again_journeys(some: Journeys) -> None:
    columns = some.columns
    parts = list(columns.parts(3))
    assert sum(part.customers for part in parts) == columns.customers
    assert [*np.concatenate([part.time_us for part in parts])] == [*columns.time_us]
    assert all(isinstance(part, JourneyColumns) and part.offsets[0] == 0 for part in parts)
