"""What SDKs ask besides sending: where to, whether their source is on, which flags hold. Nobody else is named."""

from __future__ import annotations

from typing import Any

from periplo.log import Source
from periplo.server.collect.request import Asked

NO_FLAGS = {"flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False}
"""For PostHog's SDKs, old and new: there are no feature flags here."""

_EVERYTHING = {"track": {"__default": {"enabled": True, "integrations": {}}}}


def segment_settings(source: Source, asked: Asked) -> dict[str, Any]:
    """For analytics.js and Segment's SDKs for apps."""
    here = {"apiKey": source.write_key, "apiHost": f"{asked.host}/v1", "protocol": asked.scheme}
    return {
        "integrations": {"Segment.io": here},
        "plan": _EVERYTHING,
        "edgeFunction": {},
        "metrics": {"sampleRate": 0},
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "remotePlugins": [],
    }


def posthog_settings(source: Source, asked: Asked) -> dict[str, Any]:
    """For PostHog's SDKs: events are all there is."""
    nothing = ("hasFeatureFlags", "sessionRecording", "surveys", "heatmaps", "capturePerformance", "errorTracking")
    return {**dict.fromkeys(nothing, False), "token": source.write_key, "supportedCompression": ["gzip", "gzip-js"]}


def rudder_settings(source: Source, asked: Asked) -> dict[str, Any]:
    """For RudderStack's SDKs."""
    quiet = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    changed = source.created_at.isoformat()
    return {
        "source": {
            "id": source.name,
            "name": source.name,
            "writeKey": source.write_key,
            "enabled": True,
            "config": {"statsCollection": quiet},
            "workspaceId": "periplo",
            "dataplanes": {},
            "destinations": [],
            "updatedAt": changed,
        },
        "updatedAt": changed,
    }
