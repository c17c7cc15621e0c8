"""An import killed anywhere, and run again, loses and doubles nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import killing
from support import ROOT
from support_shop import messy_messages, write_messages


def test_an_import_killed_anywhere_and_run_again_equals_an_undisturbed_one(tmp_path: Path) -> None:
    file = write_messages(tmp_path / "messages.jsonl", messy_messages(5, 800))
    script = ROOT / "tests" / "killing.py"
    lines = subprocess.check_output([sys.executable, str(script), str(file), str(tmp_path)], text=True).splitlines()
    trials = [json.loads(line) for line in lines]
    assert len(trials) == len(killing.NAMED) + killing.RANDOM_CALLS + killing.RANDOM_MOMENTS
    assert [trial for trial in trials if not (trial["whole"] and trial["equal"])] == []
    assert [trial["point"] for trial in trials[: -killing.RANDOM_MOMENTS] if not trial["killed"]] == []
