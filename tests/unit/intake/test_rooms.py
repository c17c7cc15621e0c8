"""Inside intake, too, imports only go down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support import ROOT

ROOM = ROOT / "src" / "periplo" / "intake"
FLOORS = ({"model", "notes", "reasons"}, {"cells"}, {"files"}, {"mappings"}, {"choosing"}, {"making"}, {"intake"})
_IMPORT = re.compile(r"^\s*from periplo\.intake\.(\w+)|^\s*from periplo\.intake import ([\w, ]+)", re.M)


def floor(name: str) -> int:
    return next(number for number, names in enumerate(FLOORS) if name in names)


@pytest.mark.parametrize("room", sorted(path.name for path in ROOM.iterdir() if (path / "__init__.py").exists()))
def test_a_room_uses_those_below(room: str) -> None:
    for file in sorted((ROOM / room).glob("*.py")):
        for one, several in _IMPORT.findall(file.read_text("utf-8")):
            for name in (one, *several.replace(" ", "").split(",")):
                assert not name or floor(name) <= floor(room), f"{Path(room) / file.name} imports {name}"
