"""The Segment-compatible door: every way in that SDKs use, every verdict, and what is refused."""

from __future__ import annotations

import gzip
import json
import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from periplo.collect import MOST_EVENT_BYTES, MOST_EVENTS, USUAL_KB, Writer
from periplo.server import create_app
from periplo.workspace import Shop
from support_collect import ORIGIN, Client, basic, batch, events, track, verdicts
from support_events import at


@pytest.mark.parametrize("call", ["track", "identify", "page", "screen", "group", "alias"])
@pytest.mark.parametrize("short", [False, True])
def test_every_call_has_its_path(shop: Shop, client: Client, key: str, call: str, short: bool) -> None:
    message = track(1, type=..., event="Product Viewed" if call == "track" else ..., userId="u1")
    answer = client.post(f"/v1/{call[0] if short else call}", json=message, headers=basic(key))
    assert (answer.status_code, answer.json()) == (200, {"success": True, "verdicts": ["accepted"], "problems": []})
    [event] = events(shop)
    assert (event["type"], event["source"], event["event_id"], event["user_id"]) == (call, "web", "m1", "u1")


def test_an_alias_joins_two_visitors_and_a_visitor_with_an_account(shop: Shop, client: Client, key: str) -> None:
    said = [
        track(1, anonymousId="desk"),
        track(2, anonymousId="phone"),
        track(3, type="alias", event=..., anonymousId="phone", previousId="desk"),
        track(4, type="alias", event=..., anonymousId="tablet", userId="u1", previousId="till"),
        track(5, type="alias", event=..., anonymousId="lost", previousId=...),
        track(6, type="alias", event=..., anonymousId="same", previousId="same"),
    ]
    assert verdicts(client.post("/v1/batch", content=batch(*said), headers=basic(key))) == ["accepted"] * 6
    customers = [shop.customer_number(name) for name in ("desk", "phone", "till", "tablet", "u1", "lost", "same")]
    assert customers[0] == customers[1]
    assert customers[2] == customers[3] == customers[4]
    assert len(set(customers)) == 4


@pytest.mark.parametrize("path", ["batch", "b", "import"])
def test_a_batch_is_taken_in_its_order(shop: Shop, client: Client, key: str, path: str) -> None:
    answer = client.post(f"/v1/{path}", content=batch(*map(track, range(50))), headers=basic(key))
    assert verdicts(answer) == ["accepted"] * 50
    assert [event["event_id"] for event in events(shop)] == [f"m{n}" for n in range(50)]
    assert shop.journeys().columns.events == 50


def test_the_write_key_may_stand_in_several_places(client: Client, key: str) -> None:
    ways: list[dict[str, Any]] = [
        {"headers": basic(key), "content": batch(track(1))},
        {"headers": {"Authorization": f"Bearer {key}"}, "content": batch(track(2))},
        {"params": {"writeKey": key}, "content": batch(track(3))},
        {"content": batch(track(4), writeKey=key)},
    ]
    assert [verdicts(client.post("/v1/batch", **way)) for way in ways] == [["accepted"]] * 4
    assert verdicts(client.post("/v1/t", json=track(5, writeKey=key))) == ["accepted"]


def test_without_a_known_key_nothing_is_taken(shop: Shop, client: Client) -> None:
    for headers in ({}, basic("guessed"), {"Authorization": "Basic ###"}):
        answer = client.post("/v1/batch", content=batch(track(1)), headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unknown_write_key")
    assert not events(shop)


def test_a_rotated_key_counts_and_the_old_one_no_more(
    shop: Shop, client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("periplo.log.sources.KnownSources.stale", lambda _: True)
    assert client.post("/v1/t", json=track(1), headers=basic(key)).status_code == 200
    new = shop.sources.rotate("web").write_key
    assert client.post("/v1/t", json=track(2), headers=basic(key)).status_code == 401
    assert client.post("/v1/t", json=track(2), headers=basic(new)).status_code == 200
    shop.sources.remove("web")
    assert client.post("/v1/t", json=track(3), headers=basic(new)).status_code == 401


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_json_whatever_the_content_type_says(client: Client, key: str, content_type: str) -> None:
    headers = basic(key) | {"Content-Type": content_type}
    assert verdicts(client.post("/v1/batch", content=batch(track(1)), headers=headers)) == ["accepted"]


@pytest.mark.parametrize("said", [True, False])
def test_gzip_is_unpacked(client: Client, key: str, said: bool) -> None:
    headers = basic(key) | ({"Content-Encoding": "gzip"} if said else {})
    answer = client.post("/v1/batch", content=gzip.compress(batch(track(1), track(2))), headers=headers)
    assert verdicts(answer) == ["accepted"] * 2


def test_times_are_repaired_by_when_it_was_sent(shop: Shop, client: Client, key: str) -> None:
    stamps = {"timestamp": at(0).isoformat(), "sentAt": at(10).isoformat()}
    client.post("/v1/t", json=track(1, **stamps), headers=basic(key))
    late = track(2, timestamp=..., originalTimestamp=at(0).isoformat())
    client.post("/v1/batch", content=batch(late, sentAt=at(10).isoformat()), headers=basic(key))
    client.post("/v1/t", json=track(3, timestamp=None, sentAt=None), headers=basic(key))
    one, other, bare = events(shop)
    for event in (one, other):
        assert event["received_at"] - event["occurred_at"] == timedelta(minutes=10)
        assert (event["original_at"], event["sent_at"]) == (at(0), at(10))
    assert bare["occurred_at"] == bare["received_at"]


def test_explicit_nulls_say_nothing(shop: Shop, client: Client, key: str) -> None:
    nulls = dict.fromkeys(("userId", "context", "properties", "integrations", "originalTimestamp", "sentAt"))
    assert verdicts(client.post("/v1/t", json=track(1, **nulls), headers=basic(key))) == ["accepted"]
    [event] = events(shop)
    assert event["user_id"] is event["properties"] is event["context"] is None


def test_the_context_of_a_batch_lies_under_that_of_each_event(shop: Shop, client: Client, key: str) -> None:
    own = {"page": {"path": "/own"}, "locale": None}
    shared = {"page": {"path": "/shared", "title": "Shared"}, "locale": "es-ES", "channel": "app"}
    content = batch(track(1), track(2, context=own), context=shared)
    assert verdicts(client.post("/v1/batch", content=content, headers=basic(key))) == ["accepted"] * 2
    one, other = events(shop)
    assert (one["page"], one["title"], one["channel"], one["country"]) == ("/shared", "Shared", "app", "ES")
    assert (other["page"], other["title"], other["channel"], other["country"]) == ("/own", "Shared", "app", "ES")


def test_the_browser_is_known_where_the_page_does_not_say_it(shop: Shop, client: Client, key: str) -> None:
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)", "Origin": ORIGIN}
    client.post("/v1/t", json=track(1), headers=basic(key) | phone)
    client.post("/v1/t", json=track(2), headers=basic(key) | {"User-Agent": "analytics-python/2.3"})
    assert [event["device"] for event in events(shop)] == ["mobile", None]


def test_a_default_channel_holds_where_none_is_said(shop: Shop, client: Client) -> None:
    till = shop.sources.add("till", channel="store").write_key
    client.post("/v1/batch", content=batch(track(1), writeKey=till))
    assert [(event["source"], event["channel"]) for event in events(shop)] == [("till", "store")]


def test_a_message_sent_again_counts_once(shop: Shop, client: Client, key: str) -> None:
    content = batch(track(1), track(2), track(1))
    assert verdicts(client.post("/v1/batch", content=content, headers=basic(key))) == [
        "accepted",
        "accepted",
        "duplicate",
    ]
    shop.archive()
    again = client.post("/v1/batch", content=batch(track(3), track(2), track(1)), headers=basic(key))
    assert verdicts(again) == ["accepted", "duplicate", "duplicate"]
    other = shop.sources.add("app").write_key
    assert verdicts(client.post("/v1/batch", content=batch(track(1), writeKey=other))) == ["accepted"]
    assert shop.journeys().columns.events == 4


@pytest.mark.parametrize("archived", [False, True])
def test_another_payload_under_the_same_id_is_kept_and_told(
    shop: Shop, client: Client, key: str, archived: bool
) -> None:
    client.post("/v1/batch", content=batch(track(1), track(2)), headers=basic(key))
    if archived:
        shop.archive()
    other = track(1, properties={"product_id": "another"})
    again = track(2, context={"retries": 1}, sentAt=at(5).isoformat())
    answer = client.post("/v1/batch", content=batch(other, again, other | {"event": "Cart Viewed"}), headers=basic(key))
    assert verdicts(answer) == ["conflict", "duplicate", "conflict"]
    assert [problem["rule"] for problem in answer.json()["problems"]] == ["other_payload"] * 2
    kept = shop.quarantine.list(stage="dedupe")
    assert json.loads(kept[0].raw) == other
    assert len(kept) == 2
    client.post("/v1/batch", content=batch(other), headers=basic(key))
    assert (shop.quarantine.count(), shop.journeys().columns.events) == (2, 2)


def test_messages_without_an_id(client: Client, key: str) -> None:
    dated, undated = track(1, messageId=...), track(1, messageId=..., timestamp=...)
    assert [verdicts(client.post("/v1/t", json=dated, headers=basic(key)))[0] for _ in range(2)] == [
        "accepted",
        "duplicate",
    ]
    assert [verdicts(client.post("/v1/t", json=undated, headers=basic(key)))[0] for _ in range(2)] == ["accepted"] * 2
    retried = [track(2, messageId=..., sentAt=at(minute).isoformat()) for minute in (3, 4)]
    assert verdicts(client.post("/v1/batch", content=batch(*retried), headers=basic(key))) == ["accepted", "duplicate"]


WRONG: list[tuple[Any, str, str]] = [
    (track(1, event=""), "no_event_name", "event"),
    (track(1, event=7), "no_event_name", "event"),
    (track(1, type="buy"), "unknown_call", "type"),
    (track(1, type=["track"]), "unknown_call", "type"),
    (track(1, timestamp="yesterday"), "no_time", "timestamp"),
    (track(1, originalTimestamp={}), "no_time", "originalTimestamp"),
    (track(1, messageId=["x"]), "bad_message_id", "messageId"),
    (track(1, messageId="a\0b"), "bad_message_id", "messageId"),
    (track(1, messageId="x" * 300), "bad_message_id", "messageId"),
    ([1, 2], "not_json", ""),
    ("text", "not_json", ""),
    (None, "not_json", ""),
    (track(1, properties={"long": "x" * MOST_EVENT_BYTES}), "too_large", ""),
]


@pytest.mark.parametrize(("message", "rule", "path"), WRONG, ids=lambda x: x if isinstance(x, str) else "")
def test_what_can_never_be_an_event_is_kept_with_the_reason(
    shop: Shop, client: Client, key: str, message: Any, rule: str, path: str
) -> None:
    answer = client.post("/v1/batch", content=batch(track(8), message, track(9)), headers=basic(key))
    assert (answer.status_code, verdicts(answer)) == (200, ["accepted", "quarantined", "accepted"])
    [problem] = answer.json()["problems"]
    assert (problem["index"], problem["rule"], problem["path"]) == (1, rule, path)
    [kept] = shop.quarantine.list()
    assert (kept.stage, kept.rule, kept.file, kept.field) == ("parse", rule, "web", path)
    assert json.loads(kept.raw) == message
    assert kept.tell("es") != kept.tell("en")
    alone = client.post("/v1/track", content=json.dumps(message), headers=basic(key))
    assert (alone.status_code, verdicts(alone)) == (400, ["quarantined"])
    told = alone.json()
    assert (told["success"], told["code"], told["message"]) == (False, "quarantined", problem["reason"])
    assert shop.quarantine.count() <= 2


def test_bytes_that_are_no_text_are_kept_as_they_came(shop: Shop, client: Client, key: str) -> None:
    raw = b'{"type": "track", "event": "\xff\xfe", "messageId": "1"}'
    answer = client.post("/v1/track", content=raw, headers=basic(key))
    assert (answer.status_code, verdicts(answer)) == (400, ["quarantined"])
    assert shop.quarantine.list()[0].raw.encode("utf-8", "surrogateescape") == raw


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "not_taken"),
        (b"[]", 400, "not_taken"),
        (b'{"batch": {}}', 400, "not_taken"),
        (b'{"batch": [', 400, "not_taken"),
        (b'{"batch": [' + b"[" * 200_000 + b"]" * 200_000 + b"]}", 400, "not_taken"),
        (batch(*[track(1)] * (MOST_EVENTS + 1))[: USUAL_KB * 1024], 400, "not_taken"),
        (batch(*[{}] * (MOST_EVENTS + 1)), 400, "not_taken"),
        (b" " * (USUAL_KB * 1024 + 1), 413, "too_large"),
        (gzip.compress(b" " * 100_000_000), 413, "too_large"),
        (gzip.compress(batch(track(1)))[:-9], 400, "not_taken"),
        (b"\x1f\x8bnonsense", 400, "not_taken"),
    ],
    ids=range(11),
)
def test_requests_that_can_never_be_taken(client: Client, key: str, content: bytes, status: int, code: str) -> None:
    answer = client.post("/v1/batch", content=content, headers=basic(key))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    told = answer.json()["error"]
    assert told["fix"]
    message = " ".join(filter(None, (told["what"], told["why"], told["fix"])))
    assert (answer.json()["code"], answer.json()["message"]) == (code, message)


def test_what_waits_is_weighed_unpacked(shop: Shop, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.workspace.collecting.Writer", partial(Writer, most_waiting=10_000))
    small, large = (gzip.compress(batch(track(1, properties={"long": "x" * n}))) for n in (9_000, 11_000))
    assert len(large) < 1_000
    with Client(create_app(shop), base_url="http://127.0.0.1") as client:
        assert client.post("/v1/batch", content=small, headers=basic(key)).status_code == 200
        busy = client.post("/v1/batch", content=large, headers=basic(key))
    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "shop_busy", "2")


def test_half_an_emoji_does_not_spoil_a_batch(shop: Shop, client: Client, key: str) -> None:
    said = r'"\ud83d\ude00 \ud83d", "\ude00x", "\\ud83d", "\uD83D\u0041"'
    message = '{"type":"track","event":"x","messageId":"1","properties":{"said":[%s]}}' % said  # noqa: UP031
    answer = client.post("/v1/batch", content=f'{{"batch":[{message}]}}', headers=basic(key))
    assert verdicts(answer) == ["accepted"]
    assert json.loads(events(shop)[0]["properties"])["said"] == ["\U0001f600 \ufffd", "\ufffdx", "\\ud83d", "\ufffdA"]


def test_numbers_that_are_none_are_null_as_browsers_send_them(shop: Shop, client: Client, key: str) -> None:
    said = {"a": float("nan"), "b": float("-inf"), "c": [1, float("inf")], "d": 'a "NaN, \\'}
    answer = client.post(
        "/v1/batch", content=json.dumps({"batch": [track(1), track(2, properties=said)]}), headers=basic(key)
    )
    assert verdicts(answer) == ["accepted"] * 2
    assert client.post("/v1/t", content=json.dumps(track(3, properties=said)), headers=basic(key)).status_code == 200
    for event in events(shop)[1:]:
        kept = json.loads(event["properties"])
        assert {name: value for name, value in kept.items() if value is not None} == {"c": [1, None], "d": said["d"]}


def test_texts_that_never_end_cost_no_time(client: Client, key: str) -> None:
    began = time.perf_counter()
    for torn in (b'{"NaN": "' + rb"\"" * 200_000, b'"' * 400_001 + b"NaN"):
        assert client.post("/v1/t", content=torn, headers=basic(key)).status_code == 400
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (batch(track(1), track(2))[:-20], "El cuerpo de esta petición no es un lote de eventos: "),
        (b'{"batch": null}', "Esta petición no tiene una lista «batch»."),
        (batch(*map(track, range(MOST_EVENTS + 1))), f"Este lote tiene {MOST_EVENTS + 1} eventos."),
    ],
)
def test_a_batch_that_cannot_be_taken_apart_is_kept_whole(
    shop: Shop, client: Client, key: str, body: bytes, told: str
) -> None:
    assert client.post("/v1/batch", content=body, headers=basic(key)).status_code == 400
    [kept] = shop.quarantine.list()
    assert (kept.rule, kept.file, kept.raw) == ("no_batch", "web", body.decode())
    assert kept.tell("es").startswith(told)


def test_pages_of_the_shops_own_sites_may_send(client: Client, key: str) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = client.options("/v1/batch", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type"
    sent = client.post("/v1/batch", content=batch(track(1)), headers=basic(key) | {"Origin": ORIGIN})
    assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert sent.headers["access-control-expose-headers"] == "retry-after"


def test_pages_of_other_sites_may_not(shop: Shop, client: Client, key: str) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert "access-control-allow-origin" not in client.options("/v1/batch", headers=elsewhere).headers
    answer = client.post("/v1/batch", content=batch(track(1)), headers=basic(key) | elsewhere)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_site")
    assert not events(shop)
    any_site = shop.sources.add("open", origins=["*"]).write_key
    answer = client.post("/v1/batch", content=batch(track(1)), headers=basic(any_site) | elsewhere)
    assert verdicts(answer) == ["accepted"]


def test_other_methods_are_told_which_there_are(client: Client) -> None:
    answer = client.get("/v1/batch")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
