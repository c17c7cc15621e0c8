"""Killed at random moments under load, a collector loses nothing that it acknowledged, and keeps nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import serving_killed
from periplo.workspace import Shop
from postgres import database
from support import ROOT


def kills(usual: int) -> int:
    """How often each is killed; ``PERIPLO_KILLS=200`` kills all of them so often."""
    return int(os.environ.get("PERIPLO_KILLS", usual))


def killed(folder: Path, points: int) -> dict[str, Any]:
    with (folder / "shop" / "periplo.toml").open("a") as settings:
        settings.write("[keep]\nlog_days = 0\n")  # what is archived leaves the log while it is killed
    with Shop.open(folder / "shop") as shop:
        shop.sources.add("web")
    (folder / "notes.txt").touch()
    script = [sys.executable, str(ROOT / "tests" / "collecting_killed.py"), str(folder), str(points)]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60 + 3 * points)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def assert_whole(found: dict[str, Any], points: int) -> None:
    assert found["kept"] > 10 * points
    assert found["waiting"] < found["archived"], "nothing was archived under load"
    assert (found["missing"], found["twice"], found["invented"]) == ([], [], [])
    assert found["journeys"] == found["archived"]
    assert (found["behind"], found["left"], found["healthy"]) == (0, 0, True)


def told_of(folder: Path) -> dict[str, Any]:
    """What became of everything that ``notes.txt`` tells of, as a process finds it that opens the shop anew."""
    script = "import json, sys; from pathlib import Path; from collecting_killed import told; "
    script += "print(json.dumps(told(Path(sys.argv[1]))()))"
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT / "tests")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def in_postgres(folder: Path) -> None:
    """A shop in an empty database."""
    (folder / "shop").mkdir()
    (folder / "shop" / "periplo.toml").write_text(f'name = "Gifts"\ndatabase = "{database()}"\n')


def test_nothing_acknowledged_is_lost_and_nothing_is_kept_twice(tmp_path: Path) -> None:
    Shop.create(tmp_path / "shop").close()
    assert_whole(killed(tmp_path, kills(20)), kills(20))


def test_nor_in_postgresql(tmp_path: Path) -> None:
    in_postgres(tmp_path)
    assert_whole(killed(tmp_path, kills(10)), kills(10))


def test_nor_by_a_server_that_is_killed(tmp_path: Path) -> None:
    Shop.create(tmp_path / "shop").close()
    serving_killed.killed(tmp_path, kills(4))
    assert_whole(told_of(tmp_path), kills(4))


def test_nor_by_one_on_postgresql(tmp_path: Path) -> None:
    in_postgres(tmp_path)
    serving_killed.killed(tmp_path, kills(1))
    assert_whole(told_of(tmp_path), kills(1))
