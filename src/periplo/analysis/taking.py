"""What an option may be given: the doors read values of the right kind off text, in Python anything can come."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from reprlib import repr as short
from typing import TYPE_CHECKING, Any

import numpy as np

from periplo.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from periplo.analysis.asking import Option

SEVERAL = (list, tuple, set, frozenset, np.ndarray)
TAKES: dict[type, str] = {
    str: "{option} takes a text, not {given}.",
    int: "{option} takes a whole number, not {given}.",
    float: "{option} takes a number, not {given}.",
    bool: "{option} takes True or False, not {given}.",
}
BEYOND = 2.0**63
NAMED = "{option} takes numbers by their names, not {given}."


def taken(option: Option, given: Any) -> Any:
    """The value as the question works with it: a number of NumPy is a plain one, one alone of several stands in a list.

    Raises ``UnknownName`` for a choice there is not, ``UsageError`` for a value of another kind.
    """
    if given is None and option.empty:
        return None
    if option.named:
        return _named(option, given)
    if option.many:
        return [_one(option, each) for each in (given if isinstance(given, SEVERAL) else [given])]
    return _one(option, given)


def _one(option: Option, given: Any) -> Any:
    if option.choices:
        if not isinstance(given, str) or given not in option.choices:
            raise UnknownName(option.name, str(given), option.choices)
        return given
    return _plain(option, option.kind, given) if option.plain else given


def _plain(option: Option, kind: type, given: Any) -> Any:
    truth = isinstance(given, bool | np.bool_)
    if kind is bool or kind is str:
        fits = truth if kind is bool else isinstance(given, str)
    else:
        number = isinstance(given, Integral if kind is int else Real)
        fits = number and not truth and abs(given) < BEYOND
    if not fits:
        raise UsageError(TAKES[kind], option=option.name, given=short(given))
    return kind(given)


def _named(option: Option, given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise UsageError(NAMED, option=option.name, given=short(given))
    return {name: _plain(option, float, number) for name, number in given.items()}
