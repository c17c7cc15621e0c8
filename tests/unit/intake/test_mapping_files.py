"""Mapping files: what they can say, and what is said about their faults."""

from __future__ import annotations

import json
import re

import pytest

from intake_reading import Reader, Writer
from periplo.errors import BadMapping, MissingColumn
from periplo.intake import IntakeSettings, load_mapping, notes, reasons
from periplo.intake.mappings.mapping import FIELDS
from periplo.intake.mappings.preset_files import read_mapping
from periplo.intake.model import Note, Reason
from periplo.language.catalogue import spanish
from support import ROOT

TEXT = "wann;was;wer;betrag;ort;notiz\n01.02.2024 10:00;kauf;7;12,50;Laden;a\n03.02.2024 10:00;besuch;8;;Netz;b\n"
MAPPING = """\
# how the till writes
source: till
currency: {constant: CHF}
time_zone: Europe/Zurich
event: {column: was, values: {kauf: Order Completed, besuch: Store Visited}}
time: {column: wann, format: "%d.%m.%Y %H:%M"}
fields:
  user_id: wer
  channel: {column: ort, values: {laden: store}, otherwise: web}
  revenue: {column: betrag, only: [Order Completed]}
properties: all
"""


def test_a_mapping_file(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", TEXT), mapping=write("till.yaml", MAPPING))
    first, second = found.events
    assert found.intake.preset == "till"
    assert (first["event"], first["revenue_minor"], first["currency"], first["channel"]) == (
        "Order Completed",
        1250,
        "CHF",
        "store",
    )
    assert first["occurred_at"].isoformat() == "2024-02-01T09:00:00+00:00"
    assert (second["event"], second["channel"], second["source"]) == ("Store Visited", "web", "till")
    assert json.loads(second["properties"]) == {"notiz": "b"}


def test_what_an_empty_cell_means_needs_no_table_of_values(read: Reader, write: Writer) -> None:
    text = "fecha,pedido,canal,unidades,precio\n2024-05-01,P1,store,2,5\n2024-05-02,P2,,,5\n"
    mapping = "event: Order Completed\ntime: fecha\nfields: {channel: {column: canal, otherwise: web}}\n"
    mapping += 'lines: {order: pedido, quantity: {column: unidades, otherwise: "1"}, price: precio}\n'
    found = read(write("a.csv", text), mapping=write("m.yaml", mapping))
    assert [(one["channel"], one["revenue_minor"]) for one in found.events] == [("store", 1000), ("web", 500)]


def test_values_without_a_meaning_are_refused(read: Reader, write: Writer) -> None:
    mapping = MAPPING.replace("besuch: Store Visited", "besuch: null")
    found = read(write("a.csv", TEXT), mapping=write("till.yaml", mapping))
    assert found.reasons() == ["The mapping does not say what “besuch” in “was” means. Add it to the table of values."]


def test_the_first_filled_column_and_cents(read: Reader, write: Writer) -> None:
    mapping = "event: Order Completed\ntime: at\nid: no\n"
    mapping += "fields: {email: [mail, mail2], revenue: {column: cents, minor: true}}\n"
    text = "at,mail,mail2,cents,no\n2024-01-01,,b@x.es,1250,9\n2024-01-01,a@x.es,b@x.es,1,10\n"
    found = read(write("a.csv", text), mapping=write("m.yaml", mapping))
    told = [(e["event_id"], e["email"], e["revenue_minor"]) for e in found.events]
    assert told == [("9", "b@x.es", 1250), ("10", "a@x.es", 1)]


def test_further_events_of_a_row(read: Reader, write: Writer) -> None:
    mapping = """\
event: Order Completed
time: ordered
id: no
fields: {order_id: no, revenue: total}
also:
- {event: Order Delivered, when: [{column: delivered}], time: delivered}
- {event: Order Returned, when: [{column: state, among: [returned]}], fields: {revenue: back}}
"""
    text = "no,ordered,delivered,state,total,back\n1,2024-01-01,2024-01-03,Returned,10,4\n2,2024-01-01,,open,10,\n"
    found = read(write("a.csv", text), mapping=write("m.yaml", mapping))
    told = {e["event_id"]: (e["event"], e["occurred_at"].day, e.get("revenue_minor")) for e in found.events}
    assert told == {
        "1": ("Order Completed", 1, 1000),
        "2": ("Order Completed", 1, 1000),
        "1/order-delivered": ("Order Delivered", 3, None),
        "1/order-returned": ("Order Returned", 1, 400),
    }


def test_nested_json_by_dotted_names(read: Reader, write: Writer) -> None:
    mapping = "event: {column: what}\ntime: meta.at\nfields: {email: who.email}\nproperties: {tags: tags}\n"
    row = {"what": "Visit", "meta": {"at": 1704103200}, "who": {"email": "A@x.es"}, "tags": ["a", "b"]}
    found = read(
        write("a.jsonl", json.dumps(row) + "\n" + json.dumps(row | {"tags": None})), mapping=write("m.yaml", mapping)
    )
    assert [(e["email"], e.get("properties")) for e in found.events] == [
        ("a@x.es", '{"tags":"[\\"a\\",\\"b\\"]"}'),
        ("a@x.es", None),
    ]


def test_numbers_and_dates_of_yaml_are_text(read: Reader, write: Writer) -> None:
    mapping = "event: {column: kind, values: {1: Order Completed}}\ntime: {constant: 2024-01-02}\n"
    mapping += "fields: {coupon: {constant: 5}}\n"
    (event,) = read(write("a.csv", "kind,x\n1,2\n"), mapping=write("m.yaml", mapping)).events
    assert (event["event"], event["coupon"], event["occurred_at"].day) == ("Order Completed", "5", 2)


def test_the_mappings_of_the_guide_can_be_read() -> None:
    text = (ROOT / "docs/howto/import.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.S)
    assert len(examples) == 4
    for example in examples:
        read_mapping(
            example if "event:" in example.split("also:")[0] else f"event: A\ntime: t\n{example}", "guide.yaml"
        )
    assert [name for name in FIELDS if f"`{name}`" not in text] == []


def test_a_column_of_the_mapping_is_missing(read: Reader, write: Writer) -> None:
    with pytest.raises(MissingColumn, match=r"has no column “betrags”.*Did you mean “betrag”"):
        read(write("a.csv", TEXT), mapping=write("m.yaml", MAPPING.replace("column: betrag", "column: betrags")))


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("event: [x", "line 1", "expected"),
        ("evnt: A\ntime: t", "", "Did you mean “event”"),
        ("event: A\ntime: t\nfields: {user: x}", "fields.user", "Did you mean “user_id”"),
        ("event: A\ntime: t\ncustomer: x", "", "Did you mean “fields.user_id”"),
        ("event: A\ntime: t\ncustmer: x", "", "Did you mean “fields.user_id”"),
        ("event: A\nfecha: t", "", "Did you mean “time”"),
        ("event: A\ntime: t\nprecio unitario: p", "", "Did you mean “lines.price”"),
        ("event: A\ntime: t\nacepta_correo: x", "", "Did you mean “consent.marketing.email”"),
        ("event: A\ntime: t\nfields: {teléfono: x}", "fields.teléfono", "Did you mean “fields.phone”"),
        ("event: A\ntime: {colum: t}", "time", "Did you mean “column”"),
        ("event: A\ntime: t\nzzz: x", "", "docs/howto/import.md"),
        ("event: A\ntime: t\nfields: {user_id: true}", "fields", "got `bool`"),
        ("time: t", "event", "does not say what happened"),
        ("event: A", "time", "does not say when it happened"),
        ("- a", "", "got `array`"),
    ],
)
def test_faults_of_a_mapping_are_placed(write: Writer, text: str, place: str, problem: str) -> None:
    with pytest.raises(BadMapping) as error:
        load_mapping(write("m.yaml", text))
    assert f"m.yaml cannot be used{f', at “{place}' if place else '.'}" in str(error.value)
    assert problem in str(error.value)


def test_a_mapping_file_that_is_not_there(write: Writer) -> None:
    with pytest.raises(BadMapping, match=r"gone.yaml cannot be read"):
        load_mapping(write("m.yaml", "").with_name("gone.yaml"))


def test_reasons_and_notes_speak_spanish() -> None:
    texts = [
        value.text for room in (notes, reasons) for value in vars(room).values() if isinstance(value, (Note, Reason))
    ]
    assert len(texts) > 25
    assert [text for text in texts if text not in spanish()] == []


def test_settings_have_defaults() -> None:
    assert IntakeSettings() == IntakeSettings("EUR", "UTC", "ES", None)
