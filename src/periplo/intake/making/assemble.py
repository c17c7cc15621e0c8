"""From columns of values (``parse.py``, ``orders.py``) to events with the schema ``EVENTS``."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events import EVENTS, IDENTIFIERS, normalise_column, repair_columns
from periplo.events.clocks import UNDATED
from periplo.events.schema import INSTANT
from periplo.intake.cells.addresses import path_of, utm
from periplo.intake.cells.amounts import MILLION
from periplo.intake.cells.jsons import json_objects
from periplo.intake.making.consents import consent_contexts
from periplo.intake.making.money import in_minor_units
from periplo.intake.mappings.mapping import Mapping
from periplo.intake.model import I64, NO_EVENTS, IntakeBatch, IntakeSettings, Reject
from periplo.vocabulary import Taxonomy
from periplo.vocabulary.vectors import map_distinct

_TEXTS = (
    *("cart_id", "ticket_id", "product_id", "category", "coupon", "query", "page", "title"),
    *("referrer", "campaign", "medium", "utm_source", "device", "country"),
)


class Assembler:
    """Makes the events of one mapping. ``now`` is the time of the import: no event is later."""

    def __init__(self, mapping: Mapping, settings: IntakeSettings, words: Taxonomy, now: datetime) -> None:
        self.mapping, self.settings, self.words, self.now = mapping, settings, words, now

    def batch(self, table: pa.Table, rows: int, rows_of_event: I64, rejects: list[Reject]) -> IntakeBatch:
        """Events of these rows (or orders), the further ones of the same row after all the first."""
        if not table.num_rows:
            return IntakeBatch(NO_EVENTS, rows, np.zeros(0, np.int64), rejects)
        values = {name: table.column(name).combine_chunks() for name in table.column_names}
        batches = [self._events(values, table.num_rows, "")]
        counts, units = [rows_of_event], [values["unit"]]
        for number, more in enumerate(self.mapping.also, 1):
            when = values[f"{number}:when"]
            some = {name: column.filter(when) for name, column in values.items()}
            count = len(some["id"])
            if count:
                name = pa.repeat(pa.scalar(more.event, pa.string()), count)
                some |= {"event": name, "original": pa.nulls(count, pa.string())}
                some["id"] = pc.binary_join_element_wise(some["id"], _slug(more.event), "/")
                batches.append(self._events(some, count, f"{number}:"))
                counts.append(np.zeros(count, np.int64))
                units.append(some["unit"])
        events = pa.concat_batches(batches) if len(batches) > 1 else batches[0]
        unit = np.concatenate([one.to_numpy() for one in units])
        return IntakeBatch(events, rows, np.concatenate(counts), rejects, unit=unit)

    def _events(self, values: dict[str, pa.Array], rows: int, own: str) -> pa.RecordBatch:
        """``own``: the prefix of what one of the further events says itself."""
        fields = {name[2:]: column for name, column in values.items() if name.startswith("f:")}
        if own:
            fields.pop("revenue", None)
            mine = f"{own}f:"
            fields |= {name[len(mine) :]: column for name, column in values.items() if name.startswith(mine)}

        def text(name: str) -> pa.Array:
            return fields.get(name, pa.nulls(rows, pa.string()))

        made = {name: text(name) for name in _TEXTS}
        made |= {"source": _all(self.mapping.sent_by, rows), "type": _all(self.mapping.type, rows)}
        made |= {"event_id": values["id"], "event": values["event"], "original_name": values["original"]}
        nothing = pa.nulls(rows, pa.int64())
        made |= self._clocks(values["time"], values.get(f"{own}time", nothing) if own else nothing)
        for kind in IDENTIFIERS:
            made[kind] = normalise_column(kind, text(kind), self.settings.country, self.words)
        made["order_id"] = text("order_id")
        made |= self._numbers(fields, values, rows)
        for column, name in (("campaign", "campaign"), ("medium", "medium"), ("utm_source", "source")):
            made[column] = pc.coalesce(made[column], map_distinct(made["page"], partial(utm, name)))
        made["channel"] = self._channel(made, text("channel"), rows)
        made["page"] = map_distinct(made["page"], path_of)
        kept = {name[2:]: column for name, column in values.items() if name.startswith("p:")}
        made["properties"] = json_objects(kept, rows)
        made["context"] = consent_contexts(values, rows)
        return pa.RecordBatch.from_arrays([made[name] for name in EVENTS.names], schema=EVENTS)

    def _clocks(self, time: pa.Array, own: pa.Array) -> dict[str, pa.Array]:
        """``own``: the time of this event, where it has one besides that of its row."""
        original, nothing = pc.coalesce(own, time).cast(INSTANT), pa.nulls(len(time), INSTANT)
        occurred, flag = repair_columns(original, nothing, nothing, self.now)
        if self.mapping.undated:
            flag = pc.if_else(own.is_null(), UNDATED, flag)
        return {
            "original_at": original,
            "sent_at": nothing,
            "received_at": nothing,
            "occurred_at": occurred,
            "clock_flag": flag,
        }

    def _numbers(self, fields: dict[str, pa.Array], values: dict[str, pa.Array], rows: int) -> dict[str, pa.Array]:
        """Money in minor units (what is given back counts upwards too), its currency, and the quantity."""
        nothing = pa.nulls(rows, pa.int64())
        revenue = pc.abs(in_minor_units(fields.get("revenue", nothing), values["currency"]))
        quantity = pc.divide(fields.get("quantity", nothing), MILLION)
        money = any(name.startswith("p:") and name.endswith("_minor") for name in values)
        currency = (
            values["currency"]
            if money
            else pc.if_else(revenue.is_valid(), values["currency"], pa.scalar(None, pa.string()))
        )
        return {"revenue_minor": revenue, "quantity": quantity, "currency": currency}

    def _channel(self, made: dict[str, pa.Array], said: pa.Array, rows: int) -> pa.Array:
        return self.words.channel_column(
            rows,
            explicit=said,
            event=made["event"],
            medium=made["medium"],
            source=made["utm_source"],
            page=made["page"],
            referrer=made["referrer"],
            type=made["type"],
        )


def _all(text: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), rows)


def _slug(event: str) -> str:
    return event.lower().replace(" ", "-")
