"""The truth beside the events: who is who, who was in which stage when, what was planted and what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from periplo.simulator.arrays import I64, Bool, count_within, distinct
from periplo.simulator.kinds import CLICK, NAMINGS, NO_STAGE, ORDER, STAGES, Kind
from periplo.simulator.plan import Rows
from periplo.simulator.texts import Texts

CARRIERS = ("device", "user", "more", "body")
"""The columns of a message in which an identifier may lie."""


def customers_table(texts: Texts, rows: Rows) -> pa.Table:
    """``customer, kind, value, shared``: every identifier that a message of a customer carries, in its normal form."""
    found = [_pairs(texts, rows.customer, getattr(rows, column)) for column in CARRIERS]
    table = pa.concat_tables([table for tables in found for table in tables])
    return (
        table.group_by(["customer", "kind", "value", "shared"])
        .aggregate([])
        .sort_by([("customer", "ascending"), ("kind", "ascending"), ("value", "ascending")])
    )


def _pairs(texts: Texts, customer: NDArray[np.int32], text: NDArray[np.int32]) -> list[pa.Table]:
    """Each customer with each text that names one, once, as identifiers."""
    used = distinct(customer.astype(np.int64) * texts.size + text)
    who, number = np.divmod(used, texts.size)
    return [
        pa.table(
            {
                "customer": who[rows],
                "kind": pa.array([naming.kind] * len(rows), pa.string()),
                "value": naming.values.take(pa.array(number[rows] - naming.first)),
                "shared": np.full(len(rows), naming.shared),
            }
        ).filter(pc.field("value").is_valid())
        for naming in texts.namings
        for rows in [np.flatnonzero((naming.first <= number) & (number < naming.first + len(naming.values)))]
    ]


def stages_table(rows: Rows) -> pa.Table:
    """``customer, cycle, stage, entered_at``: when each customer first came into each stage of each cycle.

    A cycle ends with an order and what follows it before the next event of the stages up to purchase or the next order.
    """
    staged = np.flatnonzero(np.array([kind.stage != NO_STAGE for kind in Kind])[rows.kind])
    order = staged[np.lexsort((rows.at[staged], rows.customer[staged]))]
    customer, at, kind = rows.customer[order].astype(np.int64), rows.at[order], rows.kind[order]
    stage = _stage_of(customer, kind)
    cycle = _cycles(customer, stage, kind == Kind.ORDER_COMPLETED)
    _, first = np.unique((customer << 24) + (cycle << 4) + stage, return_index=True)
    first.sort()
    return pa.table(
        {
            "customer": customer[first],
            "cycle": cycle[first],
            "stage": pa.array(STAGES).take(pa.array(stage[first])),
            "entered_at": pa.array(at[first] * 1000).cast(pa.timestamp("us", tz="UTC")),
        }
    )


def _stage_of(customer: I64, kind: NDArray[np.uint8]) -> I64:
    """The stage of each event; a click counts as loyalty once there was an order, and so does every later order."""
    numbers = {stage: number for number, stage in enumerate(STAGES)} | {CLICK: 0, ORDER: 2, NO_STAGE: -1}
    stage = np.array([numbers[member.stage] for member in Kind], dtype=np.int64)[kind]
    click = np.array([member.stage == CLICK for member in Kind])[kind]
    orders = count_within(kind == Kind.ORDER_COMPLETED, customer)
    again = (click & (orders > 0)) | ((kind == Kind.ORDER_COMPLETED) & (orders > 1))
    return np.where(again, STAGES.index("loyalty"), stage)


def _cycles(customer: I64, stage: I64, ordered: Bool) -> I64:
    """The number of the cycle of each event of a stage, 0 for each customer's first."""
    before = np.flatnonzero((stage <= STAGES.index("purchase")) | ordered)
    opens = np.zeros(len(customer), bool)
    again = ordered[before[:-1]] & (customer[before[1:]] == customer[before[:-1]])
    opens[before[1:][again]] = True
    return count_within(opens, customer)


def totals(rows: Rows, written: I64) -> dict[str, Any]:
    """Counts of what the file holds: messages by canonical event and by the name they are sent under."""
    code = rows.kind.astype(np.int64) * len(NAMINGS) + rows.naming
    distinct = np.bincount(code, minlength=len(Kind) * len(NAMINGS))
    sent = np.bincount(code[written], minlength=len(Kind) * len(NAMINGS))
    events: dict[str, int] = {}
    names: dict[str, int] = {}
    for kind in Kind:
        for naming in range(len(NAMINGS)):
            number = kind * len(NAMINGS) + naming
            events[_canonical(kind)] = events.get(_canonical(kind), 0) + int(distinct[number])
            name = kind.named(naming) if kind.call == "track" else kind.call
            names[name] = names.get(name, 0) + int(sent[number])
    return {
        "messages": len(written),
        "distinct": len(rows),
        "duplicates": len(written) - len(rows),
        "events": {name: count for name, count in sorted(events.items()) if count},
        "names_as_sent": {name: count for name, count in sorted(names.items()) if count},
    }


def _canonical(kind: Kind) -> str:
    calls = {"page": "Page Viewed", "screen": "Screen Viewed", "identify": "Customer Identified"}
    return calls.get(kind.call, kind.title)


def write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def write_json(data: dict[str, Any], path: Path) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
