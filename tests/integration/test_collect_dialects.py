"""RudderStack, Jitsu and PostHog: their requests in the shapes their SDKs send them, and what they fetch before."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from periplo.workspace import Shop
from support_collect import ORIGIN, Client, basic, batch, events, track, verdicts
from support_events import at

DEVICE, PERSON = "0190c5a1-device", "u1"


def posthog(name: str, number: int = 1, *, distinct_id: str = PERSON, **properties: Any) -> dict[str, Any]:
    return {
        "event": name,
        "distinct_id": distinct_id,
        "uuid": f"m{number}",
        "timestamp": at(number).isoformat(),
        "properties": properties,
    }


def test_analytics_js_is_told_where_to_send(client: Client, key: str) -> None:
    told = client.get(f"/v1/projects/{key}/settings", headers={"Origin": ORIGIN})
    assert told.headers["access-control-allow-origin"] == ORIGIN
    assert told.json()["integrations"]["Segment.io"] == {
        "apiKey": key,
        "apiHost": "127.0.0.1/v1",
        "protocol": "http",
    }
    assert told.json()["metrics"]["sampleRate"] == 0
    assert client.get("/v1/projects/guessed/settings").status_code == 401
    assert client.post(f"/v1/projects/{key}/settings").headers["allow"] == "GET, OPTIONS"


@pytest.mark.parametrize("path", ["/sourceConfig", "/sourceConfig/"])
def test_rudder_is_told_that_its_source_is_on(client: Client, key: str, path: str) -> None:
    source = client.get(path, params={"p": "web", "v": "3.0"}, headers=basic(key)).json()["source"]
    assert (source["enabled"], source["writeKey"], source["destinations"]) == (True, key, [])
    assert client.get(path, params={"writeKey": key}).status_code == 200
    assert client.get(path).status_code == 401


def test_rudders_beacon(client: Client, key: str) -> None:
    sent = client.post("/beacon/v1/batch", params={"writeKey": key}, content=batch(track(1), track(2)))
    assert verdicts(sent) == ["accepted"] * 2


@pytest.mark.parametrize("path", ["/api/s/track", "/api/s/s2s/track"])
def test_jitsu(shop: Shop, client: Client, key: str, path: str) -> None:
    sent = client.post(path, json=track(1), headers={"X-Write-Key": f"{key}:secret"})
    assert verdicts(sent) == ["accepted"]
    assert verdicts(client.post("/api/s/batch", content=batch(track(2)), headers={"X-Write-Key": key})) == ["accepted"]
    assert [event["event_id"] for event in events(shop)] == ["m1", "m2"]


def test_posthogs_batch(shop: Shop, client: Client, key: str) -> None:
    sent = [
        posthog(
            "$pageview", 1, distinct_id=DEVICE, **{"$device_id": DEVICE, "$current_url": "https://shop.example/p/1"}
        ),
        posthog("$identify", 2, **{"$anon_distinct_id": DEVICE, "$set": {"email": "Ana@Shop.example"}}),
        posthog("order completed", 3, order_id="o1", revenue=12.5, currency="EUR"),
        posthog("$create_alias", 4, distinct_id="crm-7", alias=PERSON),
        posthog("$merge_dangerously", 5, alias="old-u1"),
        posthog("$screen", 6, **{"$screen_name": "Cart"}),
        posthog("$groupidentify", 7, **{"$group_key": "acme", "$group_set": {"plan": "gold"}}),
    ]
    body = {"api_key": key, "batch": sent, "sentAt": at(10).isoformat()}
    assert verdicts(client.post("/batch/", json=body)) == ["accepted"] * 7
    page, identify, order, alias, merge, screen, group = events(shop)
    assert (page["type"], page["page"], page["anonymous_id"], page["user_id"]) == ("page", "/p/1", DEVICE, None)
    assert (identify["type"], identify["user_id"], identify["anonymous_id"]) == ("identify", PERSON, DEVICE)
    assert identify["email"] == "ana@shop.example"
    assert (order["event"], order["revenue_minor"], order["user_id"]) == ("Order Completed", 1250, PERSON)
    assert (alias["type"], alias["user_id"], alias["anonymous_id"]) == ("alias", PERSON, "crm-7")
    assert (merge["type"], merge["user_id"], merge["anonymous_id"]) == ("alias", PERSON, "old-u1")
    assert (screen["type"], screen["page"]) == ("screen", "Cart")
    assert group["type"] == "group"
    assert order["received_at"] - order["occurred_at"] == at(10) - at(3)
    assert shop.journeys().columns.customers == 1


@pytest.mark.parametrize("path", ["/e/", "/i/v0/e/", "/capture/", "/batch"])
def test_posthogs_ways_to_pack_it(client: Client, key: str, path: str) -> None:
    plain = json.dumps([posthog("seen", number, token=key) for number in range(2)]).encode()
    form = urlencode({"data": base64.b64encode(plain).decode()}).encode()
    one = json.dumps(posthog("seen", 9) | {"api_key": key}).encode()
    found = [verdicts(client.post(path, content=body)) for body in (plain, gzip.compress(plain), form, one)]
    assert found == [["accepted"] * 2, ["duplicate"] * 2, ["duplicate"] * 2, ["accepted"]]


def test_posthogs_pages_are_told_that_events_are_all_that_is_wanted(client: Client, key: str) -> None:
    told = client.get(f"/array/{key}/config", params={"ip": "0"}, headers={"Origin": ORIGIN})
    assert told.headers["access-control-allow-origin"] == ORIGIN
    assert (told.json()["token"], told.json()["hasFeatureFlags"], told.json()["sessionRecording"]) == (
        key,
        False,
        False,
    )
    assert client.get("/array/guessed/config").status_code == 401


@pytest.mark.parametrize("path", ["/flags/", "/flags", "/decide/", "/decide"])
def test_posthog_is_told_that_there_are_no_flags(client: Client, path: str) -> None:
    told = client.post(path, params={"v": "4"}, json={"distinct_id": PERSON}, headers={"Origin": ORIGIN})
    assert told.headers["access-control-allow-origin"] == ORIGIN
    assert (told.json()["flags"], told.json()["featureFlags"]) == ({}, {})
    assert client.get(path).headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    "body", [b"data=", b"data=%%%", b"7", b"[7]", b'{"batch": 7}', b"\xff", b"", b'{"properties": 7}']
)
def test_what_is_no_posthog_event(shop: Shop, client: Client, key: str, body: bytes) -> None:
    assert client.post("/e/", content=body, headers=basic(key)).status_code == 400
    assert not events(shop)


def test_posthogs_people_who_were_not_identified(shop: Shop, client: Client, key: str) -> None:
    server = posthog("seen", 1, distinct_id="s1", **{"$process_person_profile": False})
    client.post("/batch/", json={"api_key": key, "batch": [server]})
    [event] = events(shop)
    assert (event["anonymous_id"], event["user_id"]) == ("s1", None)
