"""Whatever is sent, by whomever: an answer, and never a fault of ours (5xx)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from litestar.testing import TestClient
from schemathesis import GenerationMode

import small_shop
from periplo.access import ALL, Limits, Role
from periplo.server import create_app
from periplo.server.api.live import events
from periplo.server.collect.described import TAG
from periplo.workspace import Shop
from support_access import ELSEWHERE, TEST, Browser, csrf_of, peopled, session
from support_collect import basic

ENDLESS = f"/api/v1{next(iter(events.paths))}"
PROBES = ("/healthz", "/readyz")
LOTS = Limits(burst=10**9)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = small_shop.copied(tmp_path_factory.mktemp("fuzzed"))
    peopled(folder)
    with Shop.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[TestClient[Any]]:
    app = create_app(shop, local=False, limits=LOTS)
    with TestClient(app, base_url=ELSEWHERE, raise_server_exceptions=False) as opened:
        yield opened


@cache
def described(client: TestClient[Any], collecting: bool = False) -> st.SearchStrategy[schemathesis.Case]:
    """Requests that follow the OpenAPI description, and such that just do not: to ask, or to send events."""
    schema = schemathesis.openapi.from_dict(client.app.openapi_schema.to_schema())
    operations = [found.ok() for found in schema.get_all_operations()]
    taken = [one for one in operations if one.path != ENDLESS and (TAG in (one.tags or ())) == collecting]
    assert len(taken) > 40
    return st.one_of([one.as_strategy(generation_mode=mode) for one in taken for mode in GenerationMode])


def send(client: TestClient[Any], case: schemathesis.Case, headers: dict[str, str]) -> int:
    asked = case.as_transport_kwargs(base_url=ELSEWHERE)
    given = {part: asked[part] for part in ("params", "json", "data") if asked.get(part) is not None}
    answer = client.request(asked["method"], asked["url"], headers=headers, follow_redirects=False, **given)
    assert answer.status_code < 500, (asked, answer.text)
    return int(answer.status_code)


def test_described_routes_answer_whoever_may(client: TestClient[Any], shop: Shop) -> None:
    _, secret = shop.access.tokens.make("all", ALL, 1, TEST)

    @settings(max_examples=120, suppress_health_check=SLOW)
    @given(described(client))
    def ask(case: schemathesis.Case) -> None:
        assert send(client, case, {"Authorization": f"Bearer {secret}"}) not in (401, 403)

    ask()


def test_described_routes_tell_strangers_nothing(client: TestClient[Any]) -> None:
    @settings(max_examples=40, suppress_health_check=SLOW)
    @given(described(client))
    def ask(case: schemathesis.Case) -> None:
        assert send(client, case, {}) in (401, 404, 405) or case.path in PROBES

    ask()


def test_the_collecting_door_answers_as_it_is_described(client: TestClient[Any], shop: Shop) -> None:
    schema = client.app.openapi_schema.to_schema()
    key = shop.sources.add("web").write_key

    @settings(max_examples=120, suppress_health_check=SLOW)
    @given(described(client, collecting=True))
    def tell(case: schemathesis.Case) -> None:
        asked = case.as_transport_kwargs(base_url=ELSEWHERE)
        given = {part: asked[part] for part in ("params", "json", "data") if asked.get(part) is not None}
        answer = client.request(asked["method"], asked["url"], headers=basic(key), **given)
        said = schema["paths"][case.path][case.method.lower()]["responses"]
        assert str(answer.status_code) in said, (asked, answer.text)
        shape = said[str(answer.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator(shape | {"components": schema["components"]}).validate(answer.json())

    tell()


def pages(client: TestClient[Any]) -> list[tuple[str, str]]:
    """Method and path of every page; ``{}`` stands where the path has a parameter."""
    found = []
    for route in client.app.routes:
        if route.path.startswith("/api/v1"):
            continue
        path = "/".join("{}" if part.startswith("{") else part for part in route.path.split("/"))
        found += [(method, path) for method in ("GET", "POST") if method in route.methods]
    return found


BYTES = st.binary(max_size=40) | st.sampled_from(
    [b"\0", b"\xed\xa0\x80", b"%00", b"\r\nX: y", b"-1", b"9" * 400, b"\xff"]
)
NAMES = st.sampled_from(
    [
        "email",
        "password",
        "name",
        "role",
        "token",
        "session",
        "link",
        "days",
        "scope-numbers",
        "old",
        "new",
        "back",
        "lang",
        "theme",
        "before",
        "page",
        "ref",
        "sort",
        "since",
        "period",
        "segment",
        "where",
        "map",
        "channel",
        "v",
    ]
)
FIELDS = st.dictionaries(NAMES, BYTES, max_size=4)


def encoded(fields: dict[str, bytes]) -> str:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields.items())


@pytest.mark.parametrize("signed_in", [True, False])
def test_pages_answer_anything(client: TestClient[Any], shop: Shop, signed_in: bool) -> None:
    taken = pages(client)
    assert len(taken) > 25

    @settings(max_examples=150, suppress_health_check=SLOW)
    @given(st.sampled_from(taken), BYTES, FIELDS, FIELDS)
    def ask(page: tuple[str, str], inside: bytes, query: dict[str, bytes], form: dict[str, bytes]) -> None:
        method, path = page
        browser = Browser(client, session(shop.access, "owner@shop.example") if signed_in else "invented")
        where = f"{path.replace('{}', quote_from_bytes(inside, safe=''))}?{encoded(query)}"
        if method == "GET":
            answer = browser.get(where)
        else:
            body = encoded(form | {"csrf": csrf_of(browser.secret).encode()})
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ELSEWHERE}
            answer = client.post(where, content=body, headers=browser.headers | kind, follow_redirects=False)
        assert answer.status_code < 500, (method, where, form, answer.text)

    ask()
    assert [person.role for person in shop.access.people.list()].count(Role.OWNER) >= 1


@pytest.mark.parametrize("body", [b"", b"\0" * 100, b"\xff\xfe", b"=&=&", b"a" * 3000, b"&" * 5000, b"{}", b"email=%"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/plain", "x", ""])
def test_forms_answer_any_body(client: TestClient[Any], body: bytes, kind: str) -> None:
    for path in ("/sign-in", "/reader", "/join/x"):
        assert client.post(path, content=body, headers={"Content-Type": kind}).status_code < 500


@pytest.mark.parametrize("cookie", ["", "=", ";;;", "\xff", "a" * 8000, "periplo-x=\x01", 'periplo_lang="es'])
def test_any_cookie_is_answered(client: TestClient[Any], cookie: str) -> None:
    assert client.get("/", headers={"Cookie": cookie.encode("latin-1")}).status_code == 401  # type: ignore[dict-item]
