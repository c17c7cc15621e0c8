"""Order lines become orders, wherever in the files they stand."""

from __future__ import annotations

import json
import random
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from intake_reading import Reader, Writer
from periplo.errors import DataError
from periplo.intake import IntakeSettings
from periplo.intake.making.sorting import SortedLines

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def line(order: str, sku: str, quantity: object, price: object, customer: str = "17850.0", day: int = 1) -> str:
    return f"{order},{sku},Mug {sku},{quantity},2024-07-0{day} 10:00:00,{price},{customer},Spain\n"


def test_an_order_from_its_lines(read: Reader, write: Writer) -> None:
    found = read(
        write("a.csv", HEADER + line("1", "A", 2, "3.505") + line("1", "A", 2, "3.505") + line("1", "B", 1, "0"))
    )
    (event,) = found.events
    assert (event["event"], event["event_id"], event["order_id"], event["user_id"]) == (
        "Order Completed",
        "1",
        "1",
        "17850",
    )
    assert (event["revenue_minor"], event["currency"], event["quantity"]) == (1402, "GBP", 5)
    assert event["occurred_at"].isoformat() == "2024-07-01T09:00:00+00:00"
    assert json.loads(event["properties"])["products"] == [
        {"product_id": "A", "name": "Mug A", "quantity": 2, "price_minor": 351},
        {"product_id": "A", "name": "Mug A", "quantity": 2, "price_minor": 351},
        {"product_id": "B", "name": "Mug B", "quantity": 1, "price_minor": 0},
    ]


def test_cancellations_returns_and_stock(read: Reader, write: Writer) -> None:
    text = line("C1", "A", -2, 3) + line("2", "A", -1, 3, customer="") + line("3", "A", -1, 3) + line("4", "A", 1, 3)
    text += line("4", "B", -1, 3)
    found = {event["order_id"]: event for event in read(write("a.csv", HEADER + text)).events}
    told = {order: (e["event"], e.get("revenue_minor"), e["quantity"]) for order, e in found.items()}
    assert told == {
        "C1": ("Order Cancelled", 600, 2),
        "2": ("Stock Adjusted", None, -1),
        "3": ("Order Refunded", 300, 1),
        "4": ("Order Completed", 300, 1),
    }


def test_the_first_time_and_the_first_value_of_an_order(read: Reader, write: Writer) -> None:
    text = line("1", "A", 1, 1, customer="", day=3) + line("1", "B", 1, 1, customer="7", day=2)
    (event,) = read(write("a.csv", HEADER + text)).events
    assert (event["user_id"], event["occurred_at"].day) == ("7", 2)


def test_lines_torn_apart_over_files_are_one_order(read: Reader, write: Writer) -> None:
    first = write("a.csv", HEADER + line("1", "A", 1, 1) + line("2", "A", 1, 1))
    found = read(first, write("b.csv", HEADER + line("1", "B", 1, 2)))
    assert {event["order_id"]: event["revenue_minor"] for event in found.events} == {"1": 300, "2": 100}


def test_lines_of_one_order_in_two_currencies(read: Reader, write: Writer) -> None:
    text = "order_id,date,sku,price,currency\n1,2024-01-01,A,1,EUR\n1,2024-01-01,B,2,USD\n2,2024-01-01,B,2,\n"
    found = read(write("a.csv", text))
    assert {e["order_id"]: (e["revenue_minor"], e["currency"]) for e in found.events} == {
        "1": (100, "EUR"),
        "2": (200, "EUR"),
    }
    assert [(reject.line, reject.raw) for reject in found.rejects] == [(3, "1,2024-01-01,B,2,USD")]
    assert "The order 1 has lines in different currencies" in found.reasons()[0]


def shuffled(write: Writer, orders: int) -> Path:
    lines = [line(str(n), f"S{k}", 1, k + 1) for n in range(orders) for k in range(n % 4 + 1)]
    random.Random(7).shuffle(lines)
    return write("a.csv", HEADER + "".join(lines))


@pytest.mark.parametrize("rows", [1, 50, 1 << 16])
def test_orders_on_disk_are_those_in_memory_in_the_order_of_the_file(
    read: Reader, write: Writer, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    path = shuffled(write, 100)
    in_memory = read(path).table
    monkeypatch.setattr("periplo.intake.making.sorting._ROWS", rows)
    monkeypatch.setattr("periplo.intake.making.sorting._IN_MEMORY", 1000)
    monkeypatch.setattr("periplo.intake.intake.SortedLines", lambda scratch: SortedLines(scratch, 1000))
    on_disk = read(path).table
    assert on_disk.num_rows == 100
    assert on_disk.equals(in_memory)


def test_scratch_files_are_gone_afterwards(tmp_path: Path) -> None:
    with SortedLines(tmp_path, 1) as lines:
        lines.add(pa.table({"order": ["b", "a", "b"], "line": [1, 2, 3]}))
        assert sorted(len(part) for part in lines.orders()) == [1, 2]
        assert any(tmp_path.iterdir())
    assert not any(tmp_path.iterdir())


def test_a_column_that_is_no_order_number(monkeypatch: pytest.MonkeyPatch, read: Reader, write: Writer) -> None:
    monkeypatch.setattr("periplo.intake.making.sorting._MOST_LINES", 10)
    with pytest.raises(DataError, match=r"The order “1” has more than 10 lines.*right column as the order number"):
        read(write("a.csv", HEADER + line("1", "A", 1, 1) * 11))


def test_quantities_by_weight(read: Reader, write: Writer) -> None:
    text = "order_id,date,sku,price,quantity\n1,2024-01-01,A,10,0.355\n1,2024-01-01,B,1,1\n"
    (event,) = read(write("a.csv", text), settings=IntakeSettings(country="US")).events
    assert (event["revenue_minor"], event["quantity"]) == (455, 1)
    assert msgspec.json.decode(event["properties"])["products"][0]["quantity"] == 0.355
