"""Every route has a rule, and every kind of visitor gets from every route exactly what the table of roles says.

The cases are generated from the application's own routes: a new route is tested here by being there, and one
without a rule keeps the application from starting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from litestar import Litestar, Router, WebSocket, get, websocket
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

import small_shop
from periplo.access import ALL, TABLE, Access, Limits, Owes, Permission, Role, permissions
from periplo.access.workspace import DAY_US
from periplo.server import create_app
from periplo.server.collect.routes import ROUTES as COLLECTING
from periplo.server.keys import STREAM
from periplo.server.rules import Rule, check_rules, rule_of
from periplo.workspace import Shop
from support_access import ELSEWHERE, TEST, cookie_name, csrf_of, enrolled, joined, other_workspace, peopled, session

SAMPLES = {
    "number:int": "1",
    "reject_id:str": "nothing",
    "customer:int": "1",
    "kind:str": "csv",
    "key:str": "x",
    "name:str": "app.css",
    "path:str": "nothing",
}
LOTS = Limits(burst=10**9)
NEVER = frozenset[Permission]()


@dataclass(frozen=True)
class Case:
    """One method of one route."""

    method: str
    path: str
    rule: Rule | Permission
    stream: bool


@dataclass(frozen=True)
class Persona:
    """A kind of visitor: what it may, and how it comes in; ``refused``: the status where it may not; ``owes``: what
    must come after the password; ``whole``: the code of a second factor has come.
    """

    name: str
    may: frozenset[Permission]
    refused: int
    signed_in: bool = False
    bearer: str = ""
    email: str = ""
    secret: str = ""
    owes: Owes = ""
    whole: bool = False


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = small_shop.copied(tmp_path_factory.mktemp("rules"))
    peopled(folder)
    with Shop.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(shop, local=False, limits=LOTS), base_url=ELSEWHERE) as opened:
        yield opened


def cases(app: Litestar) -> list[Case]:
    found = []
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        path = route.path
        for name, sample in SAMPLES.items():
            path = path.replace(f"{{{name}}}", sample)
        assert "{" not in path, f"give a sample for the parameter in {route.path}"
        for handler in route.route_handlers:
            stream = bool(handler.opt.get(STREAM))
            methods = handler.http_methods - {"OPTIONS"}  # Litestar's own: which methods there are
            found += [Case(method, path, rule_of(handler), stream) for method in methods]
    return sorted(found, key=lambda case: (case.method != "GET", case.path))  # first what ends no session


def personas(shop: Shop) -> Iterator[Persona]:
    access = shop.access
    yield Persona("nobody", NEVER, 401)
    for role in Role:
        email = f"{role}@shop.example"
        yield Persona(f"{role}", permissions(role), 403, True, email=email, secret=session(access, email))
    yield from careful(access)
    owner = "owner@shop.example"
    yield Persona(
        "a session that was not used for two days", NEVER, 401, secret=session(access, owner, ago_us=2 * DAY_US)
    )
    ended = session(access, owner)
    found = access.sessions.visitor(ended)
    assert found
    access.sessions.end(found.user_id, found.session_id, TEST)
    yield Persona("a session that was ended", NEVER, 401, secret=ended)
    yield Persona("an invented session", NEVER, 401, secret="invented")
    yield from programs(access)
    yield from strangers(shop)
    yield Persona("a write key", NEVER, 401, bearer=shop.sources.add("site").write_key)


def careful(access: Access) -> Iterator[Persona]:
    email = "mar@shop.example"
    joined(access, email, Role.OWNER)
    enrolled(access, email)
    half, whole = session(access, email), session(access, email, whole=True)
    yield Persona("an owner who owes the code", NEVER, 403, email=email, secret=half, owes="code")
    yield Persona("an owner who gave the code", ALL, 403, True, email=email, secret=whole, whole=True)


def programs(access: Access) -> Iterator[Persona]:
    for scope in Permission:
        _, secret = access.tokens.make(f"only {scope}", [scope], 1, TEST)
        yield Persona(f"a token for {scope}", frozenset({scope}), 403, bearer=secret)
    agent = access.people.of("agent@shop.example").user_id
    _, secret = access.tokens.make("agent's", ALL, 1, TEST, user_id=agent)
    yield Persona("an agent's token with all scopes", permissions(Role.AGENT), 403, bearer=secret)
    token_id, secret = access.tokens.make("revoked", ALL, 1, TEST)
    access.tokens.revoke(token_id, TEST)
    yield Persona("a revoked token", NEVER, 401, bearer=secret)
    yield Persona("an invented token", NEVER, 401, bearer="periplo_invented")


def strangers(shop: Shop) -> Iterator[Persona]:
    other = other_workspace(shop.path / "access.db")
    secret = joined(other, "owner@other.example", Role.OWNER)
    yield Persona("the owner of another workspace", NEVER, 401, secret=secret)
    _, token = other.tokens.make("all", ALL, 1, TEST)
    yield Persona("a token of another workspace", NEVER, 401, bearer=token)


def ask(client: TestClient[Any], shop: Shop, case: Case, persona: Persona) -> Any:
    ends = persona.email and case.method == "POST"  # of another the session may not be the same afterwards
    secret = session(shop.access, persona.email, whole=persona.whole) if ends else persona.secret
    headers = {"Origin": ELSEWHERE, "Accept": "text/html"}
    if persona.bearer:
        headers["Authorization"] = f"Bearer {persona.bearer}"
    if secret:
        headers["Cookie"] = f"{cookie_name(client)}={secret}"
    method = "HEAD" if case.stream and case.method == "GET" else case.method
    form = {"data": {"csrf": csrf_of(secret)}} if case.method == "POST" else {}
    return client.request(method, case.path, headers=headers, follow_redirects=False, **form)


def allowed(case: Case, persona: Persona) -> bool:
    if case.rule is Rule.PROBE:
        return True  # and whatever they bring is not looked at
    if case.rule is Rule.ANYBODY:
        return not (persona.bearer and persona.refused == 401)  # who brings a bad token is told so everywhere
    if isinstance(case.rule, Rule):
        paid = {Rule.PERSON: ("",), Rule.ENROLLING: ("", "factor"), Rule.PASSWORD: ("", "factor", "code")}
        return bool(persona.signed_in or persona.owes) and persona.owes in paid[case.rule]
    return case.rule in persona.may


def missed(client: TestClient[Any], shop: Shop, found: list[Case], everyone: list[Persona]) -> list[tuple[Any, ...]]:
    """Where somebody gets something else than what the table says."""
    wrong = []
    for case in found:
        for persona in everyone:
            answer = ask(client, shop, case, persona)
            at_the_gate = answer.status_code == 403 or "www-authenticate" in answer.headers
            if allowed(case, persona):
                right = not at_the_gate and answer.status_code < 500
            else:
                told = (persona.refused == 401 or persona.owes) and "Faro" in answer.text
                right = at_the_gate and answer.status_code == persona.refused and not told
            if not right:
                wrong.append((persona.name, case.method, case.path, str(case.rule), answer.status_code))
    return wrong


def test_every_visitor_gets_from_every_route_what_the_table_says(client: TestClient[Any], shop: Shop) -> None:
    found, everyone = cases(client.app), list(personas(shop))
    assert missed(client, shop, found, everyone) == []
    assert len(found) > 60
    assert len(everyone) == 24


def test_looking_changes_nothing(client: TestClient[Any], shop: Shop) -> None:
    """Whatever is asked for with GET, by who may do everything; that it was handed out may be noted."""

    def state() -> tuple[Any, ...]:
        access = shop.access
        whom = [(one.email, one.role, len(access.sessions.of(one.user_id))) for one in access.people.list()]
        kept = shop.journeys().columns.events, shop.quarantine.count(), shop.identities.decisions()
        return whom, [one.name for one in access.tokens.list()], access.links.invitations(), *kept, shop.sources.all()

    email = "owner@shop.example"
    owner = Persona("owner", ALL, 403, True, email=email, secret=session(shop.access, email))
    before, looks = state(), [case for case in cases(client.app) if case.method == "GET"]
    for case in looks:
        ask(client, shop, case, owner)
    assert len(looks) > 40
    assert state() == before


def test_who_owes_something_gets_nothing_else(client: TestClient[Any], shop: Shop) -> None:
    """Everybody needs a second factor: who has none may set one up, and programs go on as before."""
    email = "editor@shop.example"
    _, token = shop.access.tokens.make("all", ALL, 1, TEST, user_id=shop.access.people.of(email).user_id)
    everyone = [
        Persona("an editor without one", NEVER, 403, email=email, secret=session(shop.access, email), owes="factor"),
        Persona("the editor's token", permissions(Role.EDITOR), 403, bearer=token),
    ]
    shop.access.factors.demand(True, TEST)
    assert missed(client, shop, cases(client.app), everyone) == []
    shop.access.factors.demand(False, TEST)


@pytest.mark.parametrize("path", sorted(COLLECTING))
def test_a_write_key_only_writes(client: TestClient[Any], shop: Shop, path: str) -> None:
    """And nothing else writes: no session, no token, however much they may. Reading with it: see the personas."""
    _, token = shop.access.tokens.make("all", ALL, 1, TEST)
    owner = session(shop.access, "owner@shop.example")
    message = {"type": "track", "event": "Seen", "userId": "u", "messageId": path}
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"{cookie_name(client)}={owner}"}, {}):
        assert client.post(path, json=message, headers=headers).status_code in (400, 401, 403)


def test_whoever_sits_at_the_machine_of_a_deserted_shop_may_all_but_what_needs_an_account() -> None:
    with (
        Shop.open(small_shop.made()) as shop,
        TestClient(create_app(shop, limits=LOTS), base_url="http://shop.localhost") as client,
    ):
        for case in cases(client.app):
            if case.method == "POST":
                continue
            answer = client.request("HEAD" if case.stream else case.method, case.path, follow_redirects=False)
            assert answer.status_code < 500
            owned = case.rule in (Rule.PERSON, Rule.ENROLLING, Rule.PASSWORD)
            assert (answer.status_code == 403) == owned, case
        assert shop.access.deserted()


def test_the_table_is_what_is_told() -> None:
    """The promise in docs/howto/people.md, written once more."""
    assert permissions(Role.OWNER) == ALL
    assert permissions(Role.EDITOR) == ALL - {Permission.ERASE, Permission.PEOPLE, Permission.OPERATION}
    assert permissions(Role.ANALYST) == {Permission.NUMBERS, Permission.CUSTOMERS}
    assert permissions(Role.AGENT) == {Permission.NUMBERS, Permission.CUSTOMERS, Permission.CORRECT}
    assert permissions(Role.VIEWER) == {Permission.NUMBERS}
    assert set(TABLE) == ALL


@get("/forgotten", sync_to_thread=False)
def forgotten() -> str:
    return ""


@websocket("/socket")
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.close()


@pytest.mark.parametrize("handler", [forgotten, Router("/api/v2", route_handlers=[forgotten]), socket])
def test_an_application_with_a_route_without_a_rule_does_not_start(handler: Any) -> None:
    with pytest.raises(TypeError, match=r"/forgotten.*has no rule|/socket is no HTTP route"):
        check_rules(Litestar([handler], openapi_config=None))


def test_the_application_checks_its_rules_when_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.server.app.api.HANDLERS", (forgotten,))
    with Shop.open(small_shop.made()) as shop, pytest.raises(TypeError, match="has no rule"):
        create_app(shop)


def test_the_gate_refuses_a_route_that_came_later_without_a_rule(shop: Shop) -> None:
    app = create_app(shop, local=False)
    app.register(forgotten)
    with TestClient(app, base_url=ELSEWHERE, raise_server_exceptions=False) as client:
        assert client.get("/forgotten").status_code == 500
