"""Each preset reads a sample of its export; every preset is a valid mapping file."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from intake_reading import Reader, Writer
from periplo.errors import UnknownName, UnreadableFile
from periplo.intake import PRESETS, IntakeSettings, json_schema, load_mapping, open_intake
from periplo.intake.mappings.preset_files import NESTED, preset_mappings, preset_of
from periplo.vocabulary import taxonomy
from support import ROOT

ROOM = ROOT / "src" / "periplo" / "intake" / "mappings"
FILES = sorted((ROOM / "presets").glob("*.yaml"))
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Phone,Shipping Country,Cancelled at,"
    "Refunded Amount,Vendor,Id,Source\n"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_presets_follow_the_published_schema(path: Path) -> None:
    jsonschema.validate(YAML(typ="safe").load(path.read_text("utf-8")), json_schema())
    assert load_mapping(path).name == path.stem


def test_the_published_schema_is_the_one_in_use() -> None:
    assert json.loads((ROOM / "mapping.schema.json").read_text("utf-8")) == json.loads(json.dumps(json_schema()))


def test_all_presets_are_there_and_documented() -> None:
    assert {preset_of(mapping) for mapping in preset_mappings()} | set(NESTED) == set(PRESETS)
    text = (ROOT / "docs/reference/presets.md").read_text("utf-8")
    assert [name for name in PRESETS if f"## `{name}`" not in text] == []


def test_presets_use_known_events_and_channels() -> None:
    words = taxonomy()
    for mapping in preset_mappings():
        events = [mapping.event] if isinstance(mapping.event, str) else [*mapping.event.values.values()]
        events += [more.event for more in mapping.also]
        assert {name for name in events if name} <= words.events.keys()
        channel = mapping.fields.get("channel")
        constants = [channel.constant, *channel.values.values()] if hasattr(channel, "values") else []
        assert {name for name in constants if name} <= words.channels.keys()


def test_an_unknown_preset(write: Writer) -> None:
    with pytest.raises(UnknownName, match=r"Did you mean .*“shopify-orders”"):
        open_intake([write("a.csv", "a\n1\n")], preset="shopify_order")


def test_clickstream(read: Reader, write: Writer) -> None:
    header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
    row = "2019-10-01 00:00:00 UTC,{kind},7,99,a.b,acme,35.79,42,s1\n"
    text = header + "".join(row.format(kind=kind) for kind in ("view", "view", "cart", "purchase", "wink"))
    found = read(write("a.csv", text))
    assert found.names() == ["Product Viewed", "Product Viewed", "Product Added", "Order Completed", "wink"]
    assert [event.get("revenue_minor") for event in found.events] == [None, None, None, 3579, None]
    view = found.events[0]
    assert (view["user_id"], view["product_id"], view["category"], view["channel"]) == ("42", "7", "a.b", "web")
    assert json.loads(view["properties"]) == {
        "price_minor": 3579,
        "brand": "acme",
        "category_id": "99",
        "session_id": "s1",
    }
    assert view["occurred_at"].isoformat() == "2019-10-01T00:00:00+00:00"
    assert len({event["event_id"] for event in found.events}) == 4, "rows that are equal in all columns are one event"


def test_event_ids_depend_on_the_row_only(read: Reader, write: Writer) -> None:
    text = "event_time,event_type,product_id,user_id,user_session\n2019-10-01,view,7,42,s1\n"
    other = "user_session,user_id,product_id,event_type,event_time\ns1,42,7,view,2019-10-01\n"
    first, second = read(write("a.csv", text)), read(write("b/c.csv.gz", other))
    assert first.events == second.events


def test_shopify_orders(read: Reader, write: Writer) -> None:
    text = SHOPIFY + (
        "#1,ana@x.es,paid,2024-02-20 10:05:00 +0100,2024-02-22 09:00:00 +0100,EUR,47,6,3.29,56.29,FALL5,"
        "2024-02-20 10:04:00 +0100,2,Fern,16.00,FERN-1,'+34600111222,ES,,0.00,Acme,555,web\n"
        "#1,ana@x.es,,,,,,,,,,2024-02-20 10:04:00 +0100,1,Tote,20.00,,,,,,Acme,,\n"
        "#2,bo@x.es,refunded,2024-02-21 10:05:00 +0100,,EUR,25,0,0,25.00,,2024-02-21 10:00:00 +0100,"
        "1,Mug,25.00,MUG,,ES,,25.00,Acme,556,pos\n"
        "#3,c@x.es,voided,,,EUR,25,0,0,25.00,,2024-02-22 10:00:00 +0100,1,Mug,25.00,MUG,,ES,"
        "2024-02-23 10:00:00 +0100,0.00,Acme,557,web\n"
    )
    found = read(write("orders.csv", text))
    told = {e["event_id"]: (e["event"], e.get("revenue_minor"), e["channel"]) for e in found.events}
    assert told == {
        "#1": ("Order Completed", 5629, "web"),
        "#2": ("Order Completed", 2500, "store"),
        "#3": ("Order Completed", 2500, "web"),
        "#1/order-shipped": ("Order Shipped", None, "web"),
        "#3/order-cancelled": ("Order Cancelled", 2500, "web"),
        "#2/order-refunded": ("Order Refunded", 2500, "store"),
    }
    first = found.events[0]
    assert (first["phone"], first["coupon"], first["quantity"]) == ("+34600111222", "FALL5", 3)
    assert [p["product_id"] for p in json.loads(first["properties"])["products"]] == ["FERN-1", "Tote"]
    shipped = next(event for event in found.events if event["event"] == "Order Shipped")
    assert shipped["occurred_at"].isoformat() == "2024-02-22T08:00:00+00:00"


def test_shopify_customers_are_as_old_as_their_file(read: Reader, write: Writer) -> None:
    path = write(
        "customers.csv",
        "Customer ID,First Name,Last Name,Email,Phone,Total Spent,Total Orders,Tags\n"
        "'12,Ana,G,ana@x.es,'+34600111222,5.5,1,\n",
    )
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (event,) = read(path).events
    assert (event["type"], event["event"], event["event_id"]) == ("identify", "Customer Identified", "12")
    assert (event["email"], event["phone"]) == ("ana@x.es", "+34600111222")
    assert event["occurred_at"].timestamp() == 1_700_000_000
    assert json.loads(event["properties"])["total_spent_minor"] == 550


def test_woocommerce_orders(read: Reader, write: Writer) -> None:
    text = (
        "Order Number,Order Status,Order Date,Email (Billing),Phone (Billing),Order Refund Amount,"
        "Order Total Amount,SKU,Item Name,Quantity,Item Cost\n"
        "10,Completed,2024-01-05 10:00,a@x.es,600111222,3,25,S1,Mug,2,10\n"
        "10,Completed,2024-01-05 10:00,a@x.es,600111222,3,25,S2,Cup,1,0\n"
        "11,Cancelado,2024-01-06 10:00,a@x.es,600111222,,25,S1,Mug,2,10\n"
        "12,Failed,2024-01-07 10:00,b@x.es,,,25,S1,Mug,2,10\n"
    )
    found = read(write("a.csv", text))
    assert {e["event_id"]: (e["event"], e.get("revenue_minor")) for e in found.events} == {
        "10": ("Order Completed", 2500),
        "11": ("Order Cancelled", None),
        "12": ("Payment Failed", None),
        "10/order-refunded": ("Order Refunded", 300),
    }


@pytest.mark.parametrize(
    "text",
    [
        "order_id,order_number,order_date,status,order_total,order_currency,billing_email\n"
        "7,1007,2024-01-05 10:00:00,wc-completed,12.50,EUR,a@x.es\n",
        "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s)\n"
        '2024-01-05 10:00:00,7,"€12,50",completed,Ana G,new,1x Mug,1,\n',
    ],
)
def test_other_woocommerce_exports(read: Reader, write: Writer, text: str) -> None:
    found = read(write("a.csv", text))
    assert found.intake.preset == "woocommerce-orders"
    assert [(e["event_id"], e["event"], e["revenue_minor"]) for e in found.events] == [("7", "Order Completed", 1250)]


AT = "2024-01-01T10:00:00Z"
SEGMENT: list[dict[str, Any]] = [
    {
        "type": "track",
        "event": "order_completed",
        "userId": "u1",
        "messageId": "m1",
        "timestamp": "2024-01-01T10:00:00Z",
    },
    {"type": "page", "anonymousId": "a1", "messageId": "m2", "timestamp": "2024-01-01T10:00:00Z"},
    {"type": "track", "anonymousId": "a1", "messageId": "m3", "timestamp": "2024-01-01T10:00:00Z"},
]


@pytest.mark.parametrize("form", ["lines", "array", "batch"])
def test_segment_in_lines_and_documents(read: Reader, write: Writer, form: str) -> None:
    whole = SEGMENT if form == "array" else {"batch": SEGMENT}
    lines = "\n".join(json.dumps(message) for message in SEGMENT)
    found = read(write("a.json", lines if form == "lines" else json.dumps(whole)))
    assert (found.intake.preset, found.names()) == ("segment", ["Order Completed", "Page Viewed"])
    assert found.events[0]["original_name"] == "order_completed"
    assert (found.rejects[0].line, found.rejects[0].field) == (3, "event")


def ga4_row(name: str, at: int, **more: Any) -> dict[str, Any]:
    params = [
        {"key": "page_location", "value": {"string_value": "https://x.es/a"}},
        {"key": "ga_session_id", "value": {"int_value": 99}},
    ]
    return {
        "event_timestamp": at,
        "event_name": name,
        "event_params": params,
        "user_id": None,
        "user_pseudo_id": "p.1",
        "user_properties": [{"key": "tier", "value": {"string_value": "gold"}}],
        "platform": "WEB",
        "device": {"category": "mobile"},
        "geo": {"country": "Spain"},
        "traffic_source": {"name": None, "medium": "email", "source": "klaviyo"},
        "collected_traffic_source": {"manual_source": None, "manual_medium": None, "gclid": None},
        "ecommerce": None,
        "items": [],
    } | more


GA4 = [
    ga4_row("first_visit", 1704103200000000),
    ga4_row("page_view", 1704103200000000, collected_traffic_source={"gclid": "abc"}),
    ga4_row(
        "purchase",
        1704103260000000,
        ecommerce={"transaction_id": "T1", "purchase_revenue": 99.5, "refund_value": None},
        items=[{"item_id": "A", "item_name": "Taza", "item_category": "cocina", "price": 49.75, "quantity": 2}],
    ),
    ga4_row("refund", 1704103290000000, ecommerce={"transaction_id": "T1", "refund_value": 99.5}),
    ga4_row("screen_view", 1704103290000000, platform="ANDROID"),
]


def test_ga4_in_lines_and_parquet(read: Reader, write: Writer, tmp_path: Path) -> None:
    lines = json.loads(json.dumps(GA4))
    for row in lines:  # BigQuery writes 64-bit numbers as text
        row["event_timestamp"] = str(row["event_timestamp"])
        row["event_params"][1]["value"]["int_value"] = "99"
    as_lines = read(write("a.jsonl", "\n".join(map(json.dumps, lines))))
    table = pa.Table.from_pylist([GA4[2], *GA4])
    pq.write_table(table.slice(1), tmp_path / "a.parquet")
    as_parquet = read(tmp_path / "a.parquet")
    assert as_lines.events == as_parquet.events
    told = [(e["event"], e["channel"], e.get("revenue_minor"), e.get("order_id")) for e in as_lines.events]
    assert told == [
        ("first_visit", "email", None, None),
        ("Page Viewed", "ads", None, None),
        ("Order Completed", "web", 9950, "T1"),
        ("Order Refunded", "web", 9950, "T1"),
        ("Screen Viewed", "app", None, None),
    ]
    order = as_lines.events[2]
    assert (order["product_id"], order["quantity"], order["device"], order["page"]) == ("A", 2, "mobile", "/a")
    assert json.loads(order["properties"])["ga_session_id"] == 99
    assert json.loads(order["context"])["userProperties"] == {"tier": "gold"}


def test_the_plan_of_nested_rows(write: Writer) -> None:
    plan = open_intake([write("a.jsonl", json.dumps(GA4[2]))]).plan
    told = {item.column: item.field for item in plan.items}
    assert told["event_timestamp"] == "time"
    assert told["ecommerce.purchase_revenue"] == "order_id, revenue"
    plan = open_intake([write("b.jsonl", json.dumps(SEGMENT[0] | {"version": 2}))]).plan
    assert {item.column: item.field for item in plan.items}["messageId"] == "event_id"
    assert plan.left_out == ["version"]


def test_ga4_rows_that_are_not(read: Reader, write: Writer) -> None:
    bad = ga4_row("x", 1) | {"event_params": "oops"}
    found = read(
        write("a.jsonl", json.dumps(GA4[1]) + "\n" + json.dumps(bad) + "\n" + json.dumps(ga4_row("y", 0))[:-9])
    )
    assert (len(found.events), len(found.rejects)) == (1, 2)
    assert "not a row of the BigQuery export" in found.reasons()[0]
    assert "cut off" in found.reasons()[1]


def complete_journey(write: Writer) -> Path:
    write(
        "cj/campaign_descriptions.csv",
        "campaign_id,campaign_type,start_date,end_date\n7,Type A,2017-03-03,2017-04-09\n",
    )
    write("cj/campaigns.csv", "campaign_id,household_id\n7,105\n8,105\n")
    write("cj/coupon_redemptions.csv", "household_id,coupon_upc,campaign_id,redemption_date\n105,555,7,2017-03-04\n")
    write(
        "cj/products.csv",
        "product_id,manufacturer_id,department,brand,product_category,product_type\n1,2,GROCERY,N,ICE,CUBED\n",
    )
    write("cj/demographics.csv", "household_id,age,income,household_size\n105,65+,35-49K,2\n")
    return write(
        "cj/transactions.csv",
        "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc,week,"
        "transaction_timestamp\n105,330,9001,1,2,5.00,0.5,1.0,0,10,2017-03-04 11:53:26\n"
        "105,330,9001,2,1,1.25,0,0,0,10,2017-03-04 11:53:26\n",
    ).parent


def test_complete_journey_as_a_folder(read: Reader, write: Writer) -> None:
    found = read(complete_journey(write), settings=IntakeSettings(currency="EUR"))
    assert found.intake.preset == "complete-journey"
    assert Counter(found.names()) == Counter(
        ["Campaign Received", "Coupon Applied", "Customer Identified", "Order Completed"]
    )
    order = next(event for event in found.events if event["event"] == "Order Completed")
    assert (order["revenue_minor"], order["currency"], order["channel"], order["user_id"]) == (
        625,
        "USD",
        "store",
        "105",
    )
    kept = json.loads(order["properties"])
    assert (kept["coupon_discount_minor"], kept["loyalty_discount_minor"]) == (100, 50)
    assert kept["products"][0] == {
        "product_id": "1",
        "category": "ICE",
        "department": "GROCERY",
        "brand": "N",
        "quantity": 2,
        "price_minor": 250,
    }
    campaign = next(event for event in found.events if event["event"] == "Campaign Received")
    assert (campaign["campaign"], campaign["occurred_at"].isoformat()) == ("7", "2017-03-03T05:00:00+00:00")
    assert [reject.raw for reject in found.rejects] == ["8,105"], "a campaign that is not described has no time"
    assert sum("describes other tables" in note for note in found.notes()) == 2


def test_campaigns_need_their_descriptions(read: Reader, write: Writer) -> None:
    path = complete_journey(write) / "campaign_descriptions.csv"
    path.unlink()
    with pytest.raises(UnreadableFile, match=r"The table campaign_descriptions is missing in the folder cj"):
        read(path.with_name("campaigns.csv"))
