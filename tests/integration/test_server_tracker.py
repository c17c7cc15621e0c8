"""The tracker's script is served to the pages of any site, and asked for again by its tag."""

from __future__ import annotations

from litestar.testing import TestClient

import small_shop
from periplo.server import create_app
from periplo.server.tracker import SCRIPT
from periplo.workspace import Shop


def test_any_page_gets_the_script_and_keeps_it() -> None:
    with Shop.open(small_shop.made()) as shop, TestClient(create_app(shop, local=False)) as client:
        answer = client.get("/periplo.js")
        assert (answer.status_code, answer.content) == (200, SCRIPT)
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "public" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
        again = client.get("/periplo.js", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/periplo.js", headers={"If-None-Match": 'W/"older"'}).content == SCRIPT
