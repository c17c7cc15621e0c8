"""What the programs of the Python SDKs share: the journey that is asked for on stdin, and when each step was played."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

Step = dict[str, Any]

_ASKED = json.load(sys.stdin)
KEY: str = _ASKED["key"]
HOST: str = _ASKED["host"]
_NAMES = {"userId": "user_id", "anonymousId": "anonymous_id", "groupId": "group_id", "previousId": "previous_id"}


def play(each: Callable[[Step], object], end: Callable[[], object]) -> None:
    """Plays the steps, prints the milliseconds between which each was recorded, then ends: all is sent."""
    spans = []
    for step in _ASKED["steps"]:
        began = time.time_ns() // 1_000_000
        each(step)
        spans.append([began, time.time_ns() // 1_000_000 + 1])
    end()
    json.dump(spans, sys.stdout)


def given(step: Step) -> dict[str, Any]:
    """The arguments of a step's call, as the SDKs of Segment and RudderStack name them."""
    found = {_NAMES.get(name, name): value for name, value in step.items() if name != "call"}
    if "timestamp" in found:
        found["timestamp"] = datetime.fromisoformat(found["timestamp"])
    return found
