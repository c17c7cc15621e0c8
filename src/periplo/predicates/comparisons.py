"""Comparisons of properties: how they are written, and when they hold.

A property that an event does not have fulfils only ``ne``, ``not_in`` and ``exists: false``. Text is compared as it
is, case included; a number is compared with text that reads as a number. Text with ``gt`` and the like goes by
alphabet, which is also the order of ISO dates.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from periplo.predicates.clock import CALENDAR
from periplo.predicates.problems import bad, under, unknown
from periplo.predicates.tree import OPS, Op, PropertyIs, Value

NUMERIC = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
TEXTUAL: tuple[Op, ...] = ("contains", "starts_with", "regex")
LISTS: tuple[Op, ...] = ("in", "not_in")


def parse_tests(raw: object, place: str, zone: str) -> tuple[PropertyIs, ...]:
    """Tests from ``{property: value | [values] | {op: value, …}}``."""
    if not isinstance(raw, Mapping) or not raw:
        raise bad(
            place, "Properties with their values are expected.", "Write for example: {example}.", example=_EXAMPLE
        )
    return tuple(
        test
        for name, wanted in raw.items()
        for test in _property_tests(str(name), wanted, under(place, str(name)), zone)
    )


_EXAMPLE = "where: {device: mobile, revenue_minor: {gt: 5000}}"


def _property_tests(name: str, wanted: object, place: str, zone: str) -> list[PropertyIs]:
    ops = wanted if isinstance(wanted, Mapping) else {"in" if isinstance(wanted, list | tuple) else "eq": wanted}
    if not ops:
        raise bad(place, "A comparison is expected.", "Known: {known}.", known=", ".join(OPS))
    tests = []
    for op, value in ops.items():
        if op not in OPS:
            raise unknown(under(place, str(op)), "There is no comparison “{name}”.", str(op), OPS)
        at = under(place, op) if isinstance(wanted, Mapping) else place
        tests.append(PropertyIs(name, cast(Op, op), _operand(op, value, at), zone if name in CALENDAR else "UTC"))
    return tests


def _operand(op: str, raw: object, place: str) -> Any:
    if op in LISTS:
        if not isinstance(raw, list | tuple) or not raw:
            raise bad(place, "A list of values is expected.")
        return tuple(_value(value, under(place, number)) for number, value in enumerate(raw))
    value = _value(raw, place)
    if op == "exists" and not isinstance(value, bool):
        raise bad(place, "“{value}” is neither true nor false.", value=raw)
    if op in NUMERIC and isinstance(value, bool):
        raise bad(place, "A number or a text is expected.")
    if op in TEXTUAL and not isinstance(value, str):
        raise bad(place, "A text is expected, not {value}.", "Put it in quotes.", value=raw)
    if op == "regex":
        _check_regex(str(value), place)
    return value


def _check_regex(pattern: str, place: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise bad(place, "“{value}” is no regular expression: {problem}.", value=pattern, problem=str(error)) from error


def _value(raw: object, place: str) -> Value:
    if isinstance(raw, date):
        return raw.isoformat()
    if not isinstance(raw, bool | int | float | str):
        fix = "For events without the property write exists: false." if raw is None else ""
        raise bad(place, "A text, a number, true or false is expected.", fix)
    return raw


def holds(test: PropertyIs) -> Callable[[str | float | None], bool]:
    """When the test holds, as a function of the value of the property (None where the event has none)."""
    if test.op == "exists":
        return lambda value: (value is not None) is test.value
    if test.op in ("ne", "not_in"):
        same = _positive("in" if test.op == "not_in" else "eq", test.value)
        return lambda value: value is None or not same(value)
    fits = _positive(test.op, test.value)
    return lambda value: value is not None and fits(value)


def _positive(op: str, wanted: Any) -> Callable[[str | float], bool]:
    if op == "in":
        each = [_positive("eq", one) for one in wanted]
        return lambda value: any(same(value) for same in each)
    if op == "contains":
        return lambda value: wanted in _text(value)
    if op == "starts_with":
        return lambda value: _text(value).startswith(wanted)
    if op == "regex":
        found = re.compile(wanted).search
        return lambda value: found(_text(value)) is not None
    return _compared(NUMERIC.get(op, operator.eq), wanted)


def _compared(compare: Callable[[Any, Any], bool], wanted: Value) -> Callable[[str | float], bool]:
    if isinstance(wanted, bool):
        return lambda value: compare(value, "true" if wanted else "false") or compare(value, float(wanted))
    if isinstance(wanted, str):
        number = _number(wanted)
        return lambda value: compare(value, wanted) if isinstance(value, str) else compare(value, number)
    return lambda value: compare(_number(value), wanted)


def _number(value: str | float) -> float:
    """The value as a number; not-a-number, which fulfils no comparison, where it is none."""
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _text(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else str(value)
