"""A map read from journeys: the numbers of every computed lane, each with its n and the way to its customers."""

from __future__ import annotations

from functools import partial

import numpy as np

from periplo.analysis import Journeys
from periplo.analysis.stages_result import StageFlow
from periplo.journeys.columns import I64
from periplo.maps.definition import MapDefinition
from periplo.maps.placing import stage_codes
from periplo.maps.reading import MapReading, StageReading
from periplo.maps.source import Source, purse
from periplo.maps.words import Text, Words, per_language, words


def read(journeys: Journeys, definition: MapDefinition, *, simulated: bool = False, filters: Text = "") -> MapReading:
    """The map of these journeys. ``filters`` says in words how they were narrowed; ``simulated`` puts a badge on it."""
    told = definition.journey
    people = _people(journeys, definition)
    flow = _flow(people, definition)
    source = Source.of(people, definition, flow)
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


def behind(journeys: Journeys, definition: MapDefinition, ref: str, flow: StageFlow | None = None) -> I64:
    """The customers behind a number of the map: indices, ascending, into ``journeys``.

    ``flow``: their ``stage_flow``, where it has been asked already. Raises ``UnknownName`` where the map has no such
    number.
    """
    people = _people(journeys, definition)
    found = _found(people, definition, ref, flow)
    if people is journeys:
        return found
    return np.flatnonzero(np.isin(journeys.columns.customer, people.columns.customer[found]))


def _found(people: Journeys, definition: MapDefinition, ref: str, flow: StageFlow | None) -> I64:
    ids = [name for name, _ in definition.stages]
    match ref.split("/"):
        case ["evidence", "customers"]:
            return np.flatnonzero(people.columns.person)
        case ["evidence", "events"]:
            return np.arange(people.columns.customers)
        case ["stage", stage, "money", ("in" | "out") as way, *currency] if stage in ids:
            codes = stage_codes(people.columns, definition.stages)
            return purse(people, way).customers(people.columns, codes, ids.index(stage), "".join(currency))
    return (flow or _flow(people, definition)).behind(ref)


def _people(journeys: Journeys, definition: MapDefinition) -> Journeys:
    """The customers the map is about: all, or those who fit its persona."""
    return journeys if definition.persona is None else journeys.where(definition.persona)


def stage_flow(journeys: Journeys, definition: MapDefinition) -> StageFlow:
    """How the customers a map is about move through its stages."""
    return _flow(_people(journeys, definition), definition)


def _flow(people: Journeys, definition: MapDefinition) -> StageFlow:
    return people.stages(definition.stages, patience=definition.journey.settings.patience)


def _stages(definition: MapDefinition, flow: StageFlow, source: Source) -> tuple[StageReading, ...]:
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
