"""Options of questions about paths, checked and made ready."""

from __future__ import annotations

from collections.abc import Sequence

from periplo.analysis.basis import Basis, Step, microseconds
from periplo.analysis.condition import Condition
from periplo.analysis.paths.alignment import ALL_TIME, Alignment
from periplo.analysis.paths.nodes import Nodes, Of
from periplo.analysis.paths.versus import versus_of
from periplo.analysis.paths.visits import Walk, pause_us
from periplo.analysis.touchpoints import touches
from periplo.errors import UsageError

MOST_COLUMNS, MOST_TOP, MOST_PATHS, MOST_PATTERNS = 20, 50, 1000, 32


def walk(journeys: Basis, of: Of, collapse: bool, gap: str) -> Walk:
    """How journeys are read. Raises ``BadPredicate`` for a pause that is no length of time."""
    return Walk(Nodes.find(of, journeys.columns, journeys.touchpoints), collapse, pause_us(gap))


def laid(
    journeys: Basis,
    walked: Walk,
    before: int,
    after: int,
    anchor: Step | None,
    *,
    end: Step | None = None,
    backward: bool = False,
    within: str | None = None,
    versus: Step | None = None,
) -> Alignment:
    """Paths laid side by side. Raises ``UnknownName`` for events there are not, ``UsageError`` for no contacts."""
    return Alignment(
        walked,
        before,
        after,
        None if anchor is None else contact(journeys, anchor, walked.nodes.of),
        None if end is None else contact(journeys, end, walked.nodes.of),
        backward,
        ALL_TIME if within is None else microseconds(within),
        versus_of(journeys, versus),
    )


def sankey(
    journeys: Basis,
    walked: Walk,
    start: Step | None,
    end: Step | None,
    anchor: Step | None,
    steps: int,
    within: str | None,
    versus: Step | None,
) -> Alignment:
    """From a start (and to an end), back from an end, or around an anchor."""
    if anchor is not None:
        return laid(journeys, walked, steps, steps, anchor, within=within, versus=versus)
    if end is not None and start is None:
        return laid(journeys, walked, steps, 0, end, backward=True, within=within, versus=versus)
    return laid(journeys, walked, 0, steps, start, end=end, within=within, versus=versus)


def contact(journeys: Basis, step: Step, of: Of) -> Condition:
    """A condition that can hold at a node. Raises ``UsageError`` where touchpoints are asked for and it is none."""
    condition, columns = journeys.condition(step), journeys.columns
    names = condition.names(columns.event_names)
    if (
        of == "touchpoint"
        and names is not None
        and names.any()
        and not (names & touches(columns, journeys.taxonomy)).any()
    ):
        raise UsageError(
            "“{name}” is no contact of the customer with the shop, so it is no touchpoint.",
            fix="Ask for events instead of touchpoints: of=event.",
            name=condition.name,
        )
    return condition


def sized(name: str, given: int, most: int, least: int = 1) -> None:
    """Raises ``UsageError`` for a number that is too small or too large."""
    if not least <= given <= most:
        raise UsageError(
            "{option} is a number from {least} to {most}, not {given}.",
            option=name,
            least=least,
            most=most,
            given=given,
        )


def counted(patterns: Sequence[str]) -> None:
    """Raises ``UsageError`` for no pattern, or too many."""
    if not 1 <= len(patterns) <= MOST_PATTERNS:
        raise UsageError(
            "There are 1 to {most} patterns; here are {n}.",
            fix="Write for example “Product Viewed, then within 1d Order Completed”.",
            most=MOST_PATTERNS,
            n=len(patterns),
        )
