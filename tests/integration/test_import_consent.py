"""Consent honoured when files are imported: the same rule as at the door, and told in the report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from periplo.privacy import Privacy
from periplo.workspace import ImportReport, Settings, Shop
from searching import found_in
from support_shop import message, write_messages

WHO = {"userId": "ana-secret", "anonymousId": "cookie-secret"}


def said(number: int, state: str, **more: Any) -> dict[str, Any]:
    context = {"consent": {"categoryPreferences": {"Analytics": state}}, "traits": {"email": "ana@secret.example"}}
    return message(number, context=context, **(WHO | more))


def imported(folder: Path, *messages: dict[str, Any], **settings: Any) -> tuple[ImportReport, list[dict[str, Any]]]:
    folder.mkdir()
    (folder / "periplo.toml").write_text(Settings(name="x", privacy=Privacy(**settings)).as_toml(), "utf-8")
    file = write_messages(folder.parent / f"{folder.name}.jsonl", messages)
    with Shop.open(folder) as shop:
        report = shop.import_files([file])
        again = shop.import_files([file])
        assert (again.accepted, again.duplicates) == (0, report.accepted), "the same file adds nothing"
        events = shop._stores.lake.now().scan(["seq", "event_id", "user_id", "anonymous_id", "email", "product_id"])
        return report, events.read_all().sort_by("seq").to_pylist()


def test_what_is_denied_is_counted_without_a_name(tmp_path: Path) -> None:
    order = {"order_id": "o-secret", "revenue": 5, "currency": "EUR"}
    later = said(3, "denied", event="Order Completed", properties=order)
    whole = (said(1, "denied"), said(2, "denied", type="identify"), later, message(4))
    report, events = imported(tmp_path / "shop", *whole)
    assert (report.read, report.accepted, report.dropped, report.nameless) == (4, 3, 1, 2)
    names = [one["anonymous_id"] for one in events]
    assert (names[0].startswith("day-"), names[0] == names[1], names[2]) == (True, True, "a4")
    assert [(one["user_id"], one["email"]) for one in events] == [(None, None)] * 3
    assert events[0]["product_id"] == "p1"
    assert not found_in(tmp_path / "shop", ["secret"])


def test_what_is_dropped_is_told(tmp_path: Path) -> None:
    whole = (said(1, "denied"), said(2, "granted"), said(3, "pending"), message(4))
    report, events = imported(tmp_path / "shop", *whole, denied="drop", pending="drop")
    assert (report.read, report.accepted, report.dropped, report.nameless) == (4, 2, 2, 0)
    assert [one["event_id"] for one in events] == ["m2", "m4"]
    assert events[0]["user_id"] == "ana-secret"


def test_a_choice_holds_for_what_comes_after_it(tmp_path: Path) -> None:
    told = {"purpose": "analytics", "state": "denied"}
    choice = message(2, type="track", event="Consent Updated", properties=told, **WHO)
    report, events = imported(
        tmp_path / "shop", message(1, **WHO), choice, message(3, **WHO), message(4), denied="drop"
    )
    assert (report.accepted, report.dropped) == (3, 1)
    assert [one["event_id"] for one in events] == ["m1", "m2", "m4"]
    with Shop.open(tmp_path / "shop") as shop:
        [consent] = shop.profile(shop.customer_number("ana-secret")).consents
        assert (consent.state, consent.history[0].event_id) == ("denied", "m2")


@pytest.mark.parametrize(("unknown", "accepted"), [("keep", 2), ("drop", 0)])
def test_of_whom_nobody_knows(tmp_path: Path, unknown: str, accepted: int) -> None:
    report, _ = imported(tmp_path / "shop", message(1), message(2), unknown=unknown)
    assert (report.accepted, report.dropped) == (accepted, 2 - accepted)


CUSTOMERS = """\
id;alta;correo;acepta;cookies
ana;2024-05-01;ana@x.es;sí;1
bea;2024-05-02;bea@secret.example;no;0
leo;2024-05-03;leo@x.es;quizás;1
"""
MAPPING = """\
source: crm
type: identify
event: Customer Identified
time: alta
id: id
fields: {user_id: id, email: correo}
consent: {marketing.email: ACEPTA, analytics: cookies, text_version: {constant: v1}}
"""


def proof(shop: Shop, who: str, purpose: str = "marketing") -> tuple[str, str]:
    consents = {one.purpose: one for one in shop.profile(shop.customer_number(who)).consents}
    told = consents[purpose].history[-1]
    return consents[purpose].state, str(told.told_in)


def test_a_column_of_consent_is_proven_by_its_line(tmp_path: Path) -> None:
    file, mapping, mended = (tmp_path / name for name in ("clientes.csv", "crm.yaml", "mended.yaml"))
    file.write_text(CUSTOMERS, "utf-8")
    mapping.write_text(MAPPING.replace("ACEPTA", "acepta"), "utf-8")
    mended.write_text(MAPPING.replace("ACEPTA", "{column: acepta, values: {quizás: pending}}"), "utf-8")
    with Shop.create(tmp_path / "shop") as shop:
        report = shop.import_files([file], mapping=mapping)
        assert (report.read, report.accepted, report.dropped, report.rejected) == (3, 1, 1, 1), "bea denied analytics"
        assert proof(shop, "ana") == ("granted", "clientes.csv:2")
        assert proof(shop, "ana", "analytics") == ("granted", "clientes.csv:2")
        assert shop.profile(shop.customer_number("ana")).consents[0].history[0].text_version == "v1"
        assert shop.import_files([file], mapping=mapping).accepted == 0
        odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xf3vil.csv"))  # a name that is no UTF-8
        odd.write_text(CUSTOMERS.replace("ana", "eva").replace("leo", "kim"), "utf-8")
        assert shop.import_files([odd], mapping=mapping).rejected == 1
        assert proof(shop, "eva") == ("granted", "m?vil.csv:2")
        assert shop.replay_quarantine(mapping=mended).accepted == 2
        assert proof(shop, "leo") == ("pending", "clientes.csv:4"), "where it was refused, not where it was read again"
    assert not found_in(tmp_path / "shop", ["bea@secret"])


SHOPIFY = """\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags
'6940095564,Ana,Sanz,ana@shop.example,yes,'+34600111222,no,10.00,1,
'6940095565,Leo,Gil,leo@shop.example,no,,,0.00,0,vip
"""
SHOPIFY_BEFORE = """\
First Name,Last Name,Email,Company,City,Country Code,Phone,Accepts Marketing,Total Spent,Total Orders,Tags,Note
Eva,Paz,eva@shop.example,,Vigo,ES,,yes,5.00,1,,
"""
SHOPIFY_ORDERS = """\
Name,Email,Financial Status,Accepts Marketing,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price
#1,kim@shop.example,paid,yes,EUR,9.00,2024-05-02 10:00:00 +0200,1,Cup,5.00
#1,kim@shop.example,,,,,2024-05-02 10:00:00 +0200,1,Lid,4.00
#2,kim@shop.example,paid,no,EUR,5.00,2024-05-03 10:00:00 +0200,1,Cup,5.00
"""


def test_consent_in_shopify_s_exports_is_proven_by_its_line(tmp_path: Path) -> None:
    files = {"customers.csv": SHOPIFY, "before.csv": SHOPIFY_BEFORE, "orders.csv": SHOPIFY_ORDERS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")

    def told(shop: Shop, who: str) -> dict[str | None, tuple[str, str]]:
        consents = shop.profile(shop.customer_number(f"{who}@shop.example")).consents
        return {one.channel: (one.state, str(one.history[-1].told_in)) for one in consents}

    with Shop.create(tmp_path / "shop") as shop:
        for name in files:
            assert shop.import_files([tmp_path / name]).rejected == 0
        assert told(shop, "ana") == {"email": ("granted", "customers.csv:2"), "sms": ("denied", "customers.csv:2")}
        assert told(shop, "leo") == {"email": ("denied", "customers.csv:3")}
        assert told(shop, "eva") == {"email": ("granted", "before.csv:2")}
        assert told(shop, "kim") == {"email": ("granted", "orders.csv:2")}, "who did not tick the box said nothing"


def test_consent_in_messages_and_orders_is_proven_by_their_lines(tmp_path: Path) -> None:
    first, second, mapping = (tmp_path / name for name in ("may.csv", "june.csv", "orders.yaml"))
    first.write_text("order,at,units,price,who,ok\nP1,2024-05-01,1,5,eva,\nP1,2024-05-01,2,5,eva,yes\n", "utf-8")
    second.write_text("order,at,units,price,who,ok\nP2,2024-06-01,1,5,leo,no\n", "utf-8")
    rules = "event: Order Completed\ntime: at\nfields: {user_id: who}\nconsent: {marketing: ok}\n"
    mapping.write_text(rules + "lines: {order: order, quantity: units, price: price}\n", "utf-8")
    told = {"purpose": "marketing", "state": "denied"}
    said = [message(1), message(2, type="track", event="Consent Updated", properties=told, userId="kim")]
    said.append(message(3, type="identify", userId="kit", traits={"accepts_email_marketing": True}))
    said.append(message(4, userId="kat", context={"consent": {"Analytics": "denied", "marketing": "granted"}}))
    with Shop.create(tmp_path / "shop") as shop:
        shop.import_files([first, second], mapping=mapping)
        shop.import_files([write_messages(tmp_path / "consent.jsonl", said)])
        assert proof(shop, "eva") == ("granted", "may.csv:2"), "where its order begins"
        assert proof(shop, "leo") == ("denied", "june.csv:2")
        assert proof(shop, "kim") == ("denied", "consent.jsonl:2")
        assert proof(shop, "kit") == ("granted", "consent.jsonl:3")
        events = shop._stores.lake.now().scan(["anonymous_id", "context"]).read_all().to_pylist()
        [nameless] = [one["context"] for one in events if (one["anonymous_id"] or "").startswith("day-")]
        assert '"denied"' in nameless
        assert "consent.jsonl" not in nameless, "the line would say whose it is"
