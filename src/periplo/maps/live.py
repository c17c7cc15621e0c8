"""A map read from journeys: the numbers of every computed lane, each with its n and the way to its customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from periplo.analysis import Journeys
from periplo.analysis.question import ask
from periplo.analysis.stages_result import StageFlow, StageNumbers
from periplo.journeys.columns import I64
from periplo.maps import figures, lists
from periplo.maps.definition import MapDefinition
from periplo.maps.labels import caption, label
from periplo.maps.model import COMPUTED, Lane
from periplo.maps.money import Purse, Way
from periplo.maps.passage import Passage, PassageQuestion
from periplo.maps.placing import stage_codes
from periplo.maps.reading import Cell, Drawn, Item, LaneReading, MapReading, StageReading
from periplo.maps.words import Text, Words, per_language, translated, words
from periplo.vocabulary import Taxonomy

_DRAWN: Mapping[str, Drawn] = {
    "customers": "flow",
    "time": "time",
    "drop_off": "rate",
    "metrics": "measures",
    "emotion": "curve",
}
_LISTS: Mapping[str, Callable[[StageNumbers, int, Taxonomy], tuple[Item, ...]]] = {
    "touchpoints": lists.touchpoints,
    "actions": lists.actions,
    "channels": lists.channels,
    "content": lists.content,
    "entries": lists.entries,
    "exits": lists.exits,
}
_OPTIONAL = {"content", "emotion"}
"""Lanes that are left out where the data have nothing for them."""


def read(journeys: Journeys, definition: MapDefinition, *, simulated: bool = False, filters: Text = "") -> MapReading:
    """The map of these journeys. ``filters`` says in words how they were narrowed; ``simulated`` puts a badge on it."""
    told = definition.journey
    people = _people(journeys, definition)
    flow = stage_flow(people, definition)
    source = _Source.of(people, definition, flow)
    lanes = (source.lane(lane) for lane in definition.lanes)
    persona = told.persona
    return MapReading(
        title=words(told.title),
        description=words(told.description),
        persona=words(persona.name) if persona else Words(),
        persona_description=words(persona.description) if persona else Words(),
        filters=words(filters),
        evidence=flow.evidence,
        simulated=simulated,
        patience_s=definition.patience.total_seconds(),
        stages=_stages(definition, flow, source),
        lanes=tuple(lane for lane in lanes if lane is not None),
    )


def behind(journeys: Journeys, definition: MapDefinition, ref: str) -> I64:
    """The customers behind a number of the map: indices, ascending, into ``journeys``.

    Raises ``UnknownName`` where the map has no such number.
    """
    people = _people(journeys, definition)
    found = _found(people, definition, ref)
    if people is journeys:
        return found
    return np.flatnonzero(np.isin(journeys.columns.customer, people.columns.customer[found]))


def _found(people: Journeys, definition: MapDefinition, ref: str) -> I64:
    ids = [name for name, _ in definition.stages]
    match ref.split("/"):
        case ["evidence", "customers"]:
            return np.flatnonzero(people.columns.person)
        case ["evidence", "events"]:
            return np.arange(people.columns.customers)
        case ["stage", stage, "money", ("in" | "out") as way, *currency] if stage in ids:
            codes = stage_codes(people.columns, definition.stages)
            return _purse(people, way).customers(people.columns, codes, ids.index(stage), "".join(currency))
    return stage_flow(people, definition).behind(ref)


def _purse(people: Journeys, way: Way) -> Purse:
    return Purse.of(people.columns, people.taxonomy, people.currency or "", way)


def _people(journeys: Journeys, definition: MapDefinition) -> Journeys:
    """The customers the map is about: all, or those who fit its persona."""
    return journeys if definition.persona is None else journeys.where(definition.persona)


def stage_flow(people: Journeys, definition: MapDefinition) -> StageFlow:
    """How customers move through the stages of a map."""
    return people.stages(definition.stages, patience=definition.journey.settings.patience)


def _stages(definition: MapDefinition, flow: StageFlow, source: _Source) -> tuple[StageReading, ...]:
    return tuple(
        StageReading(
            id=stage.id,
            label=words(stage.label) if stage.label else per_language(partial(source.taxonomy.stage_label, stage.id)),
            goal=words(stage.goal),
            customers=counted.customers,
            entered=counted.entered,
            went_on=counted.went_on,
            dropped=counted.dropped,
            still_open=counted.still_open,
            reached=source.passage.reached[stage.id],
        )
        for stage, counted in zip(definition.journey.stages, flow.stages, strict=True)
    )


@dataclass(frozen=True)
class _Source:
    """Where the cells of the lanes come from."""

    flow: StageFlow
    taxonomy: Taxonomy
    passage: Passage

    @classmethod
    def of(cls, people: Journeys, definition: MapDefinition, flow: StageFlow) -> _Source:
        question = PassageQuestion(definition.stages, _purse(people, "in"), _purse(people, "out"))
        return cls(flow, people.taxonomy, ask(people.columns, question, people.threads))

    def lane(self, lane: Lane) -> LaneReading | None:
        """The lane with its cells, or None where there is nothing to show and nothing to miss."""
        cells = tuple(self._cell(lane, stage) for stage in self.flow.stages)
        if lane.id in _OPTIONAL and not any(cell.items for cell in cells):
            return None
        drawn = _DRAWN.get(lane.id, "ranking") if lane.id in COMPUTED else "notes"
        said = translated("expected, not measured") if lane.id == "emotion" else caption(lane)
        return LaneReading(id=lane.id, label=label(lane), drawn=drawn, caption=said, cells=cells)

    def _cell(self, lane: Lane, stage: StageNumbers) -> Cell:
        if lane.id not in COMPUTED:
            given = lane.text.get(stage.id, [])
            notes = given if isinstance(given, list) else [given]
            return Cell(stage=stage.id, notes=tuple(words(text) for text in notes))
        return Cell(stage=stage.id, items=self._items(lane, stage))

    def _items(self, lane: Lane, stage: StageNumbers) -> tuple[Item, ...]:
        if lane.id in _LISTS:
            return _LISTS[lane.id](stage, lane.top, self.taxonomy)
        match lane.id:
            case "time":
                return figures.time_spent(stage)
            case "drop_off":
                return figures.drop_off(stage)
            case "metrics":
                return figures.measures(stage, self.passage.orders[stage.id], self.passage.returns[stage.id])
            case "emotion" if stage.id in lane.curve:
                return figures.mood(lane.curve[stage.id])
        return ()
