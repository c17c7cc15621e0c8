"""People for tests: a workspace with one person of each role, and the ways their browsers and programs come in."""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from typing import Any

import pytest
from argon2 import PasswordHasher
from litestar.testing import TestClient

import small_shop
from periplo.access import Access, By, Given, Role, passwords, totp
from periplo.access import secret as secrets
from periplo.access import sessions as sessions_of
from periplo.access.workspace import Workspace
from periplo.server import create_app
from periplo.workspace import Shop

PASSWORD = "mi perro come lechuga"
TEST = By("test")
T0_US = 1_767_225_600_000_000
"""When the people of a prepared database joined: the beginning of 2026."""
ELSEWHERE = "http://map.example:8765"


class Clock:
    """Microseconds, set by hand."""

    def __init__(self) -> None:
        self.us = T0_US

    def __call__(self) -> int:
        return self.us

    def pass_s(self, seconds: float) -> None:
        self.us += round(seconds * 1e6)


@cache
def _peopled() -> Path:
    folder = Path(mkdtemp(prefix="periplo-people-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    ticks = count(T0_US - 10_000)
    access = Access(folder / "access.db", now_us=lambda: next(ticks))
    for role in Role:
        joined(access, f"{role}@shop.example", role)
    access.close()
    return folder / "access.db"


def peopled(folder: Path) -> Path:
    """A database in the folder with one person of each role, ``owner@shop.example`` and so on: made once, copied."""
    return Path(copyfile(_peopled(), folder / "access.db"))


@contextmanager
def peopled_shop(folder: Path) -> Iterator[Shop]:
    """The small shop, with one person of each role."""
    shop = small_shop.copied(folder)
    peopled(shop)
    with Shop.open(shop) as opened:
        yield opened


@contextmanager
def from_elsewhere(shop: Shop) -> Iterator[TestClient[Any]]:
    """A visitor of the shop's server from another machine."""
    with TestClient(create_app(shop, local=False), base_url=ELSEWHERE) as client:
        yield client


def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same Argon2id at its least, for tests of something else: at its usual cost each password takes a while."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def joined(access: Access, email: str, role: Role, password: str = PASSWORD) -> str:
    """Somebody invited who came; answers the secret of the session."""
    link = access.links.invite(email, role, TEST)
    return access.entrance.by_link(link, password, "192.0.2.1", "a browser", name=email.partition("@")[0].title())


def session(access: Access, email: str, *, ago_us: int = 0, whole: bool = False) -> str:
    """A session of a member that began some time ago, without the second that a password costs; ``whole``: the code of
    the second factor was given in it.
    """
    here: Workspace = access.people._workspace
    then = Workspace(here.database, here.name, lambda: here.now_us() - ago_us)
    who = access.people.of(email).user_id
    with here.database.writing() as connection:
        return sessions_of.begin(connection, then, who, "192.0.2.1", "a browser", whole=whole)


def csrf_of(secret: str) -> str:
    return secrets.derived(secret, "form")


@dataclass
class Browser:
    """A client with a session's cookie, which sends forms as a browser does."""

    client: TestClient[Any]
    secret: str = ""
    home: str = ELSEWHERE
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = cookie_name(self.client)
        self.headers = {"Accept": "text/html", "Cookie": f"{name}={self.secret}"}

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, headers=self.headers, follow_redirects=False, **more)

    def post(self, path: str, **data: str) -> Any:
        """Sends a form of ours."""
        return self.client.post(
            path,
            data=data | {"csrf": csrf_of(self.secret)},
            headers=self.headers | {"Origin": self.home},
            follow_redirects=False,
        )


def cookie_name(client: TestClient[Any]) -> str:
    """The name of the session's cookie over an unencrypted way."""
    shop = client.app.state.desk.shop
    from periplo.server.cookie import SessionCookie

    return SessionCookie(str(shop.path.absolute()))._name


def cookie_set(answer: Any) -> Mapping[str, str]:
    """The cookie an answer sets: its name, value and attributes (in lower case, flags with an empty value)."""
    first, *rest = answer.headers["set-cookie"].split("; ")
    name, _, value = first.partition("=")
    attributes = {key.lower(): given for key, _, given in (one.partition("=") for one in rest)}
    return {"name": name, "value": value.strip('"')} | attributes


def link_in(text: str) -> str:
    """The one-time link that a page or a command shows."""
    found = re.search(r"https?://[^\s\"]+/join/[\w-]{43}", text)
    assert found, text
    return found[0]


def token_in(text: str) -> str:
    found = re.search(r"periplo_[\w-]{43}", text)
    assert found, text
    return found[0]


def other_workspace(place: Path) -> Access:
    """Another shop's people in the same database."""
    return Access(place, "other")


def phone(secret: bytes) -> Callable[[int], str]:
    """An authenticator app that was shown the secret: the code at a time."""
    return lambda now_us: totp.code(secret, totp.step_of(now_us))


def enrolled(access: Access, email: str, *, ago_us: int = 0) -> tuple[Callable[[int], str], list[str]]:
    """A member who set up a second factor some time ago: the app and the recovery codes. All sessions end."""
    who = access.sessions.visitor(session(access, email))
    assert who
    app, factors = phone(access.factors._secret(who)), access.factors
    here, then = factors._workspace, factors._workspace.now_us() - ago_us
    factors._workspace = Workspace(here.database, here.name, lambda: then)
    _, codes = factors.turn_on(who, Given(app(then), PASSWORD, "192.0.2.1"))
    factors._workspace = here
    access.sessions.end_all(who.user_id, TEST)
    return app, codes
