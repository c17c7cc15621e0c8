"""A shop with a source for each mode of the tracking plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from periplo.workspace import Shop

SETTINGS = """
name = "x"
[plan]
mode = "warn"
[plan.sources]
strict = "quarantine"
free = "off"
"""


@contextmanager
def planned(folder: Path) -> Iterator[Shop]:
    (folder / "periplo.toml").write_text(SETTINGS, "utf-8")
    with Shop.open(folder) as opened:
        for name in ("web", "strict", "free"):
            opened.sources.add(name)
        yield opened
