"""Figures as a table, as ``results.json``, and as a page of the reference."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.measuring import Figure, bandwidth

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "reference" / "benchmarks.md"
HEADS = ("what", "ours", "peer", "its time", "ratio", "goal", "same answer", "met", "limit of memory")


def say(figure: Figure) -> None:
    """One line as soon as a figure is known, as the whole takes long."""
    print(" | ".join(cells(figure)), flush=True)


def show(figures: Sequence[Figure]) -> None:
    table = Table(*HEADS, title=machine(), box=None, title_justify="left")
    for row in map(cells, figures):
        table.add_row(*row)
    Console(width=200).print(table)


def before() -> list[Figure]:
    """The figures of the last time."""
    return msgspec.json.decode(RESULTS.read_bytes(), type=list[Figure]) if RESULTS.exists() else []


def write(figures: Sequence[Figure]) -> None:
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    lines = [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS), *(f"| {' | '.join(cells(f))} |" for f in figures)]
    text = PAGE.read_text("utf-8")
    measured = "\n".join(["<!-- measured -->", machine() + ".", "", *lines, "<!-- end -->"])
    PAGE.write_text(re.sub(r"<!-- measured -->.*<!-- end -->", lambda _: measured, text, flags=re.S), "utf-8")


def cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        figure.amount or _time(figure.ours_s),
        figure.peer or "",
        _time(figure.peer_s),
        f"{figure.ratio:.1f}x" if figure.ratio else "",
        figure.goal,
        "yes" if figure.equal else "NO",
        "yes" if figure.met else "NO",
        _distance(figure),
    )


def machine() -> str:
    """The machine in plain words: processor, cores, memory and how fast it is read, system, Python."""
    processor = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}"
    return (
        f"{processor}, {os.cpu_count()} cores, {memory:.0f} GB read at {bandwidth() / 1e9:.0f} GB/s, "
        f"{system}, Python {platform.python_version()}"
    )


def _distance(figure: Figure) -> str:
    """The time that memory alone needs, and how many times of it ours is."""
    if not figure.limit_s or not figure.ours_s:
        return ""
    return f"{_time(figure.limit_s)} ({figure.ours_s / figure.limit_s:.1f}x)"


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines() if Path(path).exists() else []


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.1f} s"
