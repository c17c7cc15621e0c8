"""What several test folders share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("PERIPLO_DATA", ROOT.parent / "shared" / "data"))


def data_file(name: str) -> Path:
    """A real data set, or a skip that says why. ``PERIPLO_NEED_DATA=1`` turns the skip into a failure."""
    path = DATA / name
    if not path.exists():
        message = f"needs {name} in {DATA} (set PERIPLO_DATA to its folder)"
        if os.environ.get("PERIPLO_NEED_DATA"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def oracle(name: str) -> Path:
    """A published data set that ``make test`` unpacks into ``.cache/oracles``, such as ``mta/data/data.csv.gz``."""
    path = ROOT / ".cache" / "oracles" / name
    assert path.exists(), f"{name} is not there: run make .venv/dev.stamp"
    return path
