"""Kernels compile once: a terminal is told why it waits, nobody else is, and the next process waits no more."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

QUESTION = """
import numpy as np
from periplo.journeys.kernels.joining import positions
zero, one = np.zeros(1, np.int64), np.ones(1, np.bool_)
print(positions(np.array([0, 1]), zero, zero, zero, one, np.array([0, 1]), zero + 1, zero).tolist())
"""


def told(cache: Path, lang: str) -> tuple[str, str]:
    """What a question prints, and what it tells a terminal meanwhile."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PERIPLO_LANG": lang}
    command = [sys.executable, "-c", QUESTION]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True).stdout
    os.write(theirs, b"end")
    terminal = b""
    while not terminal.endswith(b"end"):
        terminal += os.read(ours, 4096)
    return answer.decode(), terminal.decode().removesuffix("end")


def test_a_terminal_is_told_once(tmp_path: Path) -> None:
    answer, terminal = told(tmp_path, "es")
    assert answer == "[1]\n"
    assert "Compilando para este equipo, solo esta vez: 1 …" in terminal
    assert terminal.endswith("\r\x1b[K")
    assert told(tmp_path, "en") == ("[1]\n", "")


INNER = """
from periplo.journeys.kernels.compiled import kernel
@kernel
def tenfold(n):
    return n * {}
"""
BETWEEN = """
from inner import tenfold
from periplo.journeys.kernels.compiled import kernel
@kernel
def _next(n):
    return tenfold(n) + 1
@kernel
def asked(n):
    return _next(n)
"""


def test_a_kernel_does_not_outlive_what_was_compiled_into_it(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    (tmp_path / "between.py").write_text(BETWEEN)

    def asked(factor: int) -> str:
        (tmp_path / "inner.py").write_text(INNER.format(factor))
        command = [sys.executable, "-c", "from between import asked; print(asked(4))"]
        return subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True, text=True).stdout

    assert [asked(factor) for factor in (10, 10, 20)] == ["41\n", "41\n", "81\n"]
