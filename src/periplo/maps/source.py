"""Where the cells of the lanes come from: the stage flow, the money, and what was written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from periplo.analysis import Journeys
from periplo.analysis.question import FEW_AT_ONCE
from periplo.analysis.stages_result import StageFlow, StageNumbers
from periplo.maps import figures, lists
from periplo.maps.definition import MapDefinition
from periplo.maps.labels import caption, label
from periplo.maps.model import COMPUTED, Lane
from periplo.maps.money import Purse, Way
from periplo.maps.passage import Passage, PassageQuestion
from periplo.maps.reading import Cell, Drawn, Item, LaneReading
from periplo.maps.words import translated, words
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


def purse(people: Journeys, way: Way) -> Purse:
    """Which events of these journeys bring money in, or give it out."""
    return Purse.of(people.columns, people.taxonomy, people.currency or "", way)


@dataclass(frozen=True)
class Source:
    """Where the cells of the lanes come from."""

    flow: StageFlow
    taxonomy: Taxonomy
    passage: Passage

    @classmethod
    def of(cls, people: Journeys, definition: MapDefinition, flow: StageFlow) -> Source:
        question = PassageQuestion(definition.stages, purse(people, "in"), purse(people, "out"))
        return cls(flow, people.taxonomy, people.ask(question, FEW_AT_ONCE))

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
