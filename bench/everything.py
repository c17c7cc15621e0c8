"""Asks every question there is once, of a small crowd: run as a process of its own, it shows what starting costs.

Prints JSON: ``seconds`` for all, the ``kernels`` with how often each is compiled, the questions that were ``asked``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import msgspec
from numba.core.dispatcher import Dispatcher

from bench.crowd import NAMES, Crowd
from periplo.analysis import Journeys
from periplo.analysis.asking import Option, options_of, put, questions

SMALL = Crowd(events=20_000, kinds=30)


def main() -> None:
    begun = perf_counter()
    journeys = SMALL.journeys()
    narrowed = journeys.channel("web").where({"event": NAMES[1]}).between("2025-02-01", "2025-03-31")
    asked = [name for face in (journeys, narrowed) for name in ask_all(face)]
    report = {"seconds": perf_counter() - begun, "kernels": dict(kernels()), "asked": sorted({*asked})}
    print(msgspec.json.encode(report).decode())


def ask_all(face: Journeys) -> Iterator[str]:
    """Asks each question with what it must be given."""
    for name in questions(type(face)):
        options = options_of(getattr(type(face), name))
        put(face, name, {each.name: example(each) for each in options if each.required or each.spread})
        yield name


def example(option: Option) -> Any:
    """Something to give where something must be given."""
    if option.choices:
        return option.choices[0]
    return list(NAMES[1:5]) if option.many else NAMES[4]


def kernels() -> Iterator[tuple[str, int]]:
    """The kernels of the journeys that were called, and for how many kinds of arguments each is compiled."""
    for module in [*sys.modules.values()]:
        for name, found in vars(module).items():
            if isinstance(found, Dispatcher) and found.py_func.__module__ == module.__name__ and found.signatures:
                yield f"{module.__name__}.{name}", len(found.signatures)


if __name__ == "__main__":
    main()
