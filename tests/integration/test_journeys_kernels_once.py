"""However journeys come, memory-mapped or narrowed, each kernel is compiled for one kind of arguments only; and none is
unknown to the benchmark of compiling."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from periplo.analysis import Journeys
from periplo.analysis.asking import questions
from support import ROOT


def test_each_kernel_compiles_once() -> None:
    command = [sys.executable, "-m", "bench.everything"]
    report = msgspec.json.decode(subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True).stdout)
    assert {*report["asked"]} == {*questions(Journeys)}
    assert report["missed"] == []
    assert {name: kinds for name, kinds in report["kernels"].items() if kinds > 1} == {}
