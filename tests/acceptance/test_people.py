"""``periplo users``, ``tokens`` and ``audit`` as people and programs use them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import small_shop
from periplo.access import By, Role
from periplo.cli import main
from periplo.errors import LinkGone
from periplo.workspace import Shop
from support_access import PASSWORD, enrolled, link_in, token_in


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def periplo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command in this process: starting one for each word would take most of the time."""

    def run(*words: str) -> Done:
        monkeypatch.setattr("sys.argv", ["periplo", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def answer(periplo: Callable[..., Done]) -> Callable[..., Any]:
    def run(*words: str) -> Any:
        done = periplo(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_shop.copied(tmp_path_factory.mktemp("people"))


def test_people_tokens_and_audit_from_the_terminal(
    folder: Path, periplo: Callable[..., Done], answer: Callable[..., Any]
) -> None:
    shop = str(folder)
    assert answer("users", "list", shop) == {"people": [], "invited": []}
    early = periplo("users", "add", shop, "ana@shop.example")
    assert (early.returncode, early.stdout) == (2, "")
    assert "The first person is an owner." in early.stderr

    invited = periplo("users", "add", shop, "ana@shop.example", "--role", "owner", "--at", "https://map.example/")
    link = link_in(invited.stdout)
    assert link.startswith("https://map.example/join/")
    with Shop.open(folder) as opened:
        opened.access.entrance.by_link(link.rsplit("/", 1)[1], PASSWORD, "192.0.2.1", name="Ana")
        eva = answer("users", "add", shop, "eva@shop.example")["link"]
        opened.access.entrance.by_link(eva.rsplit("/", 1)[1], PASSWORD, "192.0.2.1", name="Eva")
        assert answer("users", "role", shop, "eva@shop.example", "agent")["role"] == "agent"
        found = answer("users", "list", shop)
        assert [(one["email"], one["role"]) for one in found["people"]] == [
            ("ana@shop.example", "owner"),
            ("eva@shop.example", "agent"),
        ]
        assert "password" not in json.dumps(found)

        made = periplo(
            "tokens", "create", shop, "--name", "Panel", "--scope", "numbers,people", "--person", "eva@shop.example"
        )
        visitor = opened.access.tokens.visitor(token_in(made.stdout))
        assert visitor
        assert visitor.may == {"numbers"}  # an agent may not manage people
        (token,) = answer("tokens", "list", shop)["tokens"]
        assert (token["name"], token["person"], token["scopes"]) == ("Panel", "eva@shop.example", ["numbers", "people"])
        answer("tokens", "revoke", shop, token["token_id"])
        assert opened.access.tokens.visitor(token_in(made.stdout)) is None

    with Shop.open(folder) as opened:
        enrolled(opened.access, "ana@shop.example")
    assert [one["second_factor"] for one in answer("users", "list", shop)["people"]] == [True, False]
    assert not answer("users", "reset-second-factor", shop, "ana@shop.example")["second_factor"]
    assert "has no second factor" in periplo("users", "reset-second-factor", shop, "ana@shop.example").stderr

    with Shop.open(folder) as opened:
        leo = opened.access.links.invite("leo@shop.example", Role.VIEWER, By("ana", ""))
        assert answer("users", "remove", shop, "Leo@shop.example") == {"removed": "Leo@shop.example"}
        assert opened.access.links.invitations() == []
        with pytest.raises(LinkGone):
            opened.access.links.look(leo)

    assert link_in(periplo("users", "reset", shop, "eva@shop.example").stdout)
    assert answer("users", "remove", shop, "eva@shop.example") == {"removed": "eva@shop.example"}
    command = [sys.executable, "-m", "periplo", "users", "remove", shop, "ana@shop.example"]
    refused = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PERIPLO_LANG": "es"}, check=False
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "único propietario" in refused.stderr

    entries = answer("audit", shop)["entries"]
    assert [entry["action"] for entry in entries][:3] == ["removed", "reset_link", "invitation_withdrawn"]
    assert re.fullmatch(r"terminal(:\S+)?", entries[0]["who"])
    assert len(answer("audit", shop, "--most", "2")["entries"]) == 2
    assert {"Made", "a", "token"} <= {
        *periplo("audit", shop).stdout.split()
    }  # in two lines, where there are 80 columns


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("users", "add", "SHOP", "nobody"), "is not an email address"),
        (("users", "add", "SHOP", "a@b.example", "--role", "king"), "--role"),
        (("users", "role", "SHOP", "nobody@shop.example", "viewer"), "There is no person"),
        (("tokens", "create", "SHOP", "--name", "x", "--scope", "number"), "Did you mean “numbers”?"),
        (("tokens", "create", "SHOP", "--name", "x", "--days", "0"), "--days"),
        (("tokens", "create", "SHOP"), "See periplo tokens create --help."),
        (("tokens", "revoke", "SHOP", "zz"), "There is no token"),
        (("audit", "nowhere"), "There is no shop"),
    ],
)
def test_wrong_use_is_told(folder: Path, periplo: Callable[..., Done], words: tuple[str, ...], told: str) -> None:
    done = periplo(*(str(folder) if word == "SHOP" else word for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
