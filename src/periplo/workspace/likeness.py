"""Customers who look alike: probabilistic linkage of what was told of them, for a person to decide. Never automatic.

Fellegi and Sunter's model, as splink computes it on DuckDB, with fixed weights: how often a field agrees this well
among records of one person, and of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import MissingExtra
from periplo.identity import COLUMNS, Moment, Name, in_force
from periplo.journeys.columns import I64
from periplo.workspace.engine import engine
from periplo.workspace.following import follow
from periplo.workspace.stores import Stores

EXPECTED = 0.1
"""So many records of a shop are expected to have a second one."""

FIELDS: dict[str, tuple[list[float], list[float], list[float]]] = {
    "name": ([0.92, 0.85], [0.8, 0.12, 0.03, 0.05], [0.0005, 0.002, 0.01, 0.9875]),
    "address": ([0.9, 0.8], [0.6, 0.15, 0.05, 0.2], [0.0002, 0.001, 0.005, 0.9938]),
    "email": ([0.92, 0.85], [0.2, 0.3, 0.15, 0.35], [0.0001, 0.001, 0.005, 0.9939]),
    "phone": ([0.95, 0.9], [0.4, 0.15, 0.05, 0.4], [0.0001, 0.002, 0.02, 0.9779]),
}
"""Field -> from which Jaro-Winkler similarity on it is alike (equal comes first); how often each level occurs in pairs
of one person; and of two."""

BLOCKS = ("substr(name, 1, 4)", "address", "split_part(email, '@', 1)", "right(phone, 7)")
"""Only customers who share one of these are compared."""

_TOLD = """
    SELECT customer, occurred_at,
        coalesce(properties ->> '$.name', concat_ws(' ',
            coalesce(properties ->> '$.firstName', properties ->> '$.first_name'),
            coalesce(properties ->> '$.lastName', properties ->> '$.last_name'))) AS name,
        coalesce(concat_ws(' ', properties ->> '$.address.street', properties ->> '$.address.postalCode'),
            properties ->> '$.address') AS address
    FROM events
"""
_RECORDS = f"""
    WITH told AS ({_TOLD}), plain AS (
        SELECT customer, occurred_at, nullif(trim(lower(strip_accents(name))), '') AS name,
            nullif(trim(lower(strip_accents(address))), '') AS address FROM told
    )
    SELECT customer AS unique_id, arg_max(name, occurred_at) AS name, arg_max(address, occurred_at) AS address,
        any_value(email) AS email, any_value(phone) AS phone
    FROM plain
    LEFT JOIN (SELECT customer, min(text) AS email FROM known WHERE kind = 'email' GROUP BY customer) USING (customer)
    LEFT JOIN (SELECT customer, min(text) AS phone FROM known WHERE kind = 'phone' GROUP BY customer) USING (customer)
    GROUP BY customer
"""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """Two customers, each by the strongest identifier, who are one with a probability, and the fields that are
    ``alike``."""

    one: Name
    other: Name
    probability: float
    alike: list[str]


def alike(stores: Stores, least: float) -> list[Likeness]:
    """The pairs of customers of whom traits were told that are one with at least this probability, the likeliest first.

    Left out are those that a person dismissed. Raises ``MissingExtra`` without splink.
    """
    follow(stores)
    moment = stores.identity.moment()
    found = [row for row in _linked(stores, moment, least) if _ends(row) not in _dismissed(stores, moment)]
    numbers = np.unique(np.array([_ends(row) for row in found], np.int64))
    names = dict(zip(numbers.tolist(), moment.strongest(numbers), strict=True))
    return [
        Likeness(
            one=names[row["unique_id_l"]],
            other=names[row["unique_id_r"]],
            probability=row["match_probability"],
            alike=[field for field in FIELDS if row[f"gamma_{field}"] > 0],
        )
        for row in sorted(found, key=lambda row: (-row["match_probability"], _ends(row)))
    ]


def _linked(stores: Stores, moment: Moment, least: float) -> Sequence[dict[str, Any]]:
    try:
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
        from splink.comparison_library import JaroWinklerAtThresholds
    except ImportError as error:
        raise MissingExtra("Likeness needs splink.", fix="Install it: pip install 'periplo[linkage]'.") from error
    with engine(stores.places.cache) as database:
        database.register("events", _told(stores, moment))
        database.register("known", moment.mapping())
        records = database.sql(_RECORDS).to_arrow_table()
        settings = SettingsCreator(
            link_type="dedupe_only",
            probability_two_random_records_match=EXPECTED / max(records.num_rows, 10),
            comparisons=[
                JaroWinklerAtThresholds(field, levels).configure(m_probabilities=same, u_probabilities=other)
                for field, (levels, same, other) in FIELDS.items()
            ],
            blocking_rules_to_generate_predictions=[block_on(block) for block in BLOCKS],
        )
        linker = Linker(DuckDBAPI(connection=database).register(records), settings, log_level="ERROR")
        found: list[dict[str, Any]] = linker.inference.predict(threshold_match_probability=least).as_record_list()
        return found


def _told(stores: Stores, moment: Moment) -> pa.Table:
    """What was said of customers, whose each is."""
    columns = ("type", "occurred_at", "properties", *COLUMNS)
    told = stores.events(columns, 0, stores.identity.cursor(), "type = 'identify'")
    batches = (batch.filter(pc.equal(batch["type"], "identify")) for batch in told)
    table = pa.Table.from_batches(batches, told.schema)
    customer: I64 = moment.customers_of(table)
    whose = table.select(["occurred_at", "properties"]).append_column("customer", pa.array(customer))
    return whose.filter(pa.array(customer > 0))


def _ends(row: dict[str, Any]) -> tuple[int, int]:
    return row["unique_id_l"], row["unique_id_r"]


def _dismissed(stores: Stores, moment: Moment) -> set[tuple[int, int]]:
    pairs = [(one.one, one.other) for one in in_force(stores.identity.decisions()) if one.what == "dismiss"]
    ends = [(moment.customer_of(one), moment.customer_of(other)) for one, other in pairs if one and other]
    return {*ends, *((other, one) for one, other in ends)}
