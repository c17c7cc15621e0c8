"""What every part of this room needs: where things are kept, of which workspace, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from periplo.log.database import Database
from periplo.operation.ages import wall_us

MINUTE_US = 60 * 1_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
BELIEVED_US = DAY_US
"""What was made farther ahead of now than this was dated by a clock that ran ahead: it does not last until then."""


def at(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1e6, UTC)


@dataclass(frozen=True)
class Workspace:
    """One shop's people. Several workspaces may share a database: each sees its own members, tokens and audit."""

    database: Database
    name: str
    now_us: Callable[[], int] = wall_us


@dataclass(frozen=True)
class By:
    """Who does something, and from which address; both stand in the audit log."""

    who: str
    address: str = ""
