"""Erasures killed at chosen points, each in a process of its own, then finished: run as a script by the test.

    python killing_erasure.py SHOP FOLDER

Writes one JSON line per trial: the point, whether the process died there, what of the person was found after the shop
was opened again, and whether all other answers are those of an undisturbed erasure.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

from killing import in_child, killed_at_call, killed_at_name, warm_up
from periplo.workspace import Shop
from searching import found_in
from support_erasing import PERSON, SECRETS, answers
from support_shop import message, write_messages

NAMED = {
    "noted, nothing done": ("return", "erasures.py", "begin"),
    "archive rewritten": ("return", "lake.py", "erase"),
    "identity forgot, not committed": ("return", "erasing.py", "forget"),
    "identity forgot": ("return", "erasing.py", "_forget"),
    "refused rows gone": ("return", "quarantine.py", "erase"),
    "old files removed": ("return", "lake.py", "scrub"),
    "databases compacted": ("return", "database.py", "compact"),
    "noted as done": ("return", "erasures.py", "note"),
    "told": ("return", "recording.py", "record"),
}
RANDOM_CALLS = 4


def erasing(folder: Path, profile: Any) -> Callable[[], int]:
    def work() -> int:
        with Shop.open(folder) as shop:
            number = shop.customer_number(PERSON)
            sys.setprofile(profile)
            shop.erase_person(number)
            sys.setprofile(None)
        return getattr(profile, "calls", 0)

    return work


def opened_again(folder: Path) -> Callable[[], dict[str, Any]]:
    """What is left once the shop was opened, and, where the erasure had not begun, erased."""

    def work() -> dict[str, Any]:
        with Shop.open(folder) as shop:
            if not shop.erasures():
                shop.erase_person(shop.customer_number(PERSON))
        left = found_in(folder, SECRETS)
        with Shop.open(folder) as shop:
            healthy = all(finding.level != "error" for finding in shop.doctor())
            told = [one.events for one in shop.erasures()], (folder / "privacy" / "erasing.json").exists()
            return {"left": sorted(left), "answers": [answers(shop), told, healthy]}

    return work


def main(shop: Path, folder: Path) -> None:
    warm_up(write_messages(folder / "one.jsonl", [message(1)]))
    answer = folder / "answer.json"

    def trial(name: str, profile: Any) -> tuple[bool, Any, Any]:
        place = Path(copytree(shop, folder / name.replace(" ", "-")))
        killed = in_child(erasing(place, profile), answer)
        calls = None if killed else json.loads(answer.read_text("utf-8"))
        in_child(opened_again(place), answer)
        return killed, calls, json.loads(answer.read_text("utf-8"))

    _, calls, undisturbed = trial("undisturbed", killed_at_call(-1))
    for name, profile in trials(calls):
        killed, _, after = trial(name, profile)
        equal = after["answers"] == undisturbed["answers"]
        print(json.dumps({"point": name, "killed": killed, "left": after["left"], "equal": equal}), flush=True)


def trials(calls: int) -> Iterator[tuple[str, Any]]:
    yield from ((name, killed_at_name(point)) for name, point in NAMED.items())
    for call in sorted(random.Random(3).sample(range(1, calls), RANDOM_CALLS)):
        yield f"call {call} of {calls}", killed_at_call(call)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
