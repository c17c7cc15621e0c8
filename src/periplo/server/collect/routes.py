"""The paths that events come in by, and who reads what comes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from periplo.collect import Arrived, batch_of, call_of

Read = Callable[[bytes], Arrived]
"""Reads a body. Raises ``NotTaken``."""

CALLS = ("track", "identify", "page", "screen", "group", "alias")

ROUTES: Mapping[str, Read] = {
    **{f"/v1/{path}": partial(call_of, call) for call in CALLS for path in (call, call[0])},
    **{f"/v1/{path}": batch_of for path in ("batch", "b", "import")},
}
"""What is sent there by POST, with a write key."""
