"""Measures everything and says so: a table, ``bench/results.json`` and docs/reference/benchmarks.md.

Arguments name the topics, modules of ``bench`` with ``figures()``; without any all are measured. A goal that was
missed is printed, not an error; an answer that differs from the peer's is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from bench import report
from bench.measuring import Figure

HERE = Path(__file__).parent


def topics() -> list[str]:
    """The modules that measure something."""
    return sorted(file.stem for file in HERE.glob("*.py") if "\ndef figures(" in file.read_text("utf-8"))


def measured(topic: str) -> Iterator[Figure]:
    for figure in import_module(f"bench.{topic}").figures():
        report.say(figure)
        yield msgspec.structs.replace(figure, topic=topic)


def main(given: Sequence[str]) -> int:
    known = topics()
    wanted = list(given) or known
    if unknown := [topic for topic in wanted if topic not in known]:
        print(f"No such topic: {', '.join(unknown)}. There are: {', '.join(known)}")
        return 2
    fresh = [figure for topic in wanted for figure in measured(topic)]
    figures = [*(old for old in report.before() if old.topic not in wanted and old.topic in known), *fresh]
    figures.sort(key=lambda figure: known.index(figure.topic))
    report.write(figures)
    report.show(figures)
    return 0 if all(figure.equal for figure in fresh) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
