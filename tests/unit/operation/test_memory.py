"""What a step took goes back to the system."""

from __future__ import annotations

import re
import subprocess
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


SPARED = """
import re
from pathlib import Path
from periplo.operation.memory import spare

def held_mb():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text("utf-8"))[1]) >> 10

spare()
larger = bytearray(30 << 20)
del larger  # from now on the C library would keep what is smaller than this
before = held_mb()
much, stays = [bytearray(8 << 20) for _ in range(7)], bytearray(100_000)
taken = held_mb() - before
del much
print(taken, held_mb() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured in /proc")
def test_what_is_large_goes_back_by_itself() -> None:
    taken, left = map(int, subprocess.check_output([sys.executable, "-c", SPARED], text=True).split())
    assert taken > 50
    assert left < 5
