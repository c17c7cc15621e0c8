"""Imports go down only: the floors of the house, from docs/explain/design.md."""

import ast
from pathlib import Path

import pytest

from support import ROOT

FLOORS = [
    {"errors"},
    {"language", "drawing", "operation"},
    {"vocabulary"},
    {"events", "predicates"},
    {"privacy"},
    {"log", "lake", "identity", "profiles", "intake", "access"},
    {"collect"},
    {"connectors"},
    {"journeys"},
    {"analysis"},
    {"maps", "simulator", "site"},
    {"workspace"},
    {"server"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
SOURCE = ROOT / "src" / "periplo"
FILES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def rooms_imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the floor"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("periplo.")}


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in FILES} - {"__init__", "__main__"}
    assert rooms == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_down_only(path: Path) -> None:
    here = LEVEL.get(room_of(path), len(FLOORS))
    for room in rooms_imported(path) - {room_of(path)}:
        assert LEVEL[room] < here or LEVEL[room] == here, f"{path.name} imports {room}, which lies above"
        assert LEVEL[room] != here or {room_of(path), room} <= {"log", "lake", "identity", "profiles", "access"}, (
            f"{path.name} imports its neighbour {room}"
        )


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 500


def test_most_files_are_short() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in FILES)
    assert lengths[int(len(lengths) * 0.8)] <= 150
