"""A predicate as the plain data that ``parse`` reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from periplo.predicates.durations import write_duration
from periplo.predicates.tree import (
    All,
    AnyOf,
    Did,
    EventIs,
    FirstTouch,
    InSegment,
    Not,
    Predicate,
    PropertyIs,
    Sequence,
)


def to_data(predicate: Predicate) -> dict[str, Any]:
    """Plain data that JSON and YAML can carry; ``parse`` reads it back as an equal predicate."""
    match predicate:
        case EventIs(names=names, where=where):
            event = {"event": names[0] if len(names) == 1 else list(names) or "*"} if names or not where else {}
            return event | ({"where": _tests(where)} if where else {})
        case Did(what=what):
            return {"did": to_data(what), **_modifiers(predicate)}
        case Sequence(steps=steps, within=within):
            return {"sequence": list(map(to_data, steps))} | ({"within": write_duration(within)} if within else {})
        case FirstTouch(what=what):
            return {"first_touch": to_data(what)}
        case InSegment(name=name):
            return {"segment": name}
        case All(parts=parts):
            return {"all": list(map(to_data, parts))}
        case AnyOf(parts=parts):
            return {"any": list(map(to_data, parts))}
        case Not(part=part):
            return {"not": to_data(part)}


def _tests(where: tuple[PropertyIs, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for test in where:
        value = list(test.value) if isinstance(test.value, tuple) else test.value
        found.setdefault(test.property, {})[test.op] = value
    return found


def _modifiers(did: Did) -> dict[str, Any]:
    if did.at_most is None:
        counts = {"at_least": did.at_least} if did.at_least > 1 else {}
    elif did.at_most == did.at_least:
        counts = {"exactly": did.at_most}
    else:
        counts = {"at_most": did.at_most} | ({"at_least": did.at_least} if did.at_least else {})
    times: dict[str, Any] = {"within": write_duration(did.within)} if did.within else {}
    times |= {"since": _moment(did.since)} if did.since else {}
    return counts | times | ({"until": _moment(did.until)} if did.until else {})


def _moment(when: datetime) -> str:
    return when.isoformat()
