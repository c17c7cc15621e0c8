"""Signing in, accounts and people over HTTP: what a browser, a program and an attacker get."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

import small_shop
from periplo.access import Limits, Permission, Role
from periplo.server import create_app
from periplo.workspace import Shop
from serving import served
from support_access import (
    ELSEWHERE,
    PASSWORD,
    TEST,
    Browser,
    cookie_name,
    cookie_set,
    csrf_of,
    link_in,
    peopled,
    session,
    token_in,
)

OWNER = "owner@shop.example"
HTML = {"Accept": "text/html", "Origin": ELSEWHERE}
NEW = "tres tristes tigres comen"


def sign_in(client: TestClient[Any], email: str = OWNER, password: str = PASSWORD, **more: str) -> Any:
    form = {"email": email, "password": password} | more
    return client.post("/sign-in", data=form, headers=HTML, follow_redirects=False)


def test_signing_in_goes_on_where_one_was_going(client: TestClient[Any]) -> None:
    asked = client.get("/customers?channel=web", headers=HTML)
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"] == "Bearer"
    assert 'name="back" value="/customers?channel=web"' in asked.text
    gone = sign_in(client, back="/customers?channel=web")
    assert (gone.status_code, gone.headers["location"]) == (303, "/customers?channel=web")
    cookie = cookie_set(gone)
    assert "httponly" in cookie
    assert cookie["samesite"] == "lax"
    assert (cookie["path"], cookie["max-age"]) == ("/", str(14 * 86_400))
    assert "domain" not in cookie
    assert client.get("/customers?channel=web").status_code == 200


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client: TestClient[Any], back: str) -> None:
    assert sign_in(client, back=back).headers["location"] == "/"
    assert 'name="back" value="/' in client.get("//evil.example/", headers=HTML).text


def test_a_wrong_password_and_an_unknown_person_look_the_same(client: TestClient[Any]) -> None:
    answers = [sign_in(client, email, "wrong") for email in (OWNER, "nobody@shop.example")]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [answer.text.replace(OWNER, "").replace("nobody@shop.example", "") for answer in answers]
    assert texts[0] == texts[1]
    assert answers[0].headers["cache-control"] == "no-store"
    assert "set-cookie" not in answers[0].headers


def test_too_many_tries_are_told_to_wait(client: TestClient[Any]) -> None:
    codes = [sign_in(client, password="wrong").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    late = sign_in(client)
    assert (late.status_code, late.headers["retry-after"]) == (429, "1")


def test_a_session_planted_before_is_not_the_one_afterwards(client: TestClient[Any], shop: Shop) -> None:
    """Session fixation: the secret that was there, invented or of somebody else, is worth nothing afterwards."""
    planted = session(shop.access, "viewer@shop.example")
    for before in (planted, "invented"):
        headers = HTML | {"Cookie": f"{cookie_name(client)}={before}"}
        gone = client.post(
            "/sign-in", data={"email": OWNER, "password": PASSWORD}, headers=headers, follow_redirects=False
        )
        after = cookie_set(gone)["value"]
        assert after != before
        assert shop.access.sessions.visitor(before) is None
        assert shop.access.sessions.visitor(after)


def test_signing_out_ends_the_session_on_the_server(owner: Browser, shop: Shop) -> None:
    gone = owner.post("/sign-out")
    cookie = cookie_set(gone)
    assert (cookie["value"], cookie["max-age"]) == ("", "0")
    assert gone.headers["clear-site-data"] == '"cache"'
    assert shop.access.sessions.visitor(owner.secret) is None
    assert owner.get("/").status_code == 401


def test_an_answer_kept_by_the_browser_is_not_confirmed_to_the_next_person(owner: Browser, shop: Shop) -> None:
    tag = owner.get("/").headers["etag"]
    viewer = Browser(owner.client, session(shop.access, "viewer@shop.example"))
    for other in (viewer, Browser(owner.client, "")):
        other.headers["If-None-Match"] = tag
        assert other.get("/").status_code in (200, 401)
    owner.headers["If-None-Match"] = tag
    assert owner.get("/").status_code == 304


FORGED = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {},
    {"Sec-Fetch-Site": "cross-site", "Origin": ELSEWHERE},
    {"Sec-Fetch-Site": "same-site", "Origin": ELSEWHERE},
]


@pytest.mark.parametrize("headers", FORGED)
def test_a_form_from_another_site_changes_nothing(owner: Browser, shop: Shop, headers: dict[str, str]) -> None:
    cookie = {"Cookie": owner.headers["Cookie"], "Accept": "application/json"}
    form = {"email": "eve@shop.example", "role": "owner", "csrf": csrf_of(owner.secret)}
    answer = owner.client.post("/people/invite", data=form, headers=cookie | headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "foreign_form"
    assert shop.access.links.invitations() == []


@pytest.mark.parametrize("csrf", ["", "wrong", "other"])
def test_a_form_without_the_sessions_secret_changes_nothing(owner: Browser, shop: Shop, csrf: str) -> None:
    given = csrf_of(session(shop.access, OWNER)) if csrf == "other" else csrf
    headers = {"Cookie": owner.headers["Cookie"], "Origin": ELSEWHERE}
    form = {"email": "eve@shop.example", "role": "owner", "csrf": given}
    assert owner.client.post("/people/invite", data=form, headers=headers).status_code == 403
    assert shop.access.links.invitations() == []


def test_nobody_is_signed_in_by_another_site(client: TestClient[Any]) -> None:
    form = {"email": OWNER, "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_somebody_invited_joins_and_the_link_is_spent(owner: Browser) -> None:
    link = link_in(owner.post("/people/invite", email="Ana@Shop.example", role="analyst").text).removeprefix(ELSEWHERE)
    ana = owner.client
    shown = ana.get(link, headers=HTML)
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "same-origin"
    assert ana.get(link).status_code == 200  # looking does not spend it
    weak = ana.post(link, data={"name": "Ana", "password": "password1234"}, headers=HTML)
    assert weak.status_code == 400
    assert "easily guessed" in weak.text
    joined = ana.post(link, data={"name": "Ana", "password": NEW}, headers=HTML, follow_redirects=False)
    assert joined.status_code == 303
    assert ana.get("/customers").status_code == 200
    assert ana.get("/people", headers=HTML).status_code == 403
    assert ana.get(link).status_code == 410
    assert ana.post(link, data={"name": "Eve", "password": NEW}, headers=HTML).status_code == 410


def test_the_owner_manages_people(owner: Browser, shop: Shop) -> None:
    assert owner.post("/people/role", email="viewer@shop.example", role="editor").status_code == 303
    assert shop.access.people.of("viewer@shop.example").role == Role.EDITOR
    assert owner.post("/people/role", email="viewer@shop.example", role="king").status_code == 400
    assert owner.post("/people/remove", email="agent@shop.example").status_code == 303
    assert "agent@shop.example" not in [person.email for person in shop.access.people.list()]
    last = owner.post("/people/remove", email=OWNER)
    assert last.status_code == 400
    assert "only owner" in last.text
    owner.post("/people/invite", email="new@shop.example", role="viewer")
    (invited,) = shop.access.links.invitations()
    owner.post("/people/withdraw", link=invited.link_id)
    assert shop.access.links.invitations() == []
    link = link_in(owner.post("/people/reset", email="analyst@shop.example").text)
    assert "analyst@shop.example" in owner.client.get(link, headers=HTML).text
    assert owner.post("/people/reset", email="nobody@shop.example").status_code == 400


def test_the_owner_ends_the_sessions_of_somebody(owner: Browser, shop: Shop) -> None:
    theirs = session(shop.access, "viewer@shop.example")
    assert owner.post("/people/sign-out", email="viewer@shop.example").status_code == 303
    assert shop.access.sessions.visitor(theirs) is None
    assert shop.access.audit.list()[0].target == "viewer@shop.example"
    assert owner.post("/people/sign-out", email="nobody@shop.example").status_code == 400


def test_browsers_do_not_keep_what_names_customers(owner: Browser) -> None:
    for path in ("/customers", "/customers/1", "/api/v1/customers", "/account", "/people", "/audit"):
        assert owner.get(path).headers["cache-control"] == "no-store", path
    assert owner.get("/").headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
def test_no_other_methods_are_taken(owner: Browser, method: str) -> None:
    assert owner.client.request(method, "/", headers=owner.headers).status_code == 405


def test_a_new_password_goes_on_in_a_new_session(owner: Browser, shop: Shop) -> None:
    other = session(shop.access, OWNER)
    assert owner.post("/account/password", old="wrong", new=NEW).status_code == 401
    assert owner.post("/account/password", old=PASSWORD, new="short").status_code == 400
    gone = owner.post("/account/password", old=PASSWORD, new=NEW)
    assert gone.status_code == 303
    assert shop.access.sessions.visitor(owner.secret) is None
    assert shop.access.sessions.visitor(other) is None
    assert shop.access.sessions.visitor(cookie_set(gone)["value"])


def test_sessions_are_ended_from_the_account(owner: Browser, shop: Shop) -> None:
    other = session(shop.access, OWNER)
    found = shop.access.sessions.visitor(other)
    assert found
    assert owner.post("/account/sessions/end", session=found.session_id).status_code == 303
    assert shop.access.sessions.visitor(other) is None
    assert owner.get("/account").status_code == 200
    assert owner.post("/account/sign-out-everywhere").status_code == 303
    assert owner.get("/account").status_code == 401


def test_a_token_is_shown_once_and_works_until_it_is_revoked(owner: Browser, shop: Shop) -> None:
    shown = owner.post("/account/tokens", name="Dashboard", days="30", **{"scope-numbers": "yes"})
    secret = token_in(shown.text)
    assert shown.headers["cache-control"] == "no-store"
    assert secret not in owner.get("/account").text
    program = {"Authorization": f"bearer  {secret}"}
    assert owner.client.get("/api/v1/shop", headers=program).json()["name"] == "Faro"
    refused = owner.client.get("/api/v1/customers", headers=program)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
    (one,) = shop.access.tokens.list()
    owner.post("/account/tokens/revoke", token=one.token_id)
    gone = owner.client.get("/api/v1/shop", headers=program)
    assert (gone.status_code, gone.json()["error"]["code"]) == (401, "wrong_token")


def test_nobody_gives_a_token_more_than_they_may(shop: Shop, client: TestClient[Any]) -> None:
    viewer = Browser(client, session(shop.access, "viewer@shop.example"))
    everything = {f"scope-{one}": "yes" for one in Permission}
    viewer.post("/account/tokens", name="greedy", days="30", **everything)
    (one,) = shop.access.tokens.list()
    assert one.scopes == [Permission.NUMBERS]
    assert viewer.post("/account/tokens", name="none", days="30").status_code == 400
    assert viewer.post("/account/tokens", name="long", days="9999", **everything).status_code == 400


def test_nobody_revokes_the_token_or_ends_the_session_of_another(shop: Shop, client: TestClient[Any]) -> None:
    who = shop.access.people.of(OWNER).user_id
    secret = session(shop.access, OWNER)
    token_id, token = shop.access.tokens.make("owner's", [Permission.NUMBERS], 1, TEST, user_id=who)
    viewer = Browser(client, session(shop.access, "viewer@shop.example"))
    assert viewer.post("/account/tokens/revoke", token=token_id).status_code == 400
    viewer.post("/account/sessions/end", session=shop.access.sessions.of(who)[0].session_id)
    assert shop.access.tokens.visitor(token)
    assert shop.access.sessions.visitor(secret)


@pytest.mark.parametrize("given", ["", "wrong", "periplo_", "x" * 5000])
def test_a_wrong_token_opens_nothing(client: TestClient[Any], given: str) -> None:
    answer = client.get("/api/v1/shop", headers={"Authorization": f"Bearer {given}"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_in_the_address_opens_nothing(client: TestClient[Any], shop: Shop) -> None:
    _, secret = shop.access.tokens.make("ci", [Permission.NUMBERS], 1, TEST)
    assert client.get("/api/v1/shop", params={"token": secret}).status_code == 401


def test_what_a_role_does_not_allow_is_refused_and_noted(shop: Shop, client: TestClient[Any]) -> None:
    viewer = Browser(client, session(shop.access, "viewer@shop.example"))
    text = viewer.get("/customers/1").text
    assert "Your role does not reach so far." in text
    assert "ana@example.com" not in text
    entry = shop.access.audit.list()[0]
    assert (entry.who, entry.action, entry.result) == ("viewer@shop.example", "not_allowed", "refused")
    assert entry.target == "GET /customers/1"


def test_the_audit_log_is_read_by_page_and_by_api(owner: Browser, shop: Shop) -> None:
    sign_in(owner.client, password="wrong")
    for n in range(120):
        shop.access.audit.note(TEST, "removed", f"<b>person {n}</b>")
    page = owner.get("/audit").text
    assert "&lt;b&gt;person 119&lt;/b&gt;" in page
    older = re.search(r'href="(/audit\?before=\d+)"', page)
    assert older
    assert "person 119" not in owner.get(older[1]).text
    answer = owner.get("/api/v1/audit", params={"limit": 2}).json()
    assert [entry["target"] for entry in answer["entries"]] == ["<b>person 119</b>", "<b>person 118</b>"]
    assert answer["total"] > 120
    assert owner.get("/audit", params={"before": "x"}).status_code == 400


def test_one_visitor_asks_only_so_often(shop: Shop) -> None:
    with TestClient(create_app(shop, local=False, limits=Limits(burst=3, rate=0.001)), base_url=ELSEWHERE) as client:
        viewer = Browser(client, session(shop.access, "viewer@shop.example"))
        assert [viewer.get("/api/v1/shop").status_code for _ in range(4)] == [200, 200, 200, 429]
        late = viewer.get("/api/v1/shop")
        assert int(late.headers["retry-after"]) >= 1
        other = Browser(client, session(shop.access, "analyst@shop.example"))
        assert other.get("/api/v1/shop").status_code == 200
        assert viewer.get("/static/app.css").status_code == 200
        guesses = [client.get("/api/v1/shop", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(4)]
        assert guesses == [401, 401, 401, 429]


def test_behind_tls_the_cookie_is_of_this_host_and_browsers_stay_there(tmp_path: Path) -> None:
    folder = small_shop.copied(tmp_path)
    peopled(folder)
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6, 203.0.113.9", "Host": "map.example"}
    with served(folder) as server, httpx.Client(base_url=server.address, headers=proxied, timeout=120) as client:
        ours = {"Origin": "https://map.example"}
        gone = client.post("/sign-in", data={"email": OWNER, "password": PASSWORD}, headers=ours)
        cookie = cookie_set(gone)
        assert cookie["name"].startswith("__Host-periplo-")
        assert "secure" in cookie
        assert gone.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        client.cookies.clear()
        carried = {"Cookie": f"{cookie['name']}={cookie['value']}"}
        assert client.get("/", headers=carried).status_code == 200
        planted = {"Cookie": f"{cookie['name'].removeprefix('__Host-')}={cookie['value']}"}
        assert client.get("/", headers=planted).status_code == 401
    with Shop.open(folder) as shop:
        assert shop.access.sessions.of(shop.access.people.of(OWNER).user_id)[0].address == "203.0.113.9"
        assert shop.access.audit.list()[0].address == "203.0.113.9"


def test_as_soon_as_somebody_joined_the_machine_itself_is_asked_too(tmp_path: Path) -> None:
    home = "http://shop.localhost"
    with (
        Shop.open(small_shop.copied(tmp_path)) as shop,
        TestClient(create_app(shop), base_url=home) as client,
    ):
        assert client.get("/customers/1").status_code == 200
        assert "Nobody signs in yet" in client.get("/people").text
        early = client.post("/people/invite", data={"email": "ana@shop.example", "role": "viewer"})
        assert "The first person is an owner." in early.text
        asked = client.post("/people/invite", data={"email": OWNER, "role": "owner"}, headers={"Origin": home})
        assert client.get("/customers/1").status_code == 200  # nobody has come yet
        link = link_in(asked.text).removeprefix(home)
        client.post(link, data={"name": "Ana", "password": PASSWORD}, follow_redirects=False)
        assert client.get("/customers/1").status_code == 200
        client.cookies.clear()
        assert client.get("/customers/1").status_code == 401
        assert client.get("/", headers={"Host": "map.example"}).status_code == 401


@pytest.mark.parametrize("forged", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_no_web_page_invites_itself_through_the_browser_of_the_machine(tmp_path: Path, forged: dict[str, str]) -> None:
    with (
        Shop.open(small_shop.copied(tmp_path)) as shop,
        TestClient(create_app(shop), base_url="http://shop.localhost") as client,
    ):
        form = {"email": "eve@evil.example", "role": "owner"}
        assert client.post("/people/invite", data=form, headers=forged).status_code == 403
        assert shop.access.links.invitations() == []


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"])
def test_a_proxy_does_not_make_strangers_the_person_at_the_machine(shop: Shop, header: str) -> None:
    with (
        Shop.open(small_shop.made()) as open_shop,
        TestClient(create_app(open_shop), base_url="http://shop.localhost") as client,
    ):
        assert client.get("/").status_code == 200
        assert client.get("/", headers={header: "203.0.113.9"}).status_code == 421


def test_on_a_network_nothing_is_told_before_the_owner_came(tmp_path: Path) -> None:
    with (
        Shop.open(small_shop.copied(tmp_path)) as shop,
        TestClient(create_app(shop, local=False), base_url=ELSEWHERE) as client,
    ):
        answer = client.get("/", headers=HTML)
        assert answer.status_code == 401
        assert "This server has no owner yet." in answer.text
        assert "Faro" not in answer.text


def test_a_large_form_is_refused(client: TestClient[Any]) -> None:
    assert sign_in(client, password="x" * 2_000_000).status_code == 413
    many = "&".join(f"f{n}=1" for n in range(5000))
    headers = HTML | {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=many, headers=headers).status_code < 500
