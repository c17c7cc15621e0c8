"""How the numbers of the map are made, in words."""

from __future__ import annotations

from periplo.language import Lang, duration, t
from periplo.maps import MapReading
from periplo.predicates import tell
from periplo.server.desk import Desk
from periplo.server.query import View


def terms(reading: MapReading, lang: Lang) -> list[tuple[str, str]]:
    """Pairs of a word and what it means here."""
    patience = duration(reading.patience_s, lang)
    return [
        (t("Data", lang), f"{reading.evidence.tell(lang)}."),
        (
            t("entered", lang),
            t("Customers with an event of the stage. Entered = went on + dropped + still open.", lang),
        ),
        (
            t("went on", lang),
            t("Afterwards they reached a later stage; in the last one: they came back to an earlier one.", lang),
        ),
        (
            t("dropped", lang),
            t("They did not go on, and nothing was heard of them for {patience} or longer.", lang, patience=patience),
        ),
        (
            t("still open", lang),
            t("They did not go on, but were heard of within {patience}.", lang, patience=patience),
        ),
        (t("A number", lang), t("Each one opens the customers behind it.", lang)),
    ]


def stage_terms(desk: Desk, view: View, reading: MapReading, lang: Lang) -> list[tuple[str, str]]:
    """Pairs of a stage and the predicate of its events, in words."""
    labels = {stage.id: stage.label.tell(lang) for stage in reading.stages}
    stages = desk.definition(view).stages
    return [(labels[name], tell(predicate, lang, desk.shop.taxonomy)) for name, predicate in stages]
