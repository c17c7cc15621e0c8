"""Measures everything and says so: a table, ``bench/results.json`` and docs/reference/benchmarks.md.

Arguments name the topics, modules of ``bench`` with ``figures()``; without any all are measured. Each topic runs in a
process of its own: one that is killed, for memory say, costs its own figures only. A goal that was missed is printed,
not an error; an answer that differs from the peer's is one.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import report
from bench.measuring import Figure

HERE = Path(__file__).parent
_INTO = "--into="


def topics() -> list[str]:
    """The modules that measure something."""
    return sorted(file.stem for file in HERE.glob("*.py") if "\ndef figures(" in file.read_text("utf-8"))


def measure(topic: str, into: Path) -> None:
    """Measures one topic in this process; each figure is a line of the file as soon as it is known."""
    with into.open("wb") as lines:
        for figure in import_module(f"bench.{topic}").figures():
            report.say(figure)
            lines.write(msgspec.json.encode(msgspec.structs.replace(figure, topic=topic)) + b"\n")
            lines.flush()


def measured(topic: str) -> tuple[list[Figure], bool]:
    """The figures of a topic, and whether its process came to its end."""
    with TemporaryDirectory() as folder:
        into = Path(folder, topic)
        done = subprocess.run([sys.executable, "-m", "bench.run", topic, f"{_INTO}{into}"])
        lines = into.read_bytes().splitlines() if into.exists() else []
    if done.returncode:
        print(f"{topic}: ended by {done.returncode} after {len(lines)} figures", flush=True)
    return [msgspec.json.decode(line, type=Figure) for line in lines], done.returncode == 0


def keep(topic: str, fresh: list[Figure], known: Sequence[str]) -> None:
    """Puts these figures in the place of the topic's former ones."""
    kept = [old for old in report.before() if old.topic != topic and old.topic in known]
    report.write(sorted([*kept, *fresh], key=lambda figure: known.index(figure.topic)))


def main(given: Sequence[str]) -> int:
    known = topics()
    wanted = list(given) or known
    if unknown := [topic for topic in wanted if topic not in known]:
        print(f"No such topic: {', '.join(unknown)}. There are: {', '.join(known)}")
        return 2
    well = True
    for topic in wanted:
        fresh, ended = measured(topic)
        if ended:
            keep(topic, fresh, known)
        well = well and ended and all(figure.equal for figure in fresh)
    report.show(report.before())
    return 0 if well else 1


if __name__ == "__main__":
    if sys.argv[2:] and sys.argv[2].startswith(_INTO):
        measure(sys.argv[1], Path(sys.argv[2].removeprefix(_INTO)))
    else:
        sys.exit(main(sys.argv[1:]))
