"""What every answer keeps to: only names of this machine without people, headers, freshness, compression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

import small_shop
from periplo.server import create_app
from periplo.workspace import Shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Shop.open(small_shop.made()) as opened:
        yield opened


@pytest.fixture
def local(shop: Shop) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        yield client


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:8765", "[::1]:8765", "faro.localhost:1"])
def test_names_of_this_machine_are_answered(local: TestClient[Any], host: str) -> None:
    assert local.get("/api/v1/shop", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.168.1.7", "@localhost"]
)
@pytest.mark.parametrize("path", ["/", "/api/v1/shop", "/static/app.css"])
def test_other_names_are_not(local: TestClient[Any], host: str, path: str) -> None:
    answer = local.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "Faro" not in answer.text


def test_a_request_without_a_name_is_not_answered(local: TestClient[Any]) -> None:
    answer = local.get("/", headers={"Host": ""})
    assert answer.status_code == 400
    assert "Faro" not in answer.text


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/shop", "/api/v1/nothing", "/static/app.js", "/map/csv"])
def test_every_answer_says_what_a_browser_may_do(local: TestClient[Any], path: str) -> None:
    headers = local.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_pages_carry_no_script_or_style_of_their_own_and_nothing_from_elsewhere(local: TestClient[Any]) -> None:
    for path in ("/", "/customers", "/customers/1", "/api", "/nothing"):
        text = local.get(path, headers={"Accept": "text/html"}).text.replace("http://www.w3.org/2000/svg", "")
        assert "<script>" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "http://" not in text
        assert "https://" not in text


def test_an_answer_is_sent_again_only_when_it_changed(local: TestClient[Any]) -> None:
    first = local.get("/")
    assert first.headers["cache-control"] == "private, no-cache"
    assert local.get("/", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    for other in ({"Accept-Language": "es"}, {"Cookie": "periplo_theme=dark"}):
        assert local.get("/", headers={"If-None-Match": first.headers["etag"]} | other).status_code == 200
    assert local.get("/", params={"channel": "web"}).headers["etag"] != first.headers["etag"]


def test_files_are_kept_as_long_as_they_are_the_same(local: TestClient[Any]) -> None:
    css = next(part.split('"')[0] for part in local.get("/").text.split('href="') if part.startswith("/static/app.css"))
    assert "immutable" in local.get(css).headers["cache-control"]
    assert "immutable" not in local.get("/static/app.css").headers["cache-control"]
    assert local.get("/static/Roboto-Regular.ttf").headers["content-type"] == "font/ttf"
    outside = ["/static/", "/static", "/.git/config", "/.svn/entries", "/periplo.toml", "/log.db"]
    for path in ("/static/nothing.css", "/static/..%2fapp.py", "/static/../app.py", *outside):
        assert local.get(path).status_code == 404


def test_answers_are_compressed_but_not_the_live_stream(local: TestClient[Any]) -> None:
    assert local.get("/").headers["content-encoding"] == "gzip"
    assert len(local.get("/static/app.js").content) < 8192


def test_a_change_is_seen_at_once(tmp_path: Any) -> None:
    folder = small_shop.copied(tmp_path)
    with Shop.open(folder) as shop, TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        before = client.get("/api/v1/kpis")
        with Shop.open(folder) as other:
            other.record([small_shop.order("2026-03-02 10:00", 5000, "web", "N-1", user_id="new")])
        after = client.get("/api/v1/kpis", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    orders = [{kpi["id"]: kpi["value"] for kpi in answer.json()["values"]}["orders"] for answer in (before, after)]
    assert orders == [3, 4]
