"""At the door: dropped, kept, or counted without a name; and what stays of addresses."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.privacy import Door, Privacy, Request, Salts, SourcePolicy
from periplo.privacy.contexts import fitted_body, kept_address, kept_agent
from periplo.privacy.cookieless import visitor
from periplo.vocabulary import taxonomy

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.127 "
    "Mobile Safari/537.36"
)
WHO = {"userId": "ana", "anonymousId": "a-1"}


def message(event: str = "Product Viewed", state: str | None = None, **more: Any) -> dict[str, Any]:
    consent = {"context": {"consent": {"analytics": state}}} if state else {}
    return {"type": "track", "event": event, "messageId": "m"} | WHO | consent | more


def admit(
    tmp_path: Path,
    *messages: dict[str, Any],
    ip: str = "203.0.113.9",
    at: datetime = NOON,
    source: str = "web",
    context: dict[str, Any] | None = None,
    call: str | None = None,
    **settings: Any,
) -> list[dict[str, Any] | None]:
    """What comes in of each message, as one message."""
    door = Door(Privacy(**settings), Salts(tmp_path / "privacy"), "Europe/Madrid", taxonomy())
    shared = json.dumps(context).encode() if context else None
    sent = [json.dumps(one).encode() for one in messages]
    found = door.admit(sent, call, shared, Request(source, ip, CHROME, at))
    taken, left = (found.messages, found.context) if found else (sent, shared)
    made = [json.loads(one) if one is not None else None for one in taken]
    return [one | {"context": json.loads(left) | one.get("context", {})} if left and one else one for one in made]


def test_who_consents_is_kept_as_sent(tmp_path: Path) -> None:
    sent = [message(state="granted"), message()]
    assert admit(tmp_path, *sent) == sent
    assert not (tmp_path / "privacy").exists(), "no salt is made that nobody needs"


@given(
    st.lists(st.sampled_from(["granted", "denied", "pending", None]), max_size=4),
    st.sampled_from([None, "granted", "denied"]),
    st.booleans(),
    st.booleans(),
)
def test_looking_quickly_decides_as_reading_does(
    tmp_path_factory: pytest.TempPathFactory, states: list[str | None], shared: str | None, trait: bool, nested: bool
) -> None:
    def consent(state: str) -> dict[str, Any]:
        return {"consent": {"categoryPreferences": {"Analytics": state}} if nested else {"analytics": state}}

    sent = [message(type="identify" if trait else "track", traits=consent("denied") if trait else {}) for _ in states]
    for one, state in zip(sent, states, strict=True):
        one |= {"context": consent(state)} if state else {}
    context = consent(shared) if shared else None
    found = admit(tmp_path_factory.mktemp("door"), *sent, context=context, denied="drop", pending="drop")
    wanted = [(state or shared or "granted") == "granted" for state in states]
    assert [one is not None for one in found] == wanted


def test_who_denies_is_counted_without_a_name(tmp_path: Path) -> None:
    sent = message(
        "Order Completed",
        "denied",
        properties={
            "products": [{"product_id": "p", "price": 2, "engraving": "For Ana"}],
            "email": "ana@example.com",
            "order_id": "A-1",
            "revenue": 200,
            "currency": "EUR",
            "url": "https://shop.example/thanks?mail=ana@example.com&utm_source=news&gclid=Cj0KCQ#ana",
        },
    )
    sent["context"] |= {
        "ip": "203.0.113.9",
        "traits": {"email": "ana@example.com"},
        "page": {"referrer": "https://mail.example/box/ana@example.com?x=1", "path": "/thanks?ana@example.com"},
        "device": {"type": "mobile", "id": "ana's phone", "name": "ana"},
    }
    (kept,) = admit(tmp_path, sent)
    assert kept is not None
    assert kept["anonymousId"].startswith("day-")
    told = kept["properties"]
    assert told["products"] == [{"product_id": "p", "price": 2}]
    assert (told["revenue"], told["url"]) == (200, "https://shop.example/thanks?utm_source=news&gclid=1")
    assert kept["context"]["page"] == {"referrer": "https://mail.example/", "path": "/thanks"}
    assert kept["messageId"] == "m"
    assert not any(secret in json.dumps(kept).lower() for secret in ("ana@", "a-1", '"ana"', "ana's", "203.0", "cj0"))


def test_what_messages_share_does_not_tell_either(tmp_path: Path) -> None:
    shared = {"consent": {"analytics": "denied"}, "traits": {"email": "ana@example.com"}, "locale": "es-ES"}
    granted = message("Cart Viewed", "granted")
    hidden, kept = admit(tmp_path, message(), granted, context=shared)
    assert hidden is not None
    assert kept is not None
    assert "ana@" not in json.dumps(hidden)
    assert hidden["context"]["locale"] == "es-ES"
    assert kept["userId"] == "ana"
    assert kept["context"]["traits"] == shared["traits"], "who consents keeps what all share"


def test_what_only_says_who_somebody_is_does_not_come_in(tmp_path: Path) -> None:
    assert admit(tmp_path, message(state="pending", type="identify")) == [None]
    said = message(state="pending")
    del said["type"]
    assert admit(tmp_path, said, call="identify") == [None]


def test_the_choice_itself_is_kept_as_its_proof(tmp_path: Path) -> None:
    chosen = message("Consent Updated", "denied", properties={"consents": {"analytics": "denied"}})
    other = message() | {"anonymousId": "a-2", "userId": "bea"}
    assert admit(tmp_path, chosen, message(), other, denied="drop") == [chosen, None, other]
    renamed = message("Segment Consent Preference Updated", "denied")
    assert admit(tmp_path, renamed, message(), denied="drop") == [renamed, None]


def test_each_source_has_its_own_rule(tmp_path: Path) -> None:
    rules = {"till": SourcePolicy(unknown="drop"), "shop": SourcePolicy(denied="keep")}
    assert admit(tmp_path, message(), source="till", sources=rules) == [None]
    assert admit(tmp_path, message(state="denied"), source="shop", sources=rules) == [message(state="denied")]


def test_a_visitor_has_one_name_a_day(tmp_path: Path) -> None:
    def name(ip: str, hour: int, source: str = "web", day: int = 28) -> str:
        at = datetime(2026, 3, day, hour, tzinfo=UTC)
        (found,) = admit(tmp_path, message(state="denied"), ip=ip, at=at, source=source)
        assert found is not None
        return str(found["anonymousId"])

    morning = name("203.0.113.9", 9)
    assert morning == name("203.0.113.9", 22), "until midnight in Madrid, which is 23:00 UTC"
    assert len({morning, name("203.0.113.8", 9), name("203.0.113.9", 9, "app")}) == 3
    assert name("203.0.113.9", 23) != morning
    assert name("203.0.113.9", 9) != morning, "the salt of the day is gone, nobody can make the name again"


def test_yesterdays_salt_is_nowhere_on_disk(tmp_path: Path) -> None:
    salts = Salts(tmp_path)
    monday, tuesday = date(2026, 3, 30), date(2026, 3, 31)
    salt = salts.of(monday)
    assert salt in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert Salts(tmp_path).of(monday) == salt, "another process, the same day"
    assert [file.stat().st_mode & 0o777 for file in tmp_path.iterdir()] == [0o600]
    held = (tmp_path / "salt-2026-03-30").open("rb")
    Salts(tmp_path).sweep(tuesday)
    assert not list(tmp_path.iterdir())
    assert held.read() == bytes(32), "overwritten, not only forgotten by the folder"
    assert salts.of(tuesday) != salt
    assert len(list(tmp_path.iterdir())) == 1


def test_processes_that_begin_a_day_together_use_one_salt(tmp_path: Path) -> None:
    with get_context("fork").Pool(8) as pool:
        names = pool.map(_salt, [tmp_path] * 40)
    assert len(set(names)) == 1


def _salt(folder: Path) -> bytes:
    return Salts(folder).of(date(2026, 3, 30))


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_different_visitors_have_different_names(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    def sent(text: str) -> bytes:
        return text.encode("utf-8", "replace")

    same = list(map(sent, one)) == list(map(sent, other))
    assert (visitor(b"salt", *one) == visitor(b"salt", *other)) == same


@given(st.ip_addresses())
def test_a_truncated_address_is_its_network(address: IPv4Address | IPv6Address) -> None:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    whole = mapped or address
    bits = 8 if isinstance(whole, IPv4Address) else 80
    network = type(whole)(int(whole) >> bits << bits)
    assert kept_address(str(address), "truncate") == str(network)
    assert kept_address(str(address), "drop") == ""
    assert kept_address(str(address), "keep") == str(address)


def test_an_agent_loses_what_tells_devices_apart() -> None:
    assert kept_agent(CHROME, "truncate") == (
        "Mozilla/5 (Linux; Android) AppleWebKit/537 (KHTML, like Gecko) Chrome/126 Mobile Safari/537"
    )
    assert kept_agent(CHROME, "drop") == ""


def test_an_agent_as_php_writes_it_is_the_same() -> None:
    body = json.dumps({"context": {"userAgent": CHROME}, "title": "a/b"}).replace("/", "\\/").encode()
    found = json.loads(fitted_body(body, Privacy()))
    assert found == {"context": {"userAgent": kept_agent(CHROME, "truncate")}, "title": "a/b"}


@pytest.mark.parametrize("detail", ["keep", "truncate", "drop"])
@given(
    st.dictionaries(
        st.sampled_from(["ip", "userAgent", "locale", "page"]),
        st.text()
        | st.none()
        | st.integers()
        | st.sampled_from(["203.0.113.77", "2001:db8:1:2::7", CHROME, '"ip": "x"']),
    )
)
def test_a_body_is_changed_there_and_nowhere_else(detail: Any, context: dict[str, Any]) -> None:
    found = fitted_body(json.dumps(context).encode(), Privacy(ip=detail, user_agent=detail))
    after = json.loads(found)
    assert after.keys() == context.keys()
    assert all(after[name] == context[name] for name in context.keys() & {"locale", "page"})
    if isinstance(context.get("ip"), str):
        assert after["ip"] == kept_address(context["ip"], detail)
    if isinstance(context.get("userAgent"), str) and context["userAgent"].isalnum() and context["userAgent"].isascii():
        assert after["userAgent"] == kept_agent(context["userAgent"], detail)
