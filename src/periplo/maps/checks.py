"""What the types of a map file cannot say: names that must be known, unique or of the right kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from periplo.errors import BadMap, BadPredicate
from periplo.maps.model import COMPUTED, WRITTEN, Journey, Lane
from periplo.maps.problems import Place, bad_map, place_of, unknown_name, written
from periplo.predicates import Predicate, parse, parse_duration
from periplo.vocabulary import Taxonomy

Checked = tuple[tuple[tuple[str, Predicate], ...], Predicate | None, timedelta]


class Known(NamedTuple):
    """What the predicates of a map may refer to: named segments, a shop's words, its time zone."""

    segments: Mapping[str, Predicate] = {}
    words: Taxonomy | None = None
    zone: str = "UTC"


class Checker:
    """Checks one file; every method raises ``BadMap`` with the place."""

    def __init__(self, journey: Journey, file: str, text: str, known: Known) -> None:
        self.journey, self.file, self.text, self.known = journey, file, text, known
        self.stage_ids = [stage.id for stage in journey.stages]

    def all(self) -> Checked:
        self._unique(self.stage_ids, "stages")
        self._unique([lane if isinstance(lane, str) else lane.id for lane in self.journey.lanes], "lanes")
        for index, lane in enumerate(self.journey.lanes):
            self._lane(lane if isinstance(lane, Lane) else Lane(id=lane), ("lanes", index))
        stages = tuple(
            (stage.id, self._predicate(stage.where, ("stages", index, "where")))
            for index, stage in enumerate(self.journey.stages)
        )
        persona = self.journey.persona
        only = self._predicate(persona.where, ("persona", "where")) if persona and persona.where is not None else None
        return stages, only, self._patience()

    def _predicate(self, raw: object, place: Place) -> Predicate:
        try:
            return parse(
                raw, segments=self.known.segments, words=self.known.words, zone=self.known.zone, place=written(place)
            )
        except BadPredicate as error:
            deeper = place_of(str(error.values.get("place", "")))
            raise self._problem(deeper, error.what, error.fix, **error.values) from None

    def _patience(self) -> timedelta:
        text = self.journey.settings.patience
        try:
            return parse_duration(text)
        except (BadPredicate, ValueError):
            place = ("settings", "patience")
            raise self._problem(
                place, "{place}: “{text}” is not a length of time.", "Write it as 30d, 12h or 2h30m.", text=text
            ) from None

    def _lane(self, lane: Lane, place: Place) -> None:
        if lane.id in COMPUTED:
            if lane.text:
                why = "{place}: “{lane}” is computed from the data and takes no text."
                raise self._problem((*place, "text"), why, "Give the hand-written lane another id.", lane=lane.id)
        elif not lane.text:
            if lane.id not in WRITTEN and not lane.label:
                raise unknown_name(self.file, self.text, place, lane.id, [*COMPUTED, *WRITTEN])
            why = "{place}: The lane “{lane}” has no text."
            raise self._problem(place, why, "Write text: for each stage, or leave the lane out.", lane=lane.id)
        if lane.curve and lane.id != "emotion":
            raise self._problem((*place, "curve"), "{place}: Only the lane “emotion” has a curve.")
        for part, given in (("text", lane.text), ("curve", lane.curve)):
            for stage in given:
                if stage not in self.stage_ids:
                    raise unknown_name(self.file, self.text, (*place, part, stage), stage, self.stage_ids)

    def _unique(self, ids: list[str], part: str) -> None:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                why = "{place}: “{name}” stands twice."
                raise self._problem((part, index), why, "Give each its own id.", name=name)

    def _problem(self, place: Place, why: str, fix: str = "", /, **values: object) -> BadMap:
        return bad_map(self.file, self.text, place, why, fix, **values)


def check(journey: Journey, file: str, text: str, known: Known) -> Checked:
    """The predicates and the patience of a map whose types already fit. Raises ``BadMap`` with the place."""
    return Checker(journey, file, text, known).all()
