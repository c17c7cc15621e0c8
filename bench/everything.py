"""Asks every question there is of a small crowd, plainly and with the options that other kernels answer, and lets a
shop grow: run as a process of its own, it shows what starting costs.

Prints JSON: ``seconds`` for all, the ``kernels`` with how often each is compiled (kernels that only others call are
known where these were compiled), those that were ``missed``, and the questions that were ``asked``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec
from numba.core.dispatcher import Dispatcher

import periplo
from bench.crowd import NAMES, Crowd
from periplo.analysis import Journeys
from periplo.analysis.asking import Option, options_of, put, questions
from periplo.events.model import Event
from periplo.identity import identity
from periplo.workspace import Shop

SMALL = Crowd(events=20_000, kinds=30)
MORE: dict[str, list[dict[str, Any]]] = {
    "attribution": [{"model": "markov", "markov_order": order} for order in (1, 2, 3)]
    + [{"model": "shapley", "by": "device"}, {"of": "campaign", "once": True}],
    "channels": [{"table": "cross", "by": "device"}, {"table": "combinations"}],
    "clv": [{"model": "pareto/nbd"}],
    "cohorts": [{"unit": "week", "by": "device"}],
    "funnel": [
        {"order": "strict", "unit": "session"},
        {"order": "any", "exclude": [NAMES[5]], "histogram": True},
        {"start": "first", "within_step": "1h", "trend": "week"},
        {"grace": "2s"},
        {"start": "every", "unit": "attempt", "hold": ["device"], "next": "events", "money": "attempt"},
        {"optional": ["2"], "by": "country", "by_touch": "last"},
        {"step": [{"event": NAMES[1], "where": {"device": "phone"}}, NAMES[2], NAMES[4]], "optional": ["2"]},
    ],
    "kpis": [{"by": "device"}, {"over": "week", "by": "channel"}],
    "lifecycle": [{"by": "device"}],
    "loops": [{"of": "event", "versus": NAMES[4]}],
    "retention": [{"mode": "bracket", "bracket": [1, 3]}, {"rolling": True, "cohort": "any", "by": "device"}],
    "sankey": [{"start": NAMES[0], "end": NAMES[4]}, {"anchor": NAMES[2], "within": "1d", "versus": NAMES[4]}],
    "sequences": [{"pattern": [f"{NAMES[1]}, then within 1d {NAMES[4]}, without {NAMES[2]} between"]}],
    "step_matrix": [{"anchor": NAMES[4], "of": "event"}],
    "top_paths": [{"per": "journey"}, {"per": "cycle", "versus": NAMES[4]}],
    "transitions": [
        {"of": "event", "collapse": False, "gap": "30min", "times": False},
        {"of": "event"},
        {"versus": NAMES[4]},
    ],
}
"""What each question is asked beside the plain one: option to value."""
SEGMENTS = (
    {"did": NAMES[1], "at_least": 2, "within": "30d"},
    {"sequence": [NAMES[1], NAMES[4]], "within": "30d"},
    {"all": [{"first_touch": {"event": NAMES[0]}}, {"not": {"did": NAMES[6]}}]},
)


def main() -> None:
    begun = perf_counter()
    journeys = SMALL.journeys()
    narrowed = journeys.channel("web").where({"event": NAMES[1]}).between("2025-02-01", "2025-03-31")
    asked = [name for face in (journeys, narrowed) for name in ask_all(face)]
    for segment in SEGMENTS:
        journeys.where(segment).sessions()
    grow()
    seconds = perf_counter() - begun
    compiled, missed = kernels()
    report = {"seconds": seconds, "kernels": compiled, "missed": missed, "asked": sorted({*asked})}
    print(msgspec.json.encode(report).decode())


def ask_all(face: Journeys) -> Iterator[str]:
    """Asks each question with what it must be given, and as ``MORE`` says; the stages too."""
    face.stages()
    for name in questions(type(face)):
        options = options_of(getattr(type(face), name))
        plain = {each.name: example(each) for each in options if each.required or each.spread}
        for more in ({}, *MORE.get(name, ())):
            put(face, name, plain | more)
        yield name


def example(option: Option) -> Any:
    """Something to give where something must be given."""
    if option.choices:
        return option.choices[0]
    return list(NAMES[1:5]) if option.many else NAMES[4]


def grow() -> None:
    """A shop into which events come twice: identities are joined, then parted on devices that turn out to be shared;
    journeys are built and then extended. Another looks whether all is well, as after a large import."""
    with TemporaryDirectory() as folder, Shop.create(folder) as shop:
        for first in (0, 40):
            shop.record([_event(number) for number in range(first, first + 40)])
            shop.archive()
            shop.journeys().kpis()
        identity.FAR, identity.NEAR_PARTS = 0, -1
        with Shop.open(folder) as other:
            other.doctor()


def _event(number: int) -> Event:
    names = (*NAMES, "Ticket Opened", "Ticket Replied")
    return Event(
        source="crowd",
        event_id=f"e{number}",
        event=names[number % len(names)],
        channel="web",
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        anonymous_id=f"a{number % 6}",
        user_id=f"u{number % 4 + number // 40}" if number % 3 else None,
    )


def kernels() -> tuple[dict[str, int], list[str]]:
    """For how many kinds of arguments each kernel is compiled; and those that nobody called, nor a kernel that was."""
    found = {
        f"{name}.{kernel.__name__}": kernel
        for name in sorted(_rooms())
        for kernel in vars(import_module(name)).values()
        if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ == name
    }
    called = {name: len(kernel.signatures) for name, kernel in found.items() if kernel.signatures}
    inside = {inner for kernel in found.values() for inner in kernel.py_func.__code__.co_names}
    missed = [name for name in found if name not in called and name.rpartition(".")[2] not in inside]
    return called, missed


def _rooms() -> Iterator[str]:
    return (room.name for room in walk_packages(periplo.__path__, "periplo.") if "kernels" in room.name.split("."))


if __name__ == "__main__":
    main()
