"""How the columns of a file would be read, to be shown before anything is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import pyarrow.compute as pc

from periplo.intake.cells.texts import text
from periplo.intake.choosing.styles import Styles
from periplo.intake.mappings.mapping import Mapping as FileMapping
from periplo.intake.mappings.mapping import Names, kept_columns, names, sources, times_of
from periplo.intake.mappings.preset_files import write_mapping
from periplo.intake.mappings.table import Columns, Header
from periplo.intake.model import Note, Rows

_EXAMPLES = 3
_SAMPLE = 200


_NESTED = {
    "segment": {
        **{name: name for name in ("type", "event", "name", "context", "properties")},
        **{"traits": "properties", "messageId": "event_id", "userId": "user_id", "anonymousId": "anonymous_id"},
        **{"timestamp": "time", "originalTimestamp": "time", "sentAt": "sent_at", "receivedAt": "received_at"},
        **{"previousId": "anonymous_id", "groupId": "properties"},
    },
    "ga4": {
        **{"event_name": "event", "event_timestamp": "time", "event_params": "properties", "items": "products"},
        **{"user_id": "user_id", "user_pseudo_id": "anonymous_id", "user_properties": "context"},
        **{"ecommerce": "order_id, revenue", "device": "device", "geo": "country", "platform": "channel"},
        **{"collected_traffic_source": "campaign", "traffic_source": "campaign"},
    },
}
"""What the parts of nested rows become, by preset."""


class PlanItem(msgspec.Struct, frozen=True):
    """One column: what it becomes, some of its values, and how sure that is (0 to 1; 1 where it was given)."""

    column: str
    field: str
    examples: list[str]
    confidence: float

    @property
    def example(self) -> str:
        return ", ".join(self.examples)

    @property
    def sure(self) -> str:
        return f"{self.confidence:.0%}"


class MappingPlan(msgspec.Struct, frozen=True):
    """How files are read: ``items`` column by column; ``left_out`` columns that become nothing.

    ``mappings``: the mapping files as YAML by name, ready to be saved, changed and given with ``--map``.
    """

    items: list[PlanItem] = []
    left_out: list[str] = []
    guessed: bool = False
    notes: list[Note] = []
    mappings: dict[str, str] = {}

    def and_also(self, other: MappingPlan) -> MappingPlan:
        """Both plans as one."""
        return MappingPlan(
            self.items + [item for item in other.items if item not in self.items],
            self.left_out + [name for name in other.left_out if name not in self.left_out],
            self.guessed or other.guessed,
            self.notes + [note for note in other.notes if note not in self.notes],
            self.mappings | other.mappings,
        )


def plan_of(mapping: FileMapping, first: Rows, styles: Styles, sure: Mapping[str, float] | None = None) -> MappingPlan:
    """The plan for a file, from its first rows. ``sure``: how sure a guess is of each column."""
    header = Header(first.table.schema.names)
    columns = Columns(first.table.slice(0, _SAMPLE))
    items: dict[str, list[str]] = {}
    for field, wanted in _uses(mapping, styles, list(header.columns)):
        for name in header.found(wanted):
            items.setdefault(name, []).append(field)
    return MappingPlan(
        [
            PlanItem(name, ", ".join(dict.fromkeys(fields)), _examples(columns, name), (sure or {}).get(name, 1.0))
            for name, fields in items.items()
        ],
        [name for name in header.columns if name not in items],
        sure is not None,
        list(styles.notes),
        {mapping.name: write_mapping(mapping)},
    )


def nested_plan(preset: str, first: Rows) -> MappingPlan:
    """The plan for a file of a nested preset: its rows are messages, and their parts have fixed meanings."""
    columns = Columns(first.table.slice(0, _SAMPLE))
    meanings = _NESTED[preset]
    items = []
    for name in first.table.schema.names:
        part = max((part for part in meanings if name == part or name.startswith(f"{part}.")), key=len, default="")
        if part:
            items.append(PlanItem(name, meanings[part], _examples(columns, name), 1.0))
    taken = {item.column for item in items}
    return MappingPlan(items, [name for name in first.table.schema.names if name not in taken])


def _uses(mapping: FileMapping, styles: Styles, columns: list[str]) -> Iterator[tuple[str, Names]]:
    for time in times_of(mapping):
        yield f"time ({styles.time(time.column)})", names(time.column)
    yield from ((field, value.column) for field, value in sources(mapping) if value.column)
    for more in mapping.also:
        yield from ((f"{more.event}?", condition.column) for condition in more.when)
    kept = kept_columns(mapping, columns)
    yield from ((f"property {name}", kind.column) for name, kind in kept.items())


def _examples(columns: Columns, name: str) -> list[str]:
    column = columns.typed(name)
    values: list[str] = [] if column is None else pc.unique(text(column)).drop_null().to_pylist()
    return [value[:40] for value in values[:_EXAMPLES]]
