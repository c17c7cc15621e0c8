"""The machine's clock set forward and back under a running shop, as whoever sets it does: at once, for all that ask."""

from __future__ import annotations

import datetime as datetimes
import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest


class _Anyone(type(datetime)):  # type: ignore[misc]
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetimes.datetime)


def _resolve(module: ModuleType) -> None:
    """Structs look up what their fields are when they are first read: it is to be the real one."""
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            msgspec.json.Decoder(one)


class Machine:
    """Every module of Periplo sees this clock; time that passes (``time.monotonic``) goes on as it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        wall_ns, machine = time.time_ns, self

        class Told(datetime, metaclass=_Anyone):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetimes.datetime.now(tz) + machine.ahead

        monkeypatch.setattr(time, "time_ns", lambda: wall_ns() + round(self.ahead.total_seconds() * 1e9))
        monkeypatch.setattr(time, "time", lambda: time.time_ns() / 1e9)
        for module in [one for name, one in sys.modules.items() if name.startswith("periplo.")]:
            if "datetime.now(" in Path(str(module.__file__)).read_text("utf-8"):
                _resolve(module)
                monkeypatch.setattr(module, "datetime", Told)

    def jump(self, by: timedelta) -> None:
        """Sets the clock forward, or back where it is less than nothing."""
        self.ahead += by
