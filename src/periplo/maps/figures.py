"""Lanes that are single numbers: time in the stage, drop-off, key figures, expected mood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from periplo.analysis.stages_result import StageNumbers
from periplo.maps.money import Money
from periplo.maps.reading import Item
from periplo.maps.words import Words, translated


def time_spent(stage: StageNumbers) -> tuple[Item, ...]:
    """Median and ninth decile from entering to going on."""
    ref = f"stage/{stage.id}/went_on"
    if stage.median_s is None or stage.p90_s is None:
        return ()
    median = Item(
        what="median", label=translated("Median time"), value=stage.median_s, unit="seconds", n=stage.went_on, ref=ref
    )
    slow = Item(
        what="p90", label=translated("90 % within"), value=stage.p90_s, unit="seconds", n=stage.went_on, ref=ref
    )
    return median, slow


def drop_off(stage: StageNumbers) -> tuple[Item, ...]:
    """The share of those who entered that dropped."""
    if not stage.entered:
        return ()
    share = stage.dropped / stage.entered
    ref = f"stage/{stage.id}/dropped"
    return (Item(what="dropped", label=translated("Dropped"), value=share, unit="share", n=stage.entered, ref=ref),)


def measures(stage: StageNumbers, orders: Sequence[Money], returns: Sequence[Money]) -> tuple[Item, ...]:
    """Conversion, changes of channel, and per currency the orders, revenue, order value and money given back."""
    if not stage.entered:
        return ()
    place = f"stage/{stage.id}"
    conversion = Item(
        what="conversion",
        label=translated("Conversion to a later stage"),
        value=stage.went_on / stage.entered,
        unit="share",
        n=stage.entered,
        ref=f"{place}/went_on",
    )
    if not stage.switches:
        return (conversion, *_earned(place, orders), *_given_back(place, returns))
    switches = Item(
        what="switches",
        label=translated("Channel changes per customer"),
        value=stage.switches / stage.entered,
        unit="ratio",
        n=stage.entered,
        ref=f"{place}/entered",
    )
    return (conversion, switches, *_earned(place, orders), *_given_back(place, returns))


def mood(value: float) -> tuple[Item, ...]:
    """What a workshop expects; ``n`` 0 says that nobody measured it."""
    return (Item(what="mood", label=translated("Expected mood"), value=value, unit="mood", n=0),)


def _earned(place: str, orders: Sequence[Money]) -> Iterator[Item]:
    ref = f"{place}/money/in"
    total = sum(money.events for money in orders)
    if total:
        yield Item(what="orders", label=translated("Orders"), value=total, unit="orders", n=total, ref=ref)
    for money in orders:
        if money.minor:
            yield _amount("revenue", translated("Revenue"), money.minor, money, ref)
            yield _amount("aov", translated("Average order value"), money.minor / money.events, money, ref)


def _given_back(place: str, returns: Sequence[Money]) -> Iterator[Item]:
    for money in returns:
        if money.minor:
            yield _amount("given_back", translated("Given back"), money.minor, money, f"{place}/money/out")


def _amount(what: str, label: Words, minor: float, money: Money, ref: str) -> Item:
    opened = f"{ref}/{money.currency}" if money.currency else ref
    return Item(what=what, label=label, value=minor, unit="money", n=money.events, currency=money.currency, ref=opened)
