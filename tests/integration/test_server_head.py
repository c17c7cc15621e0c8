"""HEAD, as proxies, monitors and link checkers send it: the headers of GET, and no body."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

import small_shop
from serving import Served, served

ADDRESSES = (
    "/",
    "/part",
    "/customers?ref=stage/purchase/entered",
    "/customers/1",
    "/map/svg",
    "/api",
    "/api/openapi.json",
    "/api/v1/shop",
    "/api/v1/customers/1",
    "/api/v1/kpis?by=channel",
    "/static/app.css",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(small_shop.made()) as server:
        yield server


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_answers_get_answers_head(server: Served, path: str) -> None:
    got, head = (httpx.request(method, server.address + path, timeout=120) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert got.content
    changing = {"date", "x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


def test_the_head_of_the_live_stream_ends(server: Served) -> None:
    head = httpx.head(f"{server.address}/api/v1/events", timeout=30)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/?since=x", 400), ("/reader", 405)])
def test_errors_have_a_head_too(server: Served, path: str, status: int) -> None:
    head = httpx.head(server.address + path, timeout=120)
    assert (head.status_code, head.content) == (status, b"")


def test_what_the_browser_has_is_not_modified(server: Served) -> None:
    tag = httpx.head(server.address, timeout=120).headers["etag"]
    assert httpx.head(server.address, headers={"If-None-Match": tag}, timeout=120).status_code == 304


def test_a_refused_method_hears_of_head(server: Served) -> None:
    answer = httpx.post(f"{server.address}/api/v1/shop", timeout=120)
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))
