"""What numbers about paths mean, in words, with the options they were asked with."""

from __future__ import annotations

from typing import Any

from periplo.analysis.condition import Condition, name_in
from periplo.analysis.paths.alignment import Alignment
from periplo.analysis.paths.nodes import Of
from periplo.analysis.paths.versus import Versus
from periplo.analysis.paths.visits import NEVER
from periplo.analysis.paths.whole import Per
from periplo.analysis.result import Definition
from periplo.language import Lang

_EVENTS = {"start", "end", "anchor", "goal", "versus"}
"""Values that are names of conditions."""


class Sentences(Definition, frozen=True):
    """A definition of several sentences, each with its own values."""

    parts: tuple[Definition, ...] = ()

    def tell(self, lang: Lang) -> str:
        return " ".join(Definition(part.text, _said(part.values, lang)).tell(lang) for part in self.parts)


def _said(values: dict[str, Any], lang: Lang) -> dict[str, Any]:
    return {name: name_in(value, lang) if name in _EVENTS else value for name, value in values.items()}


def transitions(of: Of, collapse: bool, gap: str, versus: Versus | None) -> Definition:
    steps = Definition(
        "Steps from one node to the next of the same customer; every path has a start and, at its last node, no "
        "further step. Times run from the last event of a visit to the first of the next."
    )
    return _all(steps, _nodes(of), _collapse(collapse), _gap(gap), *_versus(versus))


def sankey(laid: Alignment, top: int, gap: str, within: str | None) -> Definition:
    flows = Definition(
        "In each column the {top} most frequent nodes stand alone, the rest is other; what comes to a node leaves it, "
        "or goes no further.",
        {"top": top},
    )
    return _all(_followed(laid), flows, *_walked(laid, gap, within))


def step_matrix(laid: Alignment, top: int, gap: str, within: str | None) -> Definition:
    cells = Definition(
        "Shares of all paths at each node so many steps from the anchor; each column adds up to all of them. The {top} "
        "nodes that most paths go through stand alone, the rest is other.",
        {"top": top},
    )
    return _all(_followed(laid), cells, *_walked(laid, gap, within))


def top_paths(of: Of, collapse: bool, per: Per, gap: str, goal: Condition, versus: Versus | None) -> Definition:
    ends = Definition(
        "A path ends before its first {goal}; where there is none, it is whole. Conversion: paths that reached it / "
        "all paths. Value: the money of all of them in the path.",
        {"goal": goal.name},
    )
    return _all(_unit(per, gap), ends, _nodes(of), _collapse(collapse), *_versus(versus))


def loops(of: Of, gap: str, versus: Versus | None) -> Definition:
    ways = Definition(
        "Ways back to a node in the same path: again at once, after one other node (a U-turn), or after two others or "
        "more (a loop, counted from the last visit before). Times run from the last event of the visit that was left "
        "to the first of the one back; of a repeat from its first event to its last."
    )
    return _all(ways, _nodes(of), _collapse(True), _gap(gap), *_versus(versus))


def _all(*parts: Definition) -> Definition:
    return Sentences("", {}, parts)


def _walked(laid: Alignment, gap: str, within: str | None) -> tuple[Definition, ...]:
    pause = _gap(gap) if within is None else _window(within)
    return (_nodes(laid.walk.nodes.of), _collapse(laid.walk.collapse), pause, *_versus(laid.versus))


def _followed(laid: Alignment) -> Definition:
    anchor, end = laid.anchor, laid.end
    if anchor is None:
        return Definition("Each path is followed from its first visit.")
    if end is not None:
        return Definition(
            "Each path is followed from its first visit with {start} to the next one with {end}; paths that do not get "
            "there are left out.",
            {"start": anchor.name, "end": end.name},
        )
    if laid.backward:
        return Definition("Each path is followed back from its last visit with {end}.", {"end": anchor.name})
    if laid.before:
        return Definition("Each path is shown around its first visit with {anchor}.", {"anchor": anchor.name})
    return Definition("Each path is followed from its first visit with {start}.", {"start": anchor.name})


def _unit(per: Per, gap: str) -> Definition:
    if per == "cycle":
        return Definition(
            "A path is a cycle: up to one order and what follows it before the next event that leads to a purchase."
        )
    if per == "journey" or gap == NEVER:
        return Definition("A path is the whole journey of a customer.")
    return Definition("A path is a session over all channels: a pause of {gap} or more ends it.", {"gap": gap})


def _nodes(of: Of) -> Definition:
    if of == "event":
        return Definition("A node is an event.")
    return Definition("A node is a touchpoint: a channel and a kind of contact; what the shop does alone is none.")


def _collapse(collapse: bool) -> Definition:
    if collapse:
        return Definition("Equal nodes in a row are one visit.")
    return Definition("Each event is a visit, also of equal nodes in a row.")


def _gap(gap: str) -> Definition:
    if gap == NEVER:
        return Definition("A path is the whole journey of a customer.")
    return Definition("A pause of {gap} or more ends a path.", {"gap": gap})


def _window(within: str) -> Definition:
    return Definition(
        "A path is what lies within {within} of its anchor, edge included, whatever the pauses; the next anchor lies "
        "beyond it.",
        {"within": within},
    )


def _versus(versus: Versus | None) -> tuple[Definition, ...]:
    if versus is None:
        return ()
    return (
        Definition(
            "Differences: the share among {versus} less that among all other customers, with the 95 % interval of "
            "Newcombe; what one customer did is alike, and the interval allows for it.",
            {"versus": versus.name},
        ),
    )
