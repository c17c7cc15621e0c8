"""The paths that events come in by, and who reads what comes there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from periplo.collect import Arrived, batch_of, call_of, events_of
from periplo.log import Source
from periplo.server.collect.request import Asked
from periplo.server.collect.settings import posthog_settings, rudder_settings, segment_settings

Read = Callable[[bytes], Arrived]
"""Reads a body. Raises ``NotTaken``."""

Tell = Callable[[Source, Asked], dict[str, Any]]
"""What an SDK is told of a source before it sends."""

CALLS = ("track", "identify", "page", "screen", "group", "alias")

_SEGMENT: dict[str, Read] = {
    **{f"/v1/{path}": partial(call_of, call) for call in CALLS for path in (call, call[0])},
    **dict.fromkeys(("/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"), batch_of),
}
_JITSU: dict[str, Read] = {
    **{f"/api/s/{to}{call}": partial(call_of, call) for call in CALLS for to in ("", "s2s/")},
    **dict.fromkeys(("/api/s/batch", "/api/s/s2s/batch"), batch_of),
}
_POSTHOG = dict.fromkeys(
    (path + end for path in ("/batch", "/capture", "/e", "/track", "/i/v0/e") for end in ("", "/")), events_of
)
SEGMENTS = frozenset(_SEGMENT)
"""The paths of Segment's and RudderStack's SDKs, where the shop says how large a request may be."""

ROUTES: Mapping[str, Read] = {**_SEGMENT, **_JITSU, **_POSTHOG}
"""What is sent there by POST, with a write key."""

FLAGS = frozenset(("/flags", "/flags/", "/decide", "/decide/"))
"""Where PostHog's SDKs ask for feature flags, by POST."""

SETTINGS = "/v1/projects/{key}/settings"
"""What the paths of ``tells`` are called where they are counted."""

_SETTINGS: tuple[tuple[re.Pattern[str], Tell], ...] = (
    (re.compile(r"/v1/projects/([^/]+)/settings"), segment_settings),
    (re.compile(r"/array/([^/]+)/config/?"), posthog_settings),
)


def tells(path: str) -> tuple[Tell, str | None] | None:
    """For a path that SDKs fetch: what they are told, and the write key in it; None for other paths."""
    for pattern, tell in _SETTINGS:
        if found := pattern.fullmatch(path):
            return tell, found[1]
    return (rudder_settings, None) if path.rstrip("/") == "/sourceConfig" else None
