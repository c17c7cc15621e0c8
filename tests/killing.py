"""Imports killed at chosen points, each in a process of its own, then run again: run as a script by the test.

    python killing.py FILE FOLDER

Writes one JSON line per trial: the point, whether the process died there, and whether the shop was whole when opened
after the kill, and equal to that of an undisturbed import after the second run. All trials are forks of one process
that has imported everything and started no thread: a trial takes half a second instead of three.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import numpy as np

from periplo.events.identifiers import normalise_column
from periplo.identity import SETS, Identity, Rules, open_state
from periplo.intake import open_intake
from periplo.journeys.build import Rows, build, extend
from periplo.log import Log, open_log
from periplo.vocabulary import taxonomy
from periplo.workspace import Shop
from periplo.workspace.segments import read_segments
from support_shop import contents

ROOMS = ("/periplo/workspace/", "/periplo/privacy/", "/periplo/log/", "/periplo/lake/", "/periplo/identity/")
NAMED = {
    "settings written": ("return", "replacing.py", "replace_file"),
    "archive made": ("return", "lake.py", "create"),
    "batches staged": ("call", "staging.py", "keep_new"),
    "duplicates found": ("return", "staging.py", "keep_new"),
    "rejects kept": ("return", "quarantine.py", "put"),
    "range reserved": ("call", "lake.py", "append"),
    "files written, not committed": ("return", "writing.py", "write"),
    "archive committed": ("return", "lake.py", "append"),
    "import ended, identity to follow": ("call", "following.py", "follow"),
    "identity read": ("return", "resolve.py", "consume"),
    "identity saved, not committed": ("return", "facts.py", "save"),
    "identity followed": ("return", "following.py", "follow"),
}
RANDOM_CALLS, RANDOM_MOMENTS = 8, 4


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at_call(number: int) -> Callable[[FrameType, str, Any], None]:
    """Kills at the so-manieth call of a function of the rooms that keep things; counts for ever with -1."""

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and any(room in frame.f_code.co_filename for room in ROOMS):
            profile.calls += 1  # type: ignore[attr-defined]
            if profile.calls == number:  # type: ignore[attr-defined]
                die()

    profile.calls = 0  # type: ignore[attr-defined]
    return profile


def killed_at_name(wanted: tuple[str, str, str]) -> Callable[[FrameType, str, Any], None]:
    def profile(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if (event, os.path.basename(code.co_filename), code.co_name) == wanted and "/periplo/" in code.co_filename:
            die()

    return profile


def in_child(work: Callable[[], Any], answer: Path, kill_after_s: float | None = None) -> bool:
    """Runs ``work`` in a fork and writes what it answers; True where it was killed."""
    child = os.fork()
    if child == 0:
        try:
            answer.write_text(json.dumps(work(), default=str), "utf-8")
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status) and status:
        raise RuntimeError("the trial failed; see above")
    return os.WIFSIGNALED(status)


def import_into(folder: Path, file: Path, profile: Any = None) -> Callable[[], dict[str, Any]]:
    def work() -> dict[str, Any]:
        began = time.monotonic()
        sys.setprofile(profile)
        with Shop.open(folder, create=True) as shop:
            shop.import_files([file])
            sys.setprofile(None)
            seconds = time.monotonic() - began
            return {"contents": contents(shop), "calls": getattr(profile, "calls", 0), "seconds": seconds}

    return work


def open_and_import_again(folder: Path, file: Path) -> Callable[[], dict[str, Any]]:
    """Whether the shop is whole after the kill, with nothing twice, and what it holds after another import."""

    def work() -> dict[str, Any]:
        with Shop.open(folder, create=True) as shop:
            keys = contents(shop)["keys"]
            healthy = all(finding.level != "error" for finding in shop.doctor())
            whole = healthy and len(set(keys)) == len(keys) and not (folder / "staging").exists()
            shop.import_files([file])
            return {"whole": whole, "contents": contents(shop)}

    return work


def warm_up(file: Path) -> None:
    """Loads what every trial would load again. Not the archive's engine: its threads do not survive a fork."""
    list(open_intake([file]).batches())
    nothing = np.zeros(0, np.int64)
    rows = build(Rows(nothing, nothing, nothing, nothing, nothing))[0]
    extend(rows, rows.rows)
    read_segments(file.with_suffix(".none"), taxonomy(), "UTC")
    with TemporaryDirectory() as folder:
        Log(open_log(Path(folder) / "log.db")).settled()
        state = open_state(Path(folder) / "state.db")
        identity = Identity(state, Rules.of(taxonomy().identifiers), normalise_column)
        identity.follow(1, lambda *_: [SETS.empty_table()])


def main(file: Path, folder: Path) -> None:
    warm_up(file)
    answer = folder / "answer.json"
    in_child(import_into(folder / "undisturbed", file, killed_at_call(-1)), answer)
    undisturbed = json.loads(answer.read_text("utf-8"))
    for number, (name, profile, moment) in enumerate(trials(undisturbed["calls"], undisturbed["seconds"])):
        place = folder / f"shop{number}"
        killed = in_child(import_into(place, file, profile), answer, moment)
        in_child(open_and_import_again(place, file), answer)
        after = json.loads(answer.read_text("utf-8"))
        equal = after["contents"] == undisturbed["contents"]
        print(json.dumps({"point": name, "killed": killed, "whole": after["whole"], "equal": equal}), flush=True)


def trials(calls: int, seconds: float) -> Iterator[tuple[str, Any, float | None]]:
    """Name, where to kill, and when to kill if not there."""
    chance = random.Random(7)
    yield from ((name, killed_at_name(point), None) for name, point in NAMED.items())
    for call in sorted(chance.sample(range(1, calls), RANDOM_CALLS)):
        yield f"call {call} of {calls}", killed_at_call(call), None
    for share in sorted(chance.uniform(0, 0.7) for _ in range(RANDOM_MOMENTS)):
        yield f"moment {share:.2f}", None, share * seconds


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
