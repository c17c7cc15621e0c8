"""The memory of an import does not grow with its files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support_shop import message

CODE = """
import resource, sys
from periplo.workspace import Shop
with Shop.open(sys.argv[2], create=True) as shop:
    report = shop.import_files([sys.argv[1]])
assert report.accepted == int(sys.argv[3]), report
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write(file: Path, count: int) -> Path:
    """Messages of always the same people, each a kilobyte."""
    import json

    note = "x" * 700
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            shown = {"product_id": f"p{number % 500}", "note": f"{number} {note}"}
            out.write(json.dumps(message(number, anonymousId=f"a{number % 1000}", properties=shown)) + "\n")
    return file


def peak_kilobytes(tmp_path: Path, count: int) -> int:
    file = write(tmp_path / f"{count}.jsonl", count)
    arguments = [str(file), str(tmp_path / f"shop{count}"), str(count)]
    return int(subprocess.check_output([sys.executable, "-c", CODE, *arguments]))


def test_four_times_the_file_takes_no_more_memory(tmp_path: Path) -> None:
    small, large = peak_kilobytes(tmp_path, 40_000), peak_kilobytes(tmp_path, 160_000)
    assert large < small * 1.25, (small, large)
