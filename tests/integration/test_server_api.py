"""The JSON API over a real shop: the same numbers as the library, one shape for every error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from litestar.testing import TestClient

import small_shop
from periplo.analysis import Journeys, options_of, questions
from periplo.server import create_app
from periplo.workspace import Filters, Shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Shop.open(small_shop.made()) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as opened:
        yield opened


def ask(client: TestClient[Any], path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def plain(value: Any) -> Any:
    """As JSON carries it."""
    return msgspec.json.decode(msgspec.json.encode(value))


def refused(client: TestClient[Any], path: str, status: int = 400, lang: str = "en", **query: Any) -> dict[str, str]:
    answer = client.get(f"/api/v1/{path}", params=query, headers={"Accept-Language": lang})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "what", "why", "fix"}
    error: dict[str, str] = answer.json()["error"]
    return error


def test_the_shop_says_what_filters_can_be(client: TestClient[Any], shop: Shop) -> None:
    told = ask(client, "shop")
    assert (told["name"], told["currency"], told["simulated"]) == ("Faro", "EUR", True)
    assert (told["since"], told["until"]) == ("2026-01-05", "2026-03-01")
    assert (told["events"], told["customers"]) == (15, 6)
    assert {one["id"] for one in told["channels"]} == {"ads", "web", "email", "app", "store"}
    assert {"id": "buyers", "label": "Buyers"} in told["segments"]
    assert told["maps"] == shop.maps()
    assert told["version"] == shop.version()


def test_the_map_is_the_shop_s_reading(client: TestClient[Any], shop: Shop) -> None:
    assert ask(client, "map")["map"] == plain(shop.read_map())
    narrowed = shop.read_map(filters=Filters(channel="app"))
    assert ask(client, "map", channel="app")["map"] == plain(narrowed)


def test_numbers_equal_those_of_the_library(client: TestClient[Any], shop: Shop) -> None:
    journeys = shop.journeys()
    steps = ["Product Viewed", "Product Added", "Order Completed"]
    for path, result, query in (
        ("kpis", journeys.kpis(), {}),
        ("kpis", journeys.kpis(by="channel"), {"by": "channel"}),
        ("transitions", journeys.transitions(), {}),
        ("funnel", journeys.funnel(*steps, by="device"), {"step": steps, "by": "device"}),
    ):
        told = ask(client, path, **query)
        for name, value in result.to_dict().items():
            assert told[name] == plain(value), (path, name)


def test_words_come_in_the_reader_s_language(client: TestClient[Any]) -> None:
    told = client.get("/api/v1/kpis", headers={"Accept-Language": "es"}).json()
    assert told["definition"].startswith("Indicadores del periodo")
    labels = {kpi["id"]: (kpi["label"], kpi["meaning"]) for kpi in told["values"]}
    assert labels["orders"] == ("pedidos", "Pedidos completados, también de clientes desconocidos.")


def test_stages_are_those_of_the_map(client: TestClient[Any]) -> None:
    stages = {stage["id"]: stage for stage in ask(client, "stages")["stages"]}
    for stage in ask(client, "map")["map"]["stages"]:
        assert stages[stage["id"]]["entered"] == stage["entered"]
        assert stage["entered"] == stage["went_on"] + stage["dropped"] + stage["still_open"]


def test_every_number_of_the_map_opens_as_many_customers_as_it_says(client: TestClient[Any]) -> None:
    the_map = ask(client, "map")["map"]
    for stage in the_map["stages"]:
        for what in ("customers", "entered", "went_on", "dropped", "still_open"):
            opened = ask(client, "customers", ref=f"stage/{stage['id']}/{what}")
            assert opened["total"] == stage[what], (stage["id"], what)
    items = [item for lane in the_map["lanes"] for cell in lane["cells"] for item in cell.get("items", ())]
    for item in items:
        if item["unit"] == "mood":
            assert "ref" not in item  # expected by people, not counted
            continue
        total = ask(client, "customers", ref=item["ref"])["total"]
        assert (
            (total == item["value"]) if item["unit"] == "customers" else (0 < total <= item["n"]) == bool(item["value"])
        )
    for what, total in (("customers", the_map["evidence"]["customers"]), ("events", 6)):
        assert ask(client, "customers", ref=f"evidence/{what}")["total"] == total


def test_every_key_figure_opens_its_customers(client: TestClient[Any]) -> None:
    for kpi in ask(client, "kpis")["values"]:
        if kpi["value"] is not None:
            ask(client, "customers", ref=f"kpi/{kpi['id']}")


def test_every_move_opens_its_customers(client: TestClient[Any]) -> None:
    for move in ask(client, "transitions")["moves"]:
        assert 0 < ask(client, "transitions/customers", ref=move["ref"])["total"] <= move["n"]
        assert 0 < ask(client, "customers", ref=move["ref"])["total"] <= move["n"]


def test_the_list_says_what_customers_did(client: TestClient[Any]) -> None:
    ana = ask(client, "customers", sort="spent", limit=1)["customers"][0]
    assert (ana["events"], ana["orders"], ana["spent"]) == (9, 2, [{"currency": "EUR", "minor": 6990}])
    assert ana["first_seen"].startswith("2026-01-05T09:58")
    assert ana["last_seen"].startswith("2026-01-21T23:30")
    web = ask(client, "customers", sort="spent", limit=1, channel="web")["customers"][0]
    assert (web["orders"], web["spent"]) == (1, [{"currency": "EUR", "minor": 4990}])


def test_lists_come_in_pages_and_orders(client: TestClient[Any]) -> None:
    everyone = ask(client, "customers", sort="first", order="up")["customers"]
    assert [one["first_seen"] for one in everyone] == sorted(one["first_seen"] for one in everyone)
    paged = [ask(client, "customers", sort="first", order="up", limit=2, offset=o)["customers"] for o in (0, 2, 4, 6)]
    assert [one for part in paged for one in part] == everyone


def test_one_customer_with_the_journey(client: TestClient[Any], shop: Shop) -> None:
    number = shop.customer_number("ana@example.com")
    told = ask(client, f"customers/{number}")
    assert told["profile"]["identifiers"]["email"] == ["ana@example.com"]
    assert told["profile"]["revenue_minor"] == {"EUR": 6990}
    assert told["total"] == len(told["events"]) == 9
    first, last = told["events"][0], told["events"][-1]
    assert (first["event"], first["channel"], first["stage"]) == ("Ad Clicked", "ads", "awareness")
    assert (last["stage"], last["fields"]["revenue_minor"]) == ("loyalty", 2000)
    assert ask(client, f"customers/{number}", limit=1, offset=8)["events"] == [last]


def test_periods_end_with_the_newest_event(client: TestClient[Any]) -> None:
    assert ask(client, "map", period="7d")["filters"]["since"] == "2026-02-23"
    assert ask(client, "kpis", period="7d")["evidence"]["events"] == 2
    by_days = ask(client, "kpis", since="2026-02-23", until="2026-03-01")
    assert by_days["values"] == ask(client, "kpis", period="7d")["values"]


def test_days_are_those_of_the_shop_s_zone(client: TestClient[Any]) -> None:
    # 23:30 UTC on 21 January is half past midnight on the 22nd in Madrid.
    assert ask(client, "customers", since="2026-01-21", until="2026-01-21")["total"] == 0
    assert ask(client, "customers", since="2026-01-22", until="2026-01-22")["total"] == 1


def test_a_period_without_events_is_empty_not_wrong(client: TestClient[Any]) -> None:
    empty = {"since": "1990-01-01", "until": "1990-01-02"}
    assert ask(client, "customers", **empty)["total"] == 0
    assert all(stage["entered"] == 0 for stage in ask(client, "map", **empty)["map"]["stages"])
    for path in ("kpis", "transitions", "stages"):
        assert ask(client, path, **empty)["evidence"]["events"] == 0


@pytest.mark.parametrize(
    ("path", "query", "code", "said"),
    [
        ("map", {"since": "yesterday"}, "usage", "“since” takes a day"),
        ("map", {"since": "2026-02-02", "until": "2026-02-01"}, "usage", "ends before it begins"),
        ("map", {"channel": "wev"}, "unknown_name", "Did you mean “web”?"),
        ("map", {"segment": "buyer"}, "unknown_name", "“buyers”"),
        ("map", {"map": "../../etc/passwd"}, "unknown_name", "retail"),
        ("map", {"period": "14d"}, "unknown_name", "7d"),
        ("map", {"chanel": "web"}, "unknown_name", "Did you mean “channel”?"),
        ("kpis", {"by": "colour"}, "unknown_name", "property"),
        ("funnel", {}, "bad_value", "“step” is missing"),
        ("funnel", {"step": "Order Complete"}, "unknown_name", "“Order Completed”"),
        ("funnel", {"step": "Order Completed", "within": "soon"}, "bad_predicate", "soon"),
        ("funnel", {"step": ["Page Viewed"] * 33}, "bad_value", "step"),
        ("kpis", {"where": "Order Complete"}, "unknown_name", "“Order Completed”"),
        ("customers", {"limit": "0"}, "bad_value", "The least is 1."),
        ("customers", {"limit": "1001"}, "bad_value", "The most is 1,000."),
        ("customers", {"limit": "many"}, "bad_value", "A whole number is expected."),
        ("customers", {"limit": "9" * 400}, "bad_value", "limit"),
        ("customers", {"offset": "-1"}, "bad_value", "The least is 0."),
        ("customers", {"sort": "name"}, "unknown_name", "spent"),
        ("customers", {"order": "sideways"}, "unknown_name", "down"),
        ("customers", {"ref": "stage/nowhere/entered"}, "unknown_name", "stage/nowhere/entered"),
        ("customers", {"ref": "kpi/luck"}, "unknown_name", "kpi/luck"),
        ("customers", {"ref": "////"}, "unknown_name", "////"),
    ],
)
def test_bad_input_says_what_and_what_to_do(
    client: TestClient[Any], path: str, query: dict[str, Any], code: str, said: str
) -> None:
    error = refused(client, path, **query)
    assert error["code"] == code
    assert said in " ".join(error.values())


def test_errors_speak_the_reader_s_language(client: TestClient[Any]) -> None:
    assert refused(client, "customers", lang="es", limit="0")["why"] == "El mínimo es 1."
    assert refused(client, "map", lang="es-ES", since="x")["what"] == "«since» admite un día, no «x»."


def test_other_errors_have_the_same_shape(client: TestClient[Any]) -> None:
    assert refused(client, "customers/987654321", 404)["code"] == "no_customer"
    assert refused(client, f"customers/{1 << 64}", 404)["code"] == "no_customer"
    for about in ("export", "erasure", "links"):
        assert refused(client, f"customers/{1 << 64}/{about}", 404)["code"] == "no_customer"
    assert refused(client, "customers/ana", 404)["code"] == "not_found"
    assert refused(client, "nothing", 404)["code"] == "not_found"
    answer = client.post("/api/v1/shop")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert "GET" in answer.headers["allow"]


def test_the_customers_behind_a_number_of_any_question_can_be_listed(client: TestClient[Any]) -> None:
    steps = {"step": ["Page Viewed", "Order Completed"], "within": "30d"}
    counted = ask(client, "funnel", **steps)["steps"][1]["customers"]
    listed = ask(client, "funnel/customers", **steps, ref="funnel/2/customers", limit=1)
    assert (listed["total"], len(listed["customers"])) == (counted, 1)
    assert refused(client, "funnel/customers", **steps, ref="funnel/9/customers")["code"] == "unknown_name"


def test_all_customers_behind_a_number_can_be_streamed_also_in_parts(client: TestClient[Any]) -> None:
    steps = {"step": ["Page Viewed", "Product Viewed"], "within": "30d"}
    for path, query in (("funnel/customers", steps | {"ref": "funnel/1/customers"}), ("customers", {})):
        listed = ask(client, path, **query)["customers"]
        answer = client.get(f"/api/v1/{path}/stream", params=query)
        assert answer.headers["content-type"] == "application/x-ndjson"
        streamed = [json.loads(line) for line in answer.text.splitlines()]
        assert streamed == sorted(listed, key=lambda customer: customer["number"]) != []
        rest = client.get(f"/api/v1/{path}/stream", params=query | {"after": streamed[0]["number"], "most": 1})
        assert [json.loads(line) for line in rest.text.splitlines()] == streamed[1:2]
        table = client.get(f"/api/v1/{path}/stream", params=query | {"form": "csv"}).text.splitlines()
        assert table[0] == "number,name,first_seen,last_seen,events,orders,spent_minor_EUR"
        assert [int(line.split(",")[0]) for line in table[1:]] == [customer["number"] for customer in streamed]
    assert refused(client, "customers/stream", form="xml")["code"] == "unknown_name"


def test_openapi_describes_what_is_answered(client: TestClient[Any]) -> None:
    schema = client.get("/api/openapi.json").json()
    queries: dict[str, dict[str, str]] = {path: {} for path in ("shop", "map", "stages", "customers")}
    for name in questions(Journeys):
        options = options_of(getattr(Journeys, name))
        queries[name.replace("_", "-")] = {each.name: "Page Viewed" for each in options if each.required}
    queries["funnel/customers"] = {"step": "Page Viewed", "ref": "funnel/1/customers"}
    for path, query in queries.items():
        ok = schema["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(ok | {"components": schema["components"]}).validate(ask(client, path, **query))
    bad = schema["paths"]["/api/v1/map"]["get"]["responses"]["400"]["content"]["application/json"]["schema"]
    error = client.get("/api/v1/map", params={"period": "x"}).json()
    Draft202012Validator(bad | {"components": schema["components"]}).validate(error)
