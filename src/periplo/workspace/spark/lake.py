"""The events of the lake as a Spark table, each with its customer, divided by customers."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.pandas.types import from_arrow_schema

from periplo.events.clocks import UNDATED
from periplo.events.schema import STORED
from periplo.identity import KINDS
from periplo.predicates import Predicate
from periplo.workspace.following import follow
from periplo.workspace.names import MOST_CHANNELS, MOST_EVENT_NAMES, OTHER, UNKNOWN
from periplo.workspace.places import Places
from periplo.workspace.properties import PROMOTED
from periplo.workspace.segments import Segments
from periplo.workspace.shop import Shop
from periplo.workspace.spark.header import DistantProperties, Header, Kind
from periplo.workspace.spark.part import ANSWER, NEEDED, Task, kinds_in
from periplo.workspace.stores import Stores

_ORDER = "order"


@dataclass(frozen=True)
class SparkLake:
    """``events``: those with a customer, one row each, all events of a customer in one part, parts in the order of
    customer numbers; read from the lake's files when first asked for, then kept by Spark."""

    spark: SparkSession
    shop: Shop
    segments: Mapping[str, Predicate]
    events: DataFrame

    @classmethod
    def of(cls, spark: SparkSession, shop: Shop, parts: int | None) -> SparkLake:
        places = Places(shop.path.absolute())
        stores = Stores(places, shop.settings, shop.taxonomy)
        follow(stores)
        table = _with_customers(spark, stores)
        divided = table.repartitionByRange(parts, "customer") if parts else table.repartitionByRange("customer")
        segments = Segments(places.segments, shop.taxonomy, shop.settings.time_zone).predicates()
        return cls(spark, shop, segments, divided.persist())

    @cached_property
    def header(self) -> Header:
        """The names there are, and the window from the first to the last event that says when it happened."""
        dated = self.events.filter(F.coalesce(F.col("clock_flag") != UNDATED, F.lit(True)))
        low, high = dated.select(*(F.unix_micros(each("occurred_at")) for each in (F.min, F.max))).first() or (0, 0)
        names = self._names("event", MOST_EVENT_NAMES), self._names("channel", MOST_CHANNELS)
        return Header(*names, low or 0, high or 0, DistantProperties(self._property_names, self._kind))

    def run(self, task: Task) -> list[Any]:
        """What the task's ``map`` says of each part that has customers, in the order of customers.

        Properties are read only where a question needs them: a part that misses one names it, and is asked again.
        """
        while True:
            known = task.header.properties.kinds  # type: ignore[attr-defined]
            columns = [*NEEDED, *(name for name in PROMOTED if name in known and name not in NEEDED)]
            if any(name not in PROMOTED for name in known):
                columns.append("properties")
            found = self.events.select(*columns).mapInArrow(task, from_arrow_schema(ANSWER)).collect()
            needs = {row["needs"] for row in found if row["needs"]}
            if not needs:
                return [pickle.loads(row["state"]) for row in sorted(found, key=lambda row: int(row["first"]))]
            for name in needs:
                task.header.properties.kind(name)  # type: ignore[attr-defined]

    def _names(self, column: str, most: int) -> tuple[str, ...]:
        rows = self.events.groupBy(column).count().collect()
        counts = {row[column] if row[column] is not None else UNKNOWN: row["count"] for row in rows}
        names = sorted(counts)
        if len(names) < most:
            return tuple(names)
        return (*sorted(sorted(names, key=lambda name: -counts[name])[: most - 1]), OTHER)

    def _property_names(self) -> tuple[str, ...]:
        keys = self.events.select(F.explode(F.json_object_keys("properties")).alias("name")).distinct().collect()
        return (*PROMOTED, *sorted({row["name"] for row in keys} - PROMOTED.keys()))

    def _kind(self, name: str) -> Kind | None:
        column = name if name in PROMOTED else "properties"
        if name in PROMOTED and not pa.types.is_string(PROMOTED[name]):
            some = self.events.filter(F.col(name).isNotNull()).limit(1).count()
            return Kind(True) if some else None
        found = self.events.select(column).mapInArrow(kinds_in(name), "value string, numeric boolean").distinct()
        rows = found.collect()
        if not rows:
            return None
        numeric = all(row["numeric"] for row in rows)
        return Kind(True) if numeric else Kind(False, tuple(sorted({row["value"] for row in rows})))


def _with_customers(spark: SparkSession, stores: Stores) -> DataFrame:
    """The events of the lake that have a customer: that of the strongest identifier that is one."""
    files = stores.lake.now().files()
    schema = from_arrow_schema(STORED)
    events = spark.read.schema(schema).parquet(*files) if files else spark.createDataFrame([], schema)
    events = events.withColumn(_ORDER, F.concat_ws("@", "order_id", "source")).withColumn(
        _ORDER, F.when(F.col("order_id").isNotNull(), F.col(_ORDER))
    )
    mapping = stores.identity.mapping()
    whose = spark.createDataFrame(mapping) if mapping.num_rows else None
    if whose is None:
        return events.withColumn("customer", F.lit(0)).withColumn("person", F.lit(True)).limit(0).drop(_ORDER)
    occurring = set(mapping["kind"].unique().to_pylist())
    kinds = [kind for kind in stores.identity.strongest_first() if kind in occurring]
    joined = reduce(lambda table, kind: _joined(table, whose, kind), kinds, events)
    owner = F.coalesce(*(F.col(f"of_{kind}") for kind in kinds))
    found = joined.withColumn("_owner", owner).filter(F.col("_owner").isNotNull())
    numbers = (F.col("_owner.customer").alias("customer"), F.col("_owner.person").alias("person"))
    return found.select(*STORED.names, *numbers)


def _joined(events: DataFrame, whose: DataFrame, kind: str) -> DataFrame:
    assert kind in KINDS
    owner: Column = F.struct("customer", "person").alias(f"of_{kind}")
    mine = whose.filter(F.col("kind") == kind).select(F.col("text").alias(kind), owner)
    return events.join(mine.dropDuplicates([kind]), kind, "left")
