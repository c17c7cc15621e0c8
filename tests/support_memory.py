"""The largest memory of a process that runs some code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def largest_kilobytes(code: str, *arguments: object) -> int:
    """What the code, which prints it last, took; it may import what tests share."""
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return int(subprocess.check_output(command, env={**os.environ, "PYTHONPATH": paths}))
