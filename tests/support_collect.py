"""What collecting tests share: a shop with a source, a server over it, and requests as SDKs send them."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from periplo.workspace import Shop
from support_events import at

Client = TestClient[Litestar]
ORIGIN = "https://shop.example"


def basic(write_key: str) -> dict[str, str]:
    """The headers of a request with a write key."""
    return {"Authorization": "Basic " + base64.b64encode(f"{write_key}:".encode()).decode()}


def track(number: int, **changes: Any) -> dict[str, Any]:
    """A track message, a minute after the one before it."""
    usual = {
        "type": "track",
        "messageId": f"m{number}",
        "anonymousId": f"a{number % 7}",
        "event": "Product Viewed",
        "timestamp": at(number).isoformat(),
        "properties": {"product_id": f"p{number % 5}"},
    }
    return {name: value for name, value in (usual | changes).items() if value is not ...}


def batch(*messages: Any, **more: Any) -> bytes:
    return json.dumps({"batch": list(messages)} | more).encode()


def verdicts(answer: httpx.Response) -> list[str]:
    return answer.json()["verdicts"]  # type: ignore[no-any-return]


def events(shop: Shop) -> list[dict[str, Any]]:
    """All events in the log of a shop, in the order they were taken."""
    return shop._stores.log.read().to_pylist()  # type: ignore[no-any-return]
