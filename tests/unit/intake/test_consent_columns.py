"""Columns that say what somebody agreed to: read into the events of their rows, or the row is refused."""

from __future__ import annotations

import json

import jsonschema
import pytest

from intake_reading import Read, Reader, Writer
from periplo.errors import BadMapping
from periplo.intake import json_schema, open_intake

CUSTOMERS = """\
id;alta;correo;acepta_correo;sms;cookies;condiciones
1;2024-05-01;ana@x.es;sí;A;1;2024-01
2;2024-05-02;bea@x.es;no;R;0;2024-01
3;2024-05-03;eva@x.es;;A;;2024-01
4;2024-05-04;leo@x.es;;;;2024-01
"""
MAPPING = """\
source: crm
type: identify
event: Customer Identified
time: alta
id: id
fields: {email: correo}
consent:
  marketing.email: acepta_correo
  marketing.sms: {column: sms, values: {A: granted, R: denied}}
  analytics: cookies
  text_version: condiciones
properties: all
"""


def consents(found: Read) -> list[dict[str, object] | None]:
    return [json.loads(event["context"])["consent"] if "context" in event else None for event in found.events]


def test_columns_by_purpose_and_channel(read: Reader, write: Writer) -> None:
    found = read(write("clientes.csv", CUSTOMERS), mapping=write("crm.yaml", MAPPING))
    assert consents(found) == [
        {"marketing": {"email": "granted", "sms": "granted"}, "analytics": "granted", "text_version": "2024-01"},
        {"marketing": {"email": "denied", "sms": "denied"}, "analytics": "denied", "text_version": "2024-01"},
        {"marketing": {"sms": "granted"}, "text_version": "2024-01"},
        None,
    ]
    assert all("properties" not in event for event in found.events), "what tells consent is no property besides"


def test_a_json_file_and_a_purpose_in_any_channel(read: Reader, write: Writer) -> None:
    rows = '{"at": "2024-05-01", "who": {"id": 7, "ok": true, "mail": false}}\n{"at": "2024-05-02", "who": {"id": 8}}\n'
    mapping = "event: Store Visited\ntime: at\nfields: {user_id: who.id}\n"
    mapping += "consent: {marketing: who.ok, marketing.email: who.mail, newsletter.sms: {constant: pending}}\n"
    found = read(write("a.jsonl", rows), mapping=write("m.yaml", mapping))
    first = {"marketing": {"": "granted", "email": "denied"}, "newsletter": {"sms": "pending"}}
    assert consents(found) == [first, {"newsletter": {"sms": "pending"}}]


def test_a_word_that_is_not_understood_refuses_its_row(read: Reader, write: Writer) -> None:
    text = CUSTOMERS.replace("no;R", "quizás;R").replace("sí;A", "sí;Z")
    found = read(write("clientes.csv", text), mapping=write("crm.yaml", MAPPING))
    assert [(one.line, one.field) for one in found.rejects] == [(3, "acepta_correo"), (2, "sms")]
    assert found.reasons()[0].startswith("“quizás” in “acepta_correo” does not say whether consent was given.")
    assert "Escriba sí o no" in found.rejects[0].tell("es")
    mended = MAPPING.replace("acepta_correo\n", "{column: acepta_correo, otherwise: denied, values: {sí: granted}}\n")
    again = read(write("clientes.csv", text.replace("sí;Z", "sí;A")), mapping=write("crm.yaml", mended))
    assert [one["context"].count("denied") for one in again.events] == [0, 3, 1, 1]
    assert all('"email":"denied"' in one["context"] for one in again.events[1:])


def test_an_order_takes_what_its_first_line_says(read: Reader, write: Writer) -> None:
    text = "pedido,fecha,unidades,precio,ok\nP1,2024-05-01,1,5,\nP1,2024-05-01,2,5,yes\nP2,2024-05-01,1,5,no\n"
    mapping = "event: Order Completed\ntime: fecha\nlines: {order: pedido, quantity: unidades, price: precio}\n"
    mapping += "consent: {marketing: ok}\nalso: [{event: Order Shipped, when: [{column: fecha}], time: fecha}]\n"
    found = read(write("p.csv", text), mapping=write("m.yaml", mapping))
    said = {(event["event"], event["order_id"]): one for event, one in zip(found.events, consents(found), strict=True)}
    granted, denied = {"marketing": "granted"}, {"marketing": "denied"}
    assert said == {
        **{("Order Completed", "P1"): granted, ("Order Shipped", "P1"): granted},
        **{("Order Completed", "P2"): denied, ("Order Shipped", "P2"): denied},
    }, "each event of a row tells it: the shop's settings may leave out what was denied"


@pytest.mark.parametrize(
    ("name", "place", "near"),
    [
        ("marketng", "consent.marketng", "“marketing”"),
        ("analitycs.email", "consent.analitycs.email", "“analytics”"),
        ("marketing.emial", "consent.marketing.emial", "“email”"),
        ("text_versoin", "consent.text_versoin", "“text_version”"),
    ],
)
def test_purposes_and_channels_are_known(write: Writer, name: str, place: str, near: str) -> None:
    mapping = write("crm.yaml", MAPPING.replace("marketing.email:", f"{name}:"))
    with pytest.raises(BadMapping) as caught:
        open_intake([write("clientes.csv", CUSTOMERS)], mapping=mapping)
    assert caught.value.values["place"] == place
    assert near in str(caught.value.values["near"])


def test_a_purpose_that_is_like_none_is_told_all(write: Writer) -> None:
    mapping = write("crm.yaml", MAPPING.replace("analytics:", "xyz:"))
    with pytest.raises(BadMapping, match="functional, analytics, personalisation"):
        open_intake([write("clientes.csv", CUSTOMERS)], mapping=mapping)


def test_the_schema_knows_the_channels() -> None:
    good = {"event": "x", "time": "at", "consent": {"marketing.email": "a", "own_purpose": "b"}}
    jsonschema.validate(good, json_schema())
    with pytest.raises(jsonschema.ValidationError, match=r"marketing\.fax"):
        jsonschema.validate(good | {"consent": {"marketing.fax": "a"}}, json_schema())


def test_the_guess_sees_consent_and_the_plan_shows_it(write: Writer) -> None:
    text = "fecha,evento,cliente,newsletter,acepta_sms,acepta_llamadas\n"
    text += "2024-05-01,Compra,1,SI,0,lunes\n2024-05-02,Compra,2,NO,1,nunca\n"
    plan = open_intake([write("a.csv", text)]).plan
    told = {item.column: (item.field, item.example) for item in plan.items}
    assert told["newsletter"] == ("consent marketing.email", "SI, NO")
    assert told["acepta_sms"] == ("consent marketing.sms", "0, 1")
    assert told["acepta_llamadas"][0] == "property acepta_llamadas", "other words are not guessed to be consent"
    [mapping] = plan.mappings.values()
    assert "consent:\n  marketing.email: newsletter\n  marketing.sms: acepta_sms\n" in mapping
