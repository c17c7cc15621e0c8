"""Who is who over HTTP: explained, tried out, decided, undone, audited; and told on the customer's page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from periplo.server import create_app
from periplo.workspace import Shop
from small_shop import copied
from support_events import event


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient[Any]]:
    with Shop.open(copied(tmp_path)) as shop:
        shop.record([event("x1", user_id="luis", email="ana@example.com", minute=90_000)])
        with TestClient(create_app(shop), base_url="http://shop.localhost") as opened:
            yield opened


def get(client: TestClient[Any], path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def decide(client: TestClient[Any], **wanted: Any) -> Any:
    answer = client.post("/api/v1/identity/decisions", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_merge_is_tried_out_decided_explained_and_undone(client: TestClient[Any]) -> None:
    wanted = {"what": "merge", "one": "luis", "other": "visitor-1", "why": "on the phone"}
    tried = decide(client, **wanted, preview=True)
    assert tried["decision"] is None
    assert not get(client, "identity/explain", one="luis", other="visitor-1")["one_customer"]
    done = decide(client, **wanted)
    assert done["change"] == tried["change"]
    assert done["version"] != tried["version"]
    why = get(client, "identity/explain", one="luis", other="visitor-1")
    assert (why["one_customer"], [link["why"] for link in why["links"]]) == (True, ["on the phone"])
    decide(client, what="undo", undoes=done["decision"]["seq"])
    assert not get(client, "identity/explain", one="luis", other="visitor-1")["one_customer"]
    assert [one["what"] for one in get(client, "identity/decisions")["decisions"]] == ["merge", "undo"]
    assert [line["action"] for line in get(client, "audit")["entries"]][:2] == ["decide_identity"] * 2


def test_a_suggestion_is_accepted(client: TestClient[Any]) -> None:
    (found,) = get(client, "identity/suggestions")["suggestions"]
    decide(client, what="accept", one=":".join(found["stronger"]), other=":".join(found["weaker"]))
    assert get(client, "identity/suggestions")["total"] == 0
    assert get(client, "identity/alarms")["alarms"] == []
    assert get(client, "identity/alike") | {"version": ""} == {"version": "", "total": 0, "alike": []}


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"what": "merge", "one": "ana", "other": "ana@example.com"}, "one customer already"),
        ({"what": "merge", "one": "ana", "other": "xyz"}, "no identifier named “xyz”"),
        ({"what": "merge", "one": "ana"}, "needs"),
        ({"what": "unmerge"}, "needs"),
        ({"what": "undo"}, "no decision"),
        ({"what": "sell", "one": "ana"}, ""),
        ({"what": "merge", "one": "ana", "other": "luis", "whom": 1}, ""),
    ],
)
def test_what_cannot_be_decided_is_refused(client: TestClient[Any], wanted: dict[str, Any], says: str) -> None:
    answer = client.post("/api/v1/identity/decisions", json=wanted)
    assert answer.status_code == 400, answer.text
    assert says in answer.json()["error"]["what"]


def test_a_number_is_no_identifier(client: TestClient[Any]) -> None:
    answer = client.post("/api/v1/identity/decisions", json={"what": "merge", "one": 5, "other": "luis"})
    assert (answer.status_code, answer.json()["error"]["why"]) == (400, "")


def test_another_site_decides_nothing(client: TestClient[Any]) -> None:
    forged = client.post(
        "/api/v1/identity/decisions",
        content='{"what": "block", "one": "ana"}',
        headers={"Content-Type": "text/plain", "Origin": "https://evil.example"},
    )
    assert forged.status_code == 403


@pytest.mark.parametrize(("lang", "says"), [("en", "Why this is one customer"), ("es", "Por qué es un solo cliente")])
def test_the_page_tells_why(client: TestClient[Any], lang: str, says: str) -> None:
    page = client.get("/customers/1", headers={"Accept-Language": lang}).text
    assert says in page
    assert "ana@example.com" in page
    links = get(client, "customers/1/links")["links"]
    assert ["user_id", "ana"] in [link["stronger"] for link in links]
