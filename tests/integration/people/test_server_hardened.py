"""Texts from outside stay texts: in SQL, patterns, formats, templates and forms. And the product speaks to nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from periplo.access import Role
from periplo.workspace import Shop
from support import ROOT
from support_access import ELSEWHERE, Browser, link_in, session
from support_events import event

OWNER = "owner@shop.example"
NEW = "tres tristes tigres comen"
SQL = ["' OR '1'='1", "x'; DROP TABLE event; --", '" OR ""="', "?", ":x"]
PATTERNS = ["%", "_", ".*", "(", "[", "\\"]
FORMATS = ["%s%n", "{0.__class__}", "{name}", "{{7*7}}", "{% raw %}", "${7*7}", "$(id)", "=1+1"]
NASTY = [*SQL, *PATTERNS, *FORMATS]


def test_what_is_kept_and_sought_is_never_sql_or_a_pattern(tmp_path: Path, database: str) -> None:
    """In the log, the archive (DuckDB), identity and search, each text finds who is called so, and nobody else."""
    with Shop.create(tmp_path / "shop") as shop:
        for number, text in enumerate(NASTY):
            told = {"user_id": f"who {text}", "product_id": text, "query": text, "order_id": f"order {text}"}
            shop.record([event(f"e {text}", text, minute=number, **told), event(f"b{number}", user_id=f"u{number}")])
        shop.archive()
        for text in NASTY:
            number = shop.customer_number(f"who {text}")
            assert [one["event"] for one in shop.timeline(number).to_pylist()] == [text]
            assert shop.search(f"order {text}")[0].number == number
        assert [one.name for one in shop.search("who .*")][:1] == ["who .*"]
        shop.erase_person(shop.customer_number(f"who {SQL[1]}"))
        known = [text for text in NASTY if shop._stores.identity.number_of(f"who {text}") is not None]
        assert known == [text for text in NASTY if text != SQL[1]]
        assert shop.journeys().columns.events == 2 * len(NASTY) - 1


@pytest.mark.parametrize("text", NASTY)
def test_what_is_asked_is_answered_as_it_was_written(owner: Browser, text: str) -> None:
    for path, name in (("map", "channel"), ("kpis", "segment"), ("map", "map")):
        answer = owner.get(f"/api/v1/{path}", params={name: text})
        assert answer.status_code == 400
        assert f"“{text}”" in answer.json()["error"]["what"]
    found = owner.get("/api/v1/search", params={"q": text}).json()["found"]
    assert [one for one in found if text not in one["text"]] == []


@pytest.mark.parametrize("path", ["map?channel=web&channel=app", "customers?limit=1&limit=2", "kpis?since=x&since=y"])
def test_a_parameter_given_twice_is_an_error(owner: Browser, path: str) -> None:
    answer = owner.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["error"]["fix"]) == (400, "Give it once.")
    several = owner.get("/api/v1/funnel?step=Page+Viewed&step=Order+Completed")
    assert several.status_code == 200


def test_other_fields_of_a_form_do_nothing(owner: Browser, shop: Shop) -> None:
    """Who was invited as a viewer is one, under that address, whatever else the form says."""
    link = link_in(owner.post("/people/invite", email="new@shop.example", role="viewer", user_id="x").text)
    more = {"role": "owner", "email": "eve@evil.example", "user_id": "x", "workspace": "other", "may": "all"}
    gone = owner.client.post(
        link.removeprefix(ELSEWHERE),
        data={"name": "New", "password": NEW} | more,
        headers={"Origin": ELSEWHERE, "Accept": "text/html"},
        follow_redirects=False,
    )
    assert gone.status_code == 303
    assert shop.access.people.of("new@shop.example").role == Role.VIEWER
    assert "eve@evil.example" not in [person.email for person in shop.access.people.list()]
    viewer = Browser(owner.client, session(shop.access, "new@shop.example"))
    viewer.post("/account/password", old=NEW, new=f"{NEW} {NEW}", role="owner", email=OWNER)
    assert shop.access.people.of("new@shop.example").role == Role.VIEWER


def test_password_managers_may_fill_the_forms(owner: Browser, client: TestClient[Any]) -> None:
    sign_in, account = client.get("/sign-in").text, owner.get("/account").text
    assert 'type="password"' in sign_in
    assert 'autocomplete="current-password"' in sign_in
    assert 'autocomplete="new-password"' in account
    assert not [text for text in (sign_in, account) if "onpaste" in text or "hint_question" in text]


QUIET = """
import socket, sys
asked = []
def hook(name, about):
    if name in ("socket.connect", "socket.sendto"):
        asked.append(about[1])
    elif name in ("socket.getaddrinfo", "socket.gethostbyname"):
        asked.append(about[0])
sys.addaudithook(hook)
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import small_shop
from litestar.testing import TestClient
from periplo.server import create_app
from periplo.workspace import Shop
with Shop.open(small_shop.copied(Path(sys.argv[2]))) as shop:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        for path in ("/", "/customers/1", "/map/svg", "/api/v1/kpis"):
            assert client.get(path).status_code == 200, path
    shop.archive()
asked = [one for one in asked if not str(one).startswith("/")]
socket.gethostbyname("localhost")
print(asked)
"""


def test_nobody_else_is_asked_for_anything(tmp_path: Path) -> None:
    """A shop is served, drawn and archived in a process that notes whom it speaks to, and whose name it asks for."""
    said = subprocess.check_output([sys.executable, "-c", QUIET, str(ROOT / "tests"), str(tmp_path)], text=True)
    assert said.splitlines()[-1] == "['localhost']", "what the test itself asks for in the end"
