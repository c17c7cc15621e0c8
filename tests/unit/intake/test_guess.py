"""Files that no preset knows: a mapping is proposed, shown, and can be saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from intake_reading import Reader, Writer
from periplo.intake import IntakeSettings, MappingPlan, open_intake

LINES = (
    "Fecha;Nº pedido;Cliente;Correo;Referencia;Descripción;Cantidad;Precio unitario;Canal\n"
    "31/12/2023 18:30;P1;77;ana@x.es;R1;Taza;2;1.234,50 €;Tienda\n"
    "31/12/2023 18:30;P1;77;ana@x.es;R2;Plato;1;10,00 €;Tienda\n"
)
VISITS = (
    "momento,tipo_evento,visitante,url,origen,nota,puntos\n"
    "2024-07-01 12:00:00,page_view,v1,https://x.es/a?utm_medium=email,newsletter,hola,1\n"
    "2024-07-01 12:01:00,add_to_cart,v1,https://x.es/b,,,2\n"
)


def fields(plan: MappingPlan) -> dict[str, str]:
    return {item.column: item.field for item in plan.items}


def test_spanish_order_lines(read: Reader, write: Writer) -> None:
    found = read(write("ventas.csv", LINES), settings=IntakeSettings(time_zone="Europe/Madrid"))
    (order,) = found.events
    assert (order["order_id"], order["revenue_minor"], order["email"]) == ("P1", 247_900, "ana@x.es")
    assert order["occurred_at"].isoformat() == "2023-12-31T17:30:00+00:00"
    assert fields(found.intake.plan)["Fecha"] == "time (day-first)"


def test_a_log_of_visits(read: Reader, write: Writer) -> None:
    found = read(write("visitas.csv", VISITS), settings=IntakeSettings(time_zone="Europe/Madrid"))
    assert fields(found.intake.plan) == {
        "momento": "time (iso)",
        "tipo_evento": "event",
        "visitante": "anonymous_id",
        "url": "page",
        "origen": "utm_source",
        "nota": "property nota",
        "puntos": "property puntos",
    }
    first, second = found.events
    assert (first["event"], first["original_name"], first["page"], first["channel"]) == (
        "Page Viewed",
        "page_view",
        "/a",
        "email",
    )
    assert (first["occurred_at"].hour, first["medium"]) == (10, "email")
    assert [json.loads(event["properties"]) for event in (first, second)] == [
        {"nota": "hola", "puntos": 1},
        {"puntos": 2},
    ]


@pytest.mark.parametrize(
    ("text", "event", "kept"),
    [
        (
            "Order,Date,Email,Total\n1,2024-01-01,a@x.es,10.5\n",
            "Order Completed",
            {"revenue_minor": 1050, "event_id": "1"},
        ),
        ("date,visitor_id,search_term\n2024-01-01,v,mug\n", "Products Searched", {"query": "mug", "anonymous_id": "v"}),
        ("ts_of_visit,url,device\n1704103200,/a,mobile\n", "Page Viewed", {"page": "/a", "device": "mobile"}),
        ("when,user_id,action\n2024-01-01T10:00:00Z,7,Purchase\n", "Order Completed", {"user_id": "7"}),
        ("date,contact,event\n2024-01-01,ana@x.es,sign_up\n", "Signed Up", {"email": "ana@x.es"}),
    ],
)
def test_other_shapes(read: Reader, write: Writer, text: str, event: str, kept: dict[str, object]) -> None:
    (found,) = read(write("a.csv", text)).events
    assert found["event"] == event
    assert kept.items() <= found.items()


def test_values_speak_against_a_name(read: Reader, write: Writer) -> None:
    text = "date,email,total,event\n2024-01-01,yes,many,Visit\n2024-01-02,no,few,Visit\n"
    found = read(write("a.csv", text))
    assert json.loads(found.events[0]["properties"]) == {"email": "yes", "total": "many"}


def test_how_sure_a_guess_is(write: Writer) -> None:
    plan = open_intake([write("a.csv", "ts_of_visit,url\n1704103200,/a\n")]).plan
    sure = {item.column: item.confidence for item in plan.items}
    assert sure["url"] == 1.0
    assert sure["ts_of_visit"] < 0.6
    assert (plan.guessed, plan.items[0].example) == (True, "1704103200")


def test_a_guess_saved_as_a_mapping_reads_the_same(read: Reader, write: Writer, tmp_path: Path) -> None:
    for name, text in (("ventas.csv", LINES.replace("Nº pedido", "Ticket")), ("visitas.csv", VISITS)):
        found = read(write(name, text))
        (saved,) = found.intake.plan.mappings.values()
        assert saved == found.intake.mapping_text
        again = read(tmp_path / name, mapping=write("map.yaml", saved))
        assert again.events == found.events
        assert not again.intake.plan.guessed


def test_the_plan_of_a_preset(write: Writer) -> None:
    header = "event_time,event_type,product_id,user_id,user_session,extra\n"
    intake = open_intake([write("a.csv", header + "2019-10-01 00:00:00 UTC,view,7,42,s1,x\n")])
    assert (intake.preset, intake.mapping_text, intake.plan.guessed) == ("clickstream", None, False)
    item = next(item for item in intake.plan.items if item.column == "event_time")
    assert (item.field, item.example, item.sure) == ("time (iso)", "2019-10-01 00:00:00 UTC", "100%")
    assert intake.plan.left_out == ["extra"]
