"""A shop with a person who is to be erased, in every store it has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from periplo.events.model import Event
from periplo.workspace import Shop
from support_events import event
from support_shop import message, write_messages

PERSON = "ana-9041"
ANA = {"user_id": "ana-9041", "email": "ana.ruiz@example.com", "phone": "+34687599935", "anonymous_id": "cookie-ana-71"}
SECRETS = [
    *ANA.values(),
    "687 59 99 35",
    "card-ana-33",
    "ORD-ANA-1",
    "zanahorias moradas",
    "Ruiz Quintanilla",
    "calle del sauce 7",
    "cart-ana-5",
]


def of_ana(number: int, name: str = "Product Viewed", **fields: Any) -> Event:
    return replace(event(f"ana-event-{number}", name, minute=number), **{"user_id": ANA["user_id"], **fields})


def hers() -> list[Event]:
    told = {"last_name": "Ruiz Quintanilla", "address": {"street": "calle del sauce 7"}}
    return [
        event("ana-event-0", minute=0, anonymous_id=ANA["anonymous_id"], page="/?who=ana.ruiz@example.com"),
        of_ana(
            1, "Customer Identified", type="identify", **ANA, properties=json.dumps(told), context='{"ip": "1.2.3.4"}'
        ),
        of_ana(2, "Products Searched", query="zanahorias moradas", loyalty_card="card-ana-33"),
        of_ana(3, "Product Added", cart_id="cart-ana-5", product_id="p", anonymous_id="tablet-of-all"),
        of_ana(4, "Order Completed", order_id="ORD-ANA-1", revenue_minor=1234, currency="EUR"),
        event("ana-event-5", "Order Shipped", minute=5, order_id="ORD-ANA-1", channel="email"),
    ]


def of_others() -> list[Event]:
    """Bea names Ana in texts and under her account; both use one tablet."""
    bea = {"user_id": "bea-7", "email": "bea@example.com"}
    return [
        event("b1", minute=1, **bea, anonymous_id="tablet-of-all"),
        event("b2", "Product Shared", minute=2, **bea, properties='{"with": "Ana.Ruiz@example.com", "n": 1}'),
        event("b3", "Product Viewed", minute=3, user_id="bea-7", title="Gift for ana.ruiz@example.com."),
        event("b4", "Order Completed", minute=4, **bea, order_id="B-1", revenue_minor=500, currency="EUR"),
        event("b5", "Product Viewed", minute=6, user_id="bea-7", phone=ANA["phone"]),
        *(event(f"d{n}", minute=n, anonymous_id=f"visitor-{n}") for n in range(30)),
    ]


def made(folder: Path) -> Path:
    """Ana and others: imported, archived, live, refused, cached, exported."""
    rows: list[Any] = [message(n) for n in range(40)]
    rows.append(message(41, userId=ANA["user_id"], properties={"secret": "zanahorias moradas"}))
    rows.append('{"type": "track", "userId": "ana-9041", "messageId": "torn')
    rows.append('{"type": "track", "userId": "somebody-else", "messageId": "torn too')
    rows.append(json.dumps(message(43, context={"traits": {"phone": "687 59 99 35"}}, timestamp="never")))
    file = write_messages(folder / "events.jsonl", rows)
    with Shop.open(folder / "shop", create=True) as shop:
        shop.record([one for pair in zip(hers(), of_others(), strict=False) for one in pair])
        shop.import_files([file])
        shop.record([replace(one, event_id=f"{one.event_id}-again") for one in hers()])
        shop.record(of_others())
        for name in ("query", "email", "secret", "with", "title"):
            shop.journeys().columns.properties.column(name)
        shop.profile(shop.customer_number("ana-9041"))
        (folder / "shop" / "map.html").write_text("the map of ana-9041", "utf-8")
    return folder / "shop"


def answers(shop: Shop, without: str = "") -> dict[str, Any]:
    """Every journey by its customer's number, and totals; without one customer's."""
    columns = shop.journeys().columns
    numbers = [int(one) for one in columns.customer]
    gone = shop.customer_number(without) if without else 0
    kept = [place for place, one in enumerate(numbers) if one != gone]
    return {
        "journeys": {numbers[i]: columns.time_us[columns.offsets[i] : columns.offsets[i + 1]].tolist() for i in kept},
        "names": shop.customer_names(columns.customer[kept]),
        "persons": columns.person[kept].tolist(),
        "events": [columns.event_names[code] for code in columns.event] if not without else None,
        "seqs": {one["event_id"]: one["seq"] for i in kept for one in shop.timeline(numbers[i]).to_pylist()},
    }
