"""Whatever an option is given, whoever asks: what it takes, or words that say what it takes."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from given import given
from periplo.analysis import Journeys, Option, options_of, questions
from periplo.analysis.taking import NAMED, TAKES
from periplo.errors import PeriploError, UnknownName, UsageError
from periplo.language.catalogue import spanish

STEPS = {"funnel": ("Product Viewed", "Order Completed"), "sequences": ("Product Viewed, then Order Completed",)}
WRONG: dict[type, list[Any]] = {
    str: [3, 3.5, True, b"x", ["x"], {"a": 1}, object()],
    int: ["x", "3", 3.5, True, 10**30, [], {"a": 1}, object()],
    float: ["x", nan, inf, 10**400, True, [1.0], object()],
    bool: ["x", 3, nan, [], {"a": 1}, object()],
}
NUMBERS_BY_NAME = ["x", 3, ["x"], {"a": "x"}, {"a": nan}, {3: 3}, {"a": True}]


@pytest.fixture(scope="module")
def some() -> Journeys:
    names = {"V": "Product Viewed", "O": "Order Completed"}
    return Journeys(given("V0 V1@app O2", "V0 O5", names=names, device=["tablet"] * 5), currency="EUR")


def wrong_for(option: Option) -> list[Any]:
    if option.named:
        return NUMBERS_BY_NAME
    if option.choices:
        return ["x", 3, [], *([] if option.empty else [None])]
    if not option.plain:
        return [3, object()]
    each = WRONG[option.kind]
    return [[one] for one in each] if option.many else [*each, *([] if option.empty else [None])]


@pytest.mark.parametrize("name", questions(Journeys))
def test_what_is_of_the_wrong_kind_is_said(some: Journeys, name: str) -> None:
    for option in options_of(getattr(Journeys, name)):
        for wrong in wrong_for(option):
            steps, more = ((wrong,), {}) if option.spread else (STEPS.get(name, ()), {option.parameter: wrong})
            with pytest.raises(PeriploError):
                print(name, option.parameter, wrong, getattr(some, name)(*steps, **more))


@pytest.mark.parametrize(("name", "option"), [("sessions", "steps"), ("funnel", "steps"), ("kpis", "figure")])
def test_an_option_there_is_not_is_said(some: Journeys, name: str, option: str) -> None:
    with pytest.raises(UnknownName, match=option):
        getattr(some, name)(**{option: "x"})


def test_it_says_what_was_given(some: Journeys) -> None:
    with pytest.raises(UsageError, match="within takes a text, not 3"):
        some.funnel("Product Viewed", within=3)  # type: ignore[arg-type]


def test_numbers_of_numpy_and_one_of_several_are_taken(some: Journeys) -> None:
    assert some.top_paths(top=np.int64(2), collapse=np.bool_(True)).to_dict() == some.top_paths(top=2).to_dict()  # type: ignore[arg-type]
    held = some.funnel(*STEPS["funnel"], hold="device", optional=())
    assert held.to_dict() == some.funnel(*STEPS["funnel"], hold=["device"]).to_dict()
    assert some.funnel("Product Viewed", "Product Viewed", "Order Completed", optional=[2]).steps[2].customers == 2


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_period_may_be_all_of_time(zone: str) -> None:
    whole = Journeys(given("A0 B9"), zone=zone)
    assert whole.between("0001-01-01", "9999-12-31").columns.events == 2


@pytest.mark.parametrize("day", ["0000-01-01", "10000-01-01", 5, 5.5, []])
def test_a_day_that_is_none_is_said(some: Journeys, day: Any) -> None:
    with pytest.raises(UsageError, match="not a date"):
        some.between(day, day)


@pytest.mark.parametrize("channel", [None, 5, ["web"]])
def test_a_channel_that_is_none_is_said(some: Journeys, channel: Any) -> None:
    with pytest.raises(UnknownName):
        some.channel(channel).sessions()


def test_all_the_words_are_known_in_spanish() -> None:
    assert {*TAKES.values(), NAMED} <= spanish().keys()
