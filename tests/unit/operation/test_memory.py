"""What a step took goes back to the system."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from periplo.operation.memory import give_back


def held_mb() -> int:
    found = re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1]) >> 10


@pytest.mark.skipif(sys.platform != "linux", reason="measured in /proc")
def test_what_is_free_goes_back_though_what_came_later_stays() -> None:
    much = [bytes(1_000) for _ in range(60_000)]
    stays = bytes(1_000)
    before = held_mb()
    del much
    give_back()
    assert held_mb() < before - 40
    assert stays
