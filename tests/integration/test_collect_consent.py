"""Consent honoured by a running shop: what was denied is dropped or counted without a name, before anything is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from periplo.privacy import Privacy, SourcePolicy
from periplo.server import create_app
from periplo.workspace import Settings, Shop
from searching import found_in
from support_collect import basic, batch, track, verdicts

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148"
WHO = {"userId": "ana-secret", "anonymousId": "cookie-secret"}


def said(number: int, state: str, **more: Any) -> dict[str, Any]:
    context = {"consent": {"categoryPreferences": {"Analytics": state}}, "ip": "203.0.113.77", "userAgent": AGENT}
    return track(number, context=context, **WHO, **more)


def sent(folder: Path, *messages: Any, **settings: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """The verdicts, and the events that the shop has then."""
    folder.mkdir()
    (folder / "periplo.toml").write_text(Settings(name="x", privacy=Privacy(**settings)).as_toml(), "utf-8")
    with Shop.open(folder) as shop:
        shop.sources.add("web")
        with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:
            headers = basic(shop.sources.all()[0].write_key) | {"User-Agent": AGENT}
            answer = client.post("/v1/batch", content=batch(*messages), headers=headers)
        return verdicts(answer), shop._stores.log.read().to_pylist()


def test_what_is_denied_is_counted_without_a_name_and_nothing_else_is_on_disk(tmp_path: Path) -> None:
    messages = [said(1, "denied"), said(2, "denied", properties={"email": "ana@secret.example"})]
    told, events = sent(tmp_path / "shop", *messages)
    assert told == ["accepted", "accepted"]
    assert len({event["anonymous_id"] for event in events}) == 1
    assert [(event["user_id"], event["email"], event["device"]) for event in events] == [(None, None, "mobile")] * 2
    assert not found_in(tmp_path / "shop", ["secret", "203.0.113.77", "17_5", "605.1.15"])


def test_what_is_dropped_is_told(tmp_path: Path) -> None:
    messages = [said(1, "denied"), said(2, "granted"), said(3, "pending"), track(4, anonymousId="a")]
    told, events = sent(tmp_path / "shop", *messages, denied="drop", sources={"web": SourcePolicy(pending="drop")})
    assert told == ["dropped", "accepted", "dropped", "accepted"]
    assert [event["event_id"] for event in events] == ["m2", "m4"]
    assert events[0]["user_id"] == "ana-secret"
    assert sent(tmp_path / "other", messages[0], denied="drop") == (["dropped"], [])


def test_what_is_refused_says_nothing_of_who_denied(tmp_path: Path) -> None:
    mail = {"properties": {"email": "ana@secret.example"}}
    refused = [
        said(1, "denied", timestamp="never", **mail),
        said(2, "pending", type="zap"),
        said(3, "denied", event=...),
    ]
    large = said(4, "denied", properties={"secret": "x" * 40_000})
    known = said(5, "granted", timestamp="never", **mail) | {"userId": "bea-known"}
    told, _ = sent(tmp_path / "shop", *refused, large, known | {"anonymousId": "cookie-known", "properties": {}}, "[]")
    assert told == ["quarantined"] * 6
    assert not found_in(tmp_path / "shop", ["secret", "203.0.113.77"])
    assert found_in(tmp_path / "shop", ["bea-known", "cookie-known"])
    assert sent(tmp_path / "other", refused[0], known, denied="drop")[0] == ["dropped", "quarantined"]


@pytest.mark.parametrize(("detail", "ip"), [("truncate", "203.0.113.0"), ("drop", ""), ("keep", "203.0.113.77")])
def test_addresses_are_kept_as_the_shop_says(tmp_path: Path, detail: str, ip: str) -> None:
    _, events = sent(tmp_path / "shop", said(1, "granted"), ip=detail, user_agent=detail)
    context = json.loads(events[0]["context"])
    assert context["ip"] == ip
    assert ("17_5" in context["userAgent"]) == (detail == "keep")
    assert bool(found_in(tmp_path / "shop", ["203.0.113.77"])) == (detail == "keep")
