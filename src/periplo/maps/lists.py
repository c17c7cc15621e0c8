"""Lanes that are lists: what happened most in a stage, the rest in one last entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from periplo.analysis import Count, TouchCount
from periplo.analysis.stages_result import StageNumbers
from periplo.language import Lang
from periplo.maps.reading import Item, Unit
from periplo.maps.words import Words, per_language, translated
from periplo.vocabulary import Taxonomy

Entry = tuple[Words, int, str]
"""Name, count, and the end of the ref that opens it."""


def touchpoints(stage: StageNumbers, top: int, taxonomy: Taxonomy) -> tuple[Item, ...]:
    return _ranked("touchpoint", _touches(stage.touchpoints, taxonomy), top, stage.id, "events")


def entries(stage: StageNumbers, top: int, taxonomy: Taxonomy) -> tuple[Item, ...]:
    return _ranked("entry", _touches(stage.entries, taxonomy), top, stage.id, "customers")


def exits(stage: StageNumbers, top: int, taxonomy: Taxonomy) -> tuple[Item, ...]:
    return _ranked("exit", _touches(stage.exits, taxonomy), top, stage.id, "customers")


def actions(stage: StageNumbers, top: int, taxonomy: Taxonomy) -> tuple[Item, ...]:
    return _ranked("action", _named(stage.actions, taxonomy.event_label), top, stage.id, "events")


def channels(stage: StageNumbers, top: int, taxonomy: Taxonomy) -> tuple[Item, ...]:
    return _ranked("channel", _named(stage.channels, taxonomy.channel_label), top, stage.id, "events")


def content(stage: StageNumbers, top: int, taxonomy: Taxonomy) -> tuple[Item, ...]:
    """Categories, pages and searches together; one event may have several, so their shares do not add up."""
    found = [
        (_content_name(kind, count.name), count.n, f"content/{kind}/{count.name}")
        for kind in ("category", "page", "query")
        for count in stage.content.get(kind, ())
        if count.name
    ]
    found.sort(key=lambda entry: -entry[1])
    return _items(found[:top], stage.events, stage.id, "events")


def _content_name(kind: str, name: str) -> Words:
    return Words(en=f"“{name}”", es=f"«{name}»") if kind == "query" else Words(en=name, es=name)


def _named(counts: Sequence[Count], tell: Callable[[str, Lang], str]) -> list[Entry]:
    return [(per_language(partial(tell, one.name)), one.n, one.name) for one in counts if one.name is not None]


def _touches(counts: Sequence[TouchCount], taxonomy: Taxonomy) -> list[Entry]:
    return [
        (
            per_language(partial(taxonomy.touchpoint_label, one.channel, one.contact)),
            one.n,
            f"{one.channel}/{one.contact}",
        )
        for one in counts
    ]


def _ranked(what: str, found: Sequence[Entry], top: int, stage: str, unit: Unit) -> tuple[Item, ...]:
    """The ``top`` largest and, as a row of its own, all others together (a single other one is shown instead)."""
    total = sum(n for _, n, _ in found)
    shown = found[: top if len(found) > top + 1 else top + 1]
    items = _items([(name, n, f"{what}/{end}") for name, n, end in shown], total, stage, unit)
    rest = total - sum(n for _, n, _ in shown)
    if not rest:
        return items
    others = translated("{n} {n:other|others}", n=len(found) - len(shown))
    ref = f"stage/{stage}/other/{what}/{len(shown)}"
    return (*items, Item(what="other", label=others, value=rest, unit=unit, n=total, share=rest / total, ref=ref))


def _items(found: Sequence[Entry], total: int, stage: str, unit: Unit) -> tuple[Item, ...]:
    return tuple(
        Item(what=str(rank), label=name, value=n, unit=unit, n=total, share=n / total, ref=f"stage/{stage}/{end}")
        for rank, (name, n, end) in enumerate(found, 1)
    )
