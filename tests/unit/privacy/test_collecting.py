"""At the door: dropped, kept, or counted without a name; and what stays of addresses."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.events.model import Event
from periplo.privacy import Admitted, Door, Privacy, Salts, SourcePolicy, fitted
from periplo.privacy.contexts import kept_address, kept_agent
from periplo.privacy.cookieless import visitor
from periplo.vocabulary import taxonomy
from support_events import event

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.127 "
    "Mobile Safari/537.36"
)
MINE = {"user_id": "ana", "email": "ana@example.com", "phone": "+34600", "loyalty_card": "7", "anonymous_id": "a-1"}


def consent(state: str, **more: Any) -> str:
    return json.dumps({"consent": {"analytics": state}} | more)


def admit(tmp_path: Path, *events: Event, ip: str = "203.0.113.9", now: datetime = NOON, **settings: Any) -> Admitted:
    door = Door(Privacy(**settings), Salts(tmp_path / "privacy"), "Europe/Madrid", taxonomy())
    return door.admit(events, ip=ip, user_agent=CHROME, now=now)


def test_who_consents_is_kept_as_sent(tmp_path: Path) -> None:
    sent = [event("1", context=consent("granted"), **MINE), event("2", **MINE)]
    assert admit(tmp_path, *sent) == Admitted(sent, 0, 0)
    assert not (tmp_path / "privacy").exists(), "no salt is made that nobody needs"


def test_who_denies_is_counted_without_a_name(tmp_path: Path) -> None:
    told = {"products": [{"product_id": "p", "price": 2, "engraving": "For Ana"}], "email": "ana@example.com"}
    sent = event(
        "1",
        "Order Completed",
        context=consent("denied", ip="203.0.113.9"),
        properties=json.dumps(told),
        order_id="A-1",
        revenue_minor=200,
        page="/thanks?mail=ana@example.com",
        referrer="https://mail.example/box/ana@example.com?x=1",
        **MINE,
    )
    found = admit(tmp_path, sent)
    assert (found.cookieless, found.dropped) == (1, 0)
    (kept,) = found.events
    assert (kept.anonymous_id or "").startswith("day-")
    assert (kept.revenue_minor, kept.page, kept.referrer) == (200, "/thanks", "https://mail.example/")
    assert json.loads(kept.properties or "") == {"products": [{"product_id": "p", "price": 2}]}
    assert not any(secret in str(kept) for secret in ("ana", "a-1", "+34600", "A-1", "203.0"))


def test_what_only_says_who_somebody_is_does_not_come_in(tmp_path: Path) -> None:
    found = admit(tmp_path, event("1", "Customer Identified", type="identify", context=consent("pending"), **MINE))
    assert found == Admitted([], 0, 1)


def test_the_choice_itself_is_kept_as_its_proof(tmp_path: Path) -> None:
    chosen = event("1", "Consent Updated", properties=consent("denied"), context=consent("denied"), **MINE)
    later = event("2", anonymous_id="a-1")
    other = event("3", anonymous_id="a-2")
    found = admit(tmp_path, chosen, later, other, denied="drop")
    assert found == Admitted([chosen, other], 0, 1)


def test_each_source_has_its_own_rule(tmp_path: Path) -> None:
    rules = {"till": SourcePolicy(unknown="drop"), "shop": SourcePolicy(denied="keep")}
    till, shop = event("1", source="till"), event("2", source="shop", context=consent("denied"))
    assert admit(tmp_path, till, shop, sources=rules) == Admitted([shop], 0, 1)


def test_a_visitor_has_one_name_a_day(tmp_path: Path) -> None:
    def name(ip: str, hour: int, source: str = "web", day: int = 28) -> str | None:
        sent = event("1", source=source, context=consent("denied"))
        return admit(tmp_path, sent, ip=ip, now=datetime(2026, 3, day, hour, tzinfo=UTC)).events[0].anonymous_id

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
    bits, length = (32, 24) if isinstance(whole, IPv4Address) else (128, 48)
    network = ip_address(int(whole) >> (bits - length) << (bits - length))
    if isinstance(whole, IPv6Address):
        network = IPv6Address(int(whole) >> 80 << 80)
    assert kept_address(str(address), "truncate") == str(network)
    assert kept_address(str(address), "drop") == ""
    assert kept_address(str(address), "keep") == str(address)


def test_an_agent_loses_what_tells_devices_apart() -> None:
    assert kept_agent(CHROME, "truncate") == (
        "Mozilla/5 (Linux) AppleWebKit/537 (KHTML, like Gecko) Chrome/126 Mobile Safari/537"
    )
    assert kept_agent(CHROME, "drop") == ""
    assert kept_address("not an address", "truncate") == ""


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
def test_a_column_of_contexts_is_changed_there_and_nowhere_else(detail: Any, context: dict[str, Any]) -> None:
    (found,) = fitted(pa.array([json.dumps(context)]), Privacy(ip=detail, user_agent=detail)).to_pylist()
    after = json.loads(found)
    assert after.keys() == context.keys()
    assert all(after[name] == context[name] for name in context.keys() & {"locale", "page"})
    if isinstance(context.get("ip"), str):
        assert after["ip"] == kept_address(context["ip"], detail)
    if isinstance(context.get("userAgent"), str) and context["userAgent"].isalnum():
        assert after["userAgent"] == kept_agent(context["userAgent"], detail)
