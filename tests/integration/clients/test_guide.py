"""The guide shows the very lines that the SDKs are played with."""

from __future__ import annotations

from pathlib import Path
from re import sub

import pytest

from sdks import PROGRAMS, PUBLIC
from support import ROOT

GUIDE = (ROOT / "docs/howto/collect.md").read_text("utf-8").splitlines()
PLAYED = [*PROGRAMS.glob("*_python.py"), *PROGRAMS.glob("*_node.cjs"), *(ROOT / "tests/browser/clients").glob("*.html")]


@pytest.mark.parametrize("path", sorted(PLAYED), ids=lambda path: path.name)
def test_the_guide_shows_the_lines_to_change(path: Path) -> None:
    lines = [_for_people(line) for line in path.read_text("utf-8").splitlines() if "asked" not in line]
    to_change = [line for line in lines if PUBLIC in line or "WRITE_KEY" in line]
    assert to_change
    assert set(to_change) <= set(GUIDE)


def _for_people(line: str) -> str:
    """A program's line with the names that the guide has."""
    return sub(r"\bHOST\b", f'"{PUBLIC}"', sub(r"\bKEY\b", '"WRITE_KEY"', line.replace("`${KEY}:x`", '"WRITE_KEY:x"')))
