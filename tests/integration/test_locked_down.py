"""The services of docs/howto/operate.md may write little, and that is enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

import small_shop
from support import ROOT

Unit = dict[str, list[str]]
NOWHERE = {"NUMBA_CACHE_LOCATOR_CLASSES": "UserWideCacheLocator", "XDG_CACHE_HOME": "/dev/null/none"}
"""As where neither the program's folder nor a home can be written."""


def services() -> list[Unit]:
    """Of each unit that starts something, the values by their name."""
    text = (ROOT / "docs/howto/operate.md").read_text("utf-8")
    found = [dict[str, list[str]]() for _ in re.findall(r"```ini\n.*?```", text, re.S)]
    for unit, block in zip(found, re.findall(r"```ini\n(.*?)```", text, re.S), strict=True):
        for name, value in re.findall(r"^(\w+)=(.*)$", block, re.M):
            unit.setdefault(name, []).append(value)
    return [unit for unit in found if "ExecStart" in unit]


def writable(unit: Unit) -> Iterator[PurePosixPath]:
    for name, root in (("StateDirectory", "/var/lib"), ("CacheDirectory", "/var/cache")):
        yield from (PurePosixPath(root, one) for one in unit.get(name, []))
    yield from map(PurePosixPath, unit.get("ReadWritePaths", []))


@pytest.mark.parametrize("unit", services(), ids=lambda unit: unit["ExecStart"][0].split()[1])
def test_a_service_may_write_where_it_must_and_nowhere_else(unit: Unit) -> None:
    folders = [*writable(unit)]
    asked = [PurePosixPath(one) for one in unit["ExecStart"][0].split()[1:] if one.startswith("/")]
    kept = [one.partition("NUMBA_CACHE_DIR=")[2].split()[0] for one in unit["Environment"] if "NUMBA_" in one]
    assert len(kept) == 1, "compiled code must be kept"
    for path in [*asked, PurePosixPath(kept[0])]:
        assert any(path.is_relative_to(folder) for folder in folders), path
    assert (unit["ProtectSystem"], unit["NoNewPrivileges"], unit["User"]) == (["strict"], ["yes"], ["periplo"])


@pytest.mark.parametrize("unit", services(), ids=lambda unit: unit["ExecStart"][0].split()[1])
def test_what_compiles_may_run_what_it_writes(unit: Unit) -> None:
    assert "MemoryDenyWriteExecute" not in unit
    families = " ".join(unit.get("RestrictAddressFamilies", ["AF_INET AF_INET6 AF_UNIX"])).split()
    assert {*families} >= {"AF_INET", "AF_INET6", "AF_UNIX"}  # sockets inside a process, and PostgreSQL's
    assert unit.get("SystemCallFilter", ["@system-service"]) == ["@system-service"]


def test_systemd_knows_every_line(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    text = re.findall(r"```ini\n(\[Unit\].*?)```", (ROOT / "docs/howto/operate.md").read_text("utf-8"), re.S)[0]
    unit = tmp_path / "periplo.service"
    unit.write_text(text.replace("/opt/periplo/bin/periplo", sys.executable).replace("User=periplo\n", ""))
    told = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert str(unit) not in told.stderr


def test_where_compiled_code_cannot_be_kept_it_is_said_and_all_works(tmp_path: Path) -> None:
    doctor = [sys.executable, "-m", "periplo", "doctor", str(small_shop.copied(tmp_path))]
    env = os.environ | NOWHERE | {"PERIPLO_LANG": "en"}
    told = subprocess.run(doctor, capture_output=True, text=True, check=False, env=env)
    assert "NUMBA_CACHE_DIR" in told.stdout, told.stderr
    assert told.returncode == 0
