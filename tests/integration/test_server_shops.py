"""Several shops in one server: told apart by host name, and nothing of one reaches the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

import small_shop
from periplo.access import ALL, Limits, Role
from periplo.errors import DamagedShop, UsageError
from periplo.server import create_app
from periplo.server.app import App
from periplo.server.cookie import SessionCookie
from periplo.server.hosts import asked_host, by_host, labels
from periplo.server.keys import STREAM
from periplo.server.run import serve
from periplo.server.street import Street
from periplo.workspace import Shop
from serving import served, state
from support_access import PASSWORD, TEST, csrf_of, joined, peopled, quick_hashes, session
from support_collect import basic, batch, events, track

HOSTS = {"gifts": "gifts.example", "books": "books.example"}
SECRET = "Libros del Faro"
"""The name of the other shop: where it is read, something of that shop came out."""
LOTS = Limits(burst=10**9)


@dataclass
class Street2:
    """Two shops behind one client."""

    shops: Mapping[str, Shop]
    apps: Mapping[str, App]
    street: Street
    client: TestClient[Any]

    def cookie(self, label: str, secret: str, secure: bool = False) -> dict[str, str]:
        name = SessionCookie(str(self.shops[label].path.absolute()))._name
        return {"Cookie": f"{'__Host-' if secure else ''}{name}={secret}"}

    def ask(self, host: str, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        headers = {"Host": host, "Accept": "text/html"} | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, follow_redirects=False, **more)


def folder_of(into: Path, label: str, settings: str = "", people: bool = True) -> Path:
    folder = Path(copytree(small_shop.made(), into / label))
    name = "Faro" if label == "gifts" else SECRET
    text = (folder / "periplo.toml").read_text("utf-8").replace("Faro", name)
    (folder / "periplo.toml").write_text(f'{text}{settings}[server]\nhosts = ["{HOSTS[label]}"]\n', "utf-8")
    if people:
        peopled(folder)
    return folder


def street_of(folders: Mapping[str, Path], **closed: Any) -> Iterator[Street2]:
    shops = {label: Shop.open(folder) for label, folder in folders.items()}
    apps = {label: create_app(shop, local=False, limits=LOTS) for label, shop in shops.items()}
    hosts = {label: shop.settings.server.hosts for label, shop in shops.items()}
    street = Street(apps, closed, by_host(hosts | {label: [f"{label}.example"] for label in closed}))
    with TestClient(street, base_url="http://nowhere.example") as client:
        yield Street2(shops, apps, street, client)
    for shop in shops.values():
        shop.close()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street2]:
    into = tmp_path_factory.mktemp("street")
    yield from street_of({label: folder_of(into, label) for label in HOSTS})


def routes(app: App) -> Iterator[tuple[str, str]]:
    samples = {"number:int": "1", "customer:int": "1", "kind:str": "csv", "name:str": "app.css"}
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        path = route.path
        for name, sample in samples.items():
            path = path.replace(f"{{{name}}}", sample)
        for name in ("reject_id", "key", "path"):
            path = path.replace(f"{{{name}:str}}", "nothing").replace(f"{{{name}:path}}", "nothing")
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS"}:
                yield ("HEAD" if handler.opt.get(STREAM) and method == "GET" else method), path


def test_nothing_of_another_shop_is_had_by_any_route(two: Street2) -> None:
    """With its session, token and write key, under forged names: at the one host there is the one shop."""
    books = two.shops["books"]
    owner = session(books.access, "owner@shop.example")
    _, token = books.access.tokens.make("all", ALL, 1, TEST)
    key = books.sources.add("site").write_key
    name = SessionCookie(str(two.shops["gifts"].path.absolute()))._name
    brought = [
        two.cookie("books", owner),
        {"Cookie": f"{name}={owner}"},
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"Bearer {key}"},
        basic(key),
        {"X-Forwarded-Host": HOSTS["books"], "Forwarded": f"host={HOSTS['books']}"} | two.cookie("books", owner),
    ]
    form = {"data": {"csrf": csrf_of(owner)}}
    known = list(routes(two.apps["gifts"]))
    for method, path in known:
        for headers in brought:
            sent = form if method == "POST" else {}
            more = {"Origin": f"http://{HOSTS['gifts']}"} | headers
            answer = two.ask(HOSTS["gifts"], path, method, headers=more, **sent)
            assert SECRET not in answer.text, (method, path, headers)
            if path not in ("/healthz", "/readyz", "/periplo.js", "/static/app.css", "/sign-in", "/reader"):
                assert answer.status_code in (401, 403, 404, 410), (method, path, headers, answer.status_code)
    assert len(known) > 60
    own = two.ask(HOSTS["books"], "/", headers=two.cookie("books", owner))
    assert SECRET in own.text


@pytest.mark.parametrize("host", ["", "nowhere.example", "gifts", "gifts.example.evil.example", "127.0.0.1"])
def test_a_host_of_no_shop_is_told_so_and_nothing_else(two: Street2, host: str) -> None:
    for path in ("/", "/sign-in", "/customers", "/nothing", "/v1/webhooks/shopify", "/openapi.json"):
        answer = two.ask(host, path)
        assert answer.status_code == 421
        assert "No shop answers under this name" in answer.text
        assert not [one for one in ("Faro", SECRET, *HOSTS, *HOSTS.values()) if one in answer.text and one != host]
    assert two.ask(host, "/api/v1/shop").json()["error"]["code"] == "unknown_host"
    assert "Ninguna tienda" in two.ask(host, "/", headers={"Accept-Language": "es"}).text
    assert two.ask(host, "/static/app.css").status_code == 200
    assert "set-cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_each_shop_answers_under_its_names(two: Street2) -> None:
    for label, name in (("gifts", "Faro"), ("books", SECRET)):
        cookie = two.cookie(label, session(two.shops[label].access, "owner@shop.example"))
        for host in (HOSTS[label], HOSTS[label].upper() + ".", f"{HOSTS[label]}:8765"):
            assert f"<title>{name}" in two.ask(host, "/", headers=cookie).text


def test_events_go_to_the_shop_of_the_host_or_of_the_key(two: Street2) -> None:
    keys = {}
    for label in HOSTS:
        made = two.shops[label].sources.add(f"{label}-key", origins=[f"https://{label}.shop"])
        keys[label] = made.write_key
    for number, (label, key) in enumerate(keys.items()):
        inside = json.loads(batch(track(100 + number))) | {"writeKey": key}
        ways: list[dict[str, Any]] = [
            {"headers": basic(key), "content": batch(track(number))},
            {"headers": {"X-Write-Key": key}, "content": batch(track(10 + number))},
            {"params": {"writeKey": key}, "content": batch(track(20 + number))},
            {"content": json.dumps(inside)},
        ]
        for place, more in enumerate(ways):
            host = "collect.example" if place else HOSTS[label]
            assert two.ask(host, "/v1/batch", "POST", **more).json()["verdicts"] == ["accepted"], (label, place)
        asked = two.ask("collect.example", f"/v1/projects/{key}/settings").json()
        assert asked["integrations"]["Segment.io"]["apiHost"] == "collect.example/v1"
        site = {"Origin": f"https://{label}.shop", "Access-Control-Request-Method": "POST"}
        allowed = two.ask("collect.example", "/v1/batch", "OPTIONS", headers=site).headers
        assert allowed["access-control-allow-origin"] == f"https://{label}.shop"
        told = {one["event_id"] for one in events(two.shops[label]) if one["source"] == f"{label}-key"}
        assert told == {f"m{number}", f"m{10 + number}", f"m{20 + number}", f"m{100 + number}"}
    wrong = two.ask(HOSTS["gifts"], "/v1/batch", "POST", headers=basic(keys["books"]), content=batch(track(1)))
    assert wrong.status_code == 401
    for content, status in ((batch(track(1)), 401), (b"no JSON", 400), (b"{" * 5_000_000, 413)):
        assert two.ask("collect.example", "/v1/batch", "POST", content=content).status_code == status
    stranger = two.ask("collect.example", "/v1/batch", "OPTIONS", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
    assert two.ask("collect.example", "/periplo.js").status_code == 200


def test_names_of_the_machine_itself_are_for_the_machine_itself() -> None:
    def scope(host: str, client: str, **more: str) -> dict[str, Any]:
        headers = [(b"host", host.encode()), *((name.encode(), value.encode()) for name, value in more.items())]
        return {"headers": headers, "client": (client, 1)}

    assert asked_host(scope("gifts.localhost:8765", "127.0.0.1")) == "gifts.localhost"
    assert asked_host(scope("gifts.localhost:8765", "192.0.2.7")) == ""
    assert asked_host(scope("gifts.localhost:8765", "127.0.0.1", **{"x-forwarded-for": "192.0.2.7"})) == ""
    assert asked_host(scope("Gifts.example.", "192.0.2.7")) == "gifts.example"
    assert asked_host(scope("tienda-ñ.example", "192.0.2.7") | {"headers": []}) == ""
    twice = scope("gifts.example", "192.0.2.7")
    assert asked_host(twice | {"headers": twice["headers"] * 2}) == ""


def test_labels_and_hosts_are_each_anothers() -> None:
    assert labels([Path("/a/Gifts & more"), Path("/b/gifts-more"), Path("/c/ñ")]) == [
        "gifts-more",
        "gifts-more-2",
        "shop",
    ]
    assert by_host({"a": ["Tienda.example", "peñas.example"], "b": []}) == {
        "tienda.example": "a",
        "xn--peas-hqa.example": "a",
        "a.localhost": "a",
        "b.localhost": "b",
    }
    with pytest.raises(UsageError, match="Both a and b would answer as"):
        by_host({"a": ["x.example"], "b": ["X.example."]})


def test_a_member_of_two_shops_signs_in_once_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)
    shared = f'[people]\ndatabase = "sqlite:///{tmp_path / "people.db"}"\n'
    for two in street_of({label: folder_of(tmp_path, label, shared, people=False) for label in HOSTS}):
        joined(two.shops["gifts"].access, "ana@shop.example", Role.OWNER)
        joined(two.shops["books"].access, "books@shop.example", Role.OWNER)
        link = two.shops["books"].access.links.invite("ana@shop.example", Role.VIEWER, TEST)
        two.shops["books"].access.entrance.by_link(link, PASSWORD, "192.0.2.1", "a browser")
        secrets = {}
        for label, host in HOSTS.items():
            form = {"email": "ana@shop.example", "password": PASSWORD}
            gone = two.ask(host, "/sign-in", "POST", data=form, headers={"Origin": f"http://{host}"})
            assert gone.status_code == 303
            assert "domain" not in gone.headers["set-cookie"].lower()
            secrets[label] = gone.headers["set-cookie"].split(";")[0].partition("=")[2]
        assert two.ask(HOSTS["gifts"], "/people", headers=two.cookie("gifts", secrets["gifts"])).status_code == 200
        assert two.ask(HOSTS["books"], "/people", headers=two.cookie("books", secrets["books"])).status_code == 403
        carried = two.cookie("gifts", secrets["books"])  # the secret of one, under the other's name
        assert two.ask(HOSTS["gifts"], "/", headers=carried).status_code == 401
        backup = two.shops["gifts"].back_up(tmp_path / "backups")
        assert not (backup.folder / "access.db").exists()
        two.client.cookies.clear()


def test_a_closed_shop_keeps_no_other_from_being_served(tmp_path: Path) -> None:
    for two in street_of({"gifts": folder_of(tmp_path, "gifts")}, books=DamagedShop("log.db cannot be used.")):
        assert two.ask(HOSTS["gifts"], "/sign-in").status_code == 200
        for path in ("/", "/sign-in", "/readyz"):
            answer = two.ask(HOSTS["books"], path)
            assert answer.status_code == 503
            assert "log.db" not in answer.text
        assert two.ask(HOSTS["books"], "/").headers["retry-after"] == "2"
        key = two.shops["gifts"].sources.add("site").write_key
        known = two.ask("collect.example", "/v1/batch", "POST", headers=basic(key), content=batch(track(1)))
        assert known.status_code == 200
        unknown = two.ask("collect.example", "/v1/batch", "POST", headers=basic("x"), content=batch(track(1)))
        assert (unknown.status_code, unknown.headers["retry-after"]) == (503, "2")


def test_shops_that_would_share_a_log_are_not_served(tmp_path: Path) -> None:
    with Shop.open(folder_of(tmp_path, "gifts")) as shop, pytest.raises(UsageError, match="share what each shop needs"):
        serve(shop, shop, port=0)


def test_one_process_serves_several(tmp_path: Path) -> None:
    """As ``periplo serve`` does it: addresses, health and measures by shop, a damaged one told of, an orderly end."""
    folders = [folder_of(tmp_path, label, people=False) for label in HOSTS]
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "periplo.toml").write_text("nonsense", "utf-8")
    first = "from pathlib import Path; from periplo.cli.serving import open_all; "
    places = [str(folder) for folder in (*folders, tmp_path / "torn")]
    first += f"shops, closed = open_all([Path(one) for one in {places!r}]);"
    with served(folders[0], "closed=closed", first=first, shops="*shops") as server:
        for label, name in (("gifts", "Faro"), ("books", SECRET)):
            assert f"The map of {name}: http://{label}.localhost:{server.port}" in server.said
            page = httpx.get(f"http://127.0.0.1:{server.port}/", headers={"Host": f"{label}.localhost:{server.port}"})
            assert f"<title>{name}" in page.text
        home = f"http://127.0.0.1:{server.port}"
        assert httpx.get(f"{home}/healthz").json() == {"status": "ok"}
        told = httpx.get(f"{home}/readyz").json()
        assert told["ready"]
        assert told["shops"]["torn"] == {"ready": False, "faults": {"shop": "bad_settings"}}
        assert httpx.get(f"{home}/readyz", headers={"X-Forwarded-For": "192.0.2.1"}).json() == {"ready": True}
        measured = httpx.get(f"{home}/metrics").text
        assert 'periplo_ready{shop="gifts"} 1.0' in measured
        assert 'periplo_ready{shop="books"} 1.0' in measured
        assert measured.count("# TYPE periplo_ready gauge") == 1
        assert httpx.get(f"{home}/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 421
        alone = httpx.get(f"{home}/metrics", headers={"Host": f"gifts.localhost:{server.port}"}).text
        assert "books" not in alone
        workers = server.children()
        assert len(workers) == 2
        assert server.stop() == 0
        assert {state(one)[0] for one in workers} == {"X"}
