"""The second factor over HTTP: setting it up, giving its code, and what a browser gets that still owes one."""

from __future__ import annotations

import base64
import html
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from litestar.testing import TestClient

from periplo.workspace import Shop
from support_access import (
    ELSEWHERE,
    PASSWORD,
    Browser,
    cookie_set,
    enrolled,
    phone,
    session,
)

OWNER, VIEWER = "owner@shop.example", "viewer@shop.example"
HTML = {"Accept": "text/html", "Origin": ELSEWHERE}
MINUTE_US = 60_000_000
WANTED = "/customers?channel=web"


def sign_in(client: TestClient[Any], email: str = OWNER, back: str = WANTED) -> tuple[str, Browser]:
    """Where the password leads, and the browser that gave it."""
    form = {"email": email, "password": PASSWORD, "back": back}
    gone = client.post("/sign-in", data=form, headers=HTML, follow_redirects=False)
    assert gone.status_code == 303
    client.cookies.clear()
    return gone.headers["location"], Browser(client, cookie_set(gone)["value"])


def goes_on(browser: Browser, answer: Any) -> Browser:
    """The browser with the cookie it was given."""
    browser.client.cookies.clear()
    return Browser(browser.client, cookie_set(answer)["value"])


def now_us() -> int:
    return time.time_ns() // 1_000


def back_in(address: str) -> tuple[str, str]:
    split = urlsplit(address)
    return split.path, parse_qs(split.query)["back"][0]


def app_for(text: str) -> Callable[[int], str]:
    """The app of somebody who typed the key that the page shows."""
    found = re.search(r'class="key">([A-Z2-7 ]{39})<', text)
    assert found
    return phone(base64.b32decode(found[1].replace(" ", "")))


def test_signing_in_goes_by_the_code_to_where_one_was_going(client: TestClient[Any], shop: Shop) -> None:
    app, _ = enrolled(shop.access, OWNER, ago_us=10 * MINUTE_US)
    place, browser = sign_in(client)
    assert back_in(place) == ("/sign-in/code", WANTED)
    shown = browser.get(place)
    assert shown.status_code == 200
    assert 'autocomplete="one-time-code"' in shown.text
    assert "Faro" not in shown.text
    wrong = browser.post("/sign-in/code", code="000000", back=WANTED)
    assert (wrong.status_code, wrong.headers["cache-control"]) == (401, "no-store")
    assert "The code is not right." in wrong.text
    assert html.escape(WANTED) in wrong.text
    right = browser.post("/sign-in/code", code=app(now_us()), back=WANTED)
    assert (right.status_code, right.headers["location"]) == (303, WANTED)
    assert browser.get("/").status_code == 401  # the session that owed it is over
    whole = goes_on(browser, right)
    assert whole.get(WANTED).status_code == 200
    assert whole.get(place).headers["location"] == WANTED
    assert whole.post("/sign-in/code", code="", back="//evil.example").headers["location"] == "/"


def test_a_page_that_owes_the_code_asks_for_it_and_goes_on_there(client: TestClient[Any], shop: Shop) -> None:
    enrolled(shop.access, OWNER)
    half = Browser(client, session(shop.access, OWNER))
    asked = half.get(WANTED)
    assert asked.status_code == 403
    assert f'name="back" value="{html.escape(WANTED)}"' in asked.text
    assert "Faro" not in asked.text
    assert 'href="/account"' not in asked.text
    program = client.get("/api/v1/shop", headers={"Cookie": half.headers["Cookie"]})
    assert (program.status_code, program.json()["error"]["code"]) == (403, "second_factor_needed")
    assert half.get("/account/second-factor").status_code == 403
    assert half.post("/sign-out").status_code == 303


def test_a_recovery_code_opens_too(client: TestClient[Any], shop: Shop) -> None:
    _, codes = enrolled(shop.access, OWNER)
    _, browser = sign_in(client)
    assert browser.post("/sign-in/code", code=codes[0], back=WANTED).headers["location"] == WANTED


def test_it_is_set_up_with_a_picture_and_recovery_codes_to_keep(client: TestClient[Any], shop: Shop) -> None:
    owner = Browser(client, session(shop.access, OWNER))
    owner.headers["Accept-Language"] = "es"
    page = owner.get("/account/second-factor")
    assert page.headers["cache-control"] == "no-store"
    assert '<svg viewBox="0 0 ' in page.text
    assert "style=" not in page.text
    assert "otpauth" not in page.text
    app = app_for(page.text)
    wrong = owner.post("/account/second-factor", code="000000", password=PASSWORD, back="/account")
    assert wrong.status_code == 401
    assert app_for(wrong.text)(0) == app(0)
    shown = owner.post("/account/second-factor", code=app(now_us()), password=PASSWORD, back="/account")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    codes = re.findall(r"<li><code>([a-z2-7-]{29})</code></li>", shown.text)
    assert len(codes) == 10
    file = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download="([\w.-]+)"', shown.text)
    assert file
    assert unquote(file[1]).split("\n")[2:12] == codes
    assert file[2] == "periplo-codigos-de-recuperacion.txt"
    assert owner.get("/account").status_code == 401
    whole = goes_on(owner, shown)
    assert whole.get("/account/second-factor").headers["location"] == "/account"
    account = whole.get("/account")
    assert "Recovery codes left: 10." in account.text
    assert codes[0] not in account.text


def test_codes_are_renewed_and_it_is_turned_off_from_the_account(client: TestClient[Any], shop: Shop) -> None:
    _, codes = enrolled(shop.access, OWNER)
    owner = Browser(client, session(shop.access, OWNER, whole=True))
    for path in ("/account/second-factor/codes", "/account/second-factor/off"):
        assert owner.post(path, code=codes[0], password="wrong").status_code == 401
    new = re.findall(
        r"<code>([a-z2-7-]{29})</code>",
        owner.post("/account/second-factor/codes", code=codes[0], password=PASSWORD).text,
    )
    assert len(new) == 10
    off = owner.post("/account/second-factor/off", code=new[0], password=PASSWORD)
    assert off.headers["location"] == "/account"
    assert "/account/second-factor" in goes_on(owner, off).get("/account").text
    assert sign_in(client)[0] == WANTED


def test_where_everybody_needs_one_signing_in_leads_to_setting_it_up(client: TestClient[Any], shop: Shop) -> None:
    owner = Browser(client, session(shop.access, OWNER))
    assert owner.post("/people/second-factor", needed="yes").status_code == 303
    asked = owner.get("/people")  # the owner too
    assert asked.status_code == 403
    assert "/account/second-factor?back=%2Fpeople" in asked.text
    assert "Faro" not in asked.text
    place, viewer = sign_in(client, VIEWER, "/?channel=web")
    assert back_in(place) == ("/account/second-factor", "/?channel=web")
    page = viewer.get(place)
    assert "In this workspace everybody needs one." in page.text
    given = {"code": app_for(page.text)(now_us()), "password": PASSWORD, "back": "/?channel=web"}
    shown = viewer.post("/account/second-factor", **given)
    assert 'href="/?channel=web"' in shown.text
    assert goes_on(viewer, shown).get("/?channel=web").status_code == 200


def test_owners_reset_the_second_factor_of_others(client: TestClient[Any], shop: Shop) -> None:
    enrolled(shop.access, VIEWER)
    enrolled(shop.access, OWNER)
    owner = Browser(client, session(shop.access, OWNER, whole=True))
    page = owner.get("/people").text
    assert page.count('action="/people/second-factor/reset"') == 1
    assert owner.post("/people/second-factor/reset", email=VIEWER).status_code == 303
    assert sign_in(client, VIEWER)[0] == WANTED
    for email in (VIEWER, OWNER, "nobody@shop.example"):
        assert owner.post("/people/second-factor/reset", email=email).status_code == 400
    assert owner.post("/people/second-factor", needed="yes").status_code == 303
    assert "Leave it to each person" in owner.get("/people").text
    owner.post("/people/second-factor", needed="no")
    noted = [entry.action for entry in shop.access.audit.list()]
    assert {"second_factor_reset", "second_factor_demanded", "second_factor_optional"} <= set(noted)


def test_a_form_from_another_site_changes_no_second_factor(client: TestClient[Any], shop: Shop) -> None:
    app, codes = enrolled(shop.access, OWNER, ago_us=10 * MINUTE_US)
    half = Browser(client, session(shop.access, OWNER), home="http://evil.example")
    assert half.post("/sign-in/code", code=app(now_us())).status_code == 403
    whole = Browser(client, session(shop.access, OWNER, whole=True))
    headers = {"Cookie": whole.headers["Cookie"], "Origin": ELSEWHERE}
    form = {"code": codes[0], "password": PASSWORD, "csrf": "wrong"}
    assert client.post("/account/second-factor/off", data=form, headers=headers).status_code == 403
    factor = shop.access.factors.of(shop.access.people.of(OWNER).user_id)
    assert factor
    assert factor.codes == 10
