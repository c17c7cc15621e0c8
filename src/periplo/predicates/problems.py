"""How a predicate that cannot be read is told: the place in it, what is wrong, what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from periplo.errors import BadPredicate, did_you_mean


def bad(place: str, what: str, fix: str = "", **values: Any) -> BadPredicate:
    """``what`` and ``fix`` are English templates; ``{place}`` is put before, such as ``stages[2].where.did``."""
    return BadPredicate("{place}: " + what, fix=fix, **(values | {"place": place or "predicate"}))


def unknown(place: str, what: str, name: str, known: Iterable[str]) -> BadPredicate:
    """A word that means nothing here, with the nearest that does."""
    known = list(known)
    near = did_you_mean(name, known)
    fix = "Did you mean {near}?" if near else "Known: {known}."
    return bad(place, what, fix, name=name, near=near, known=", ".join(known))


def under(place: str, key: str | int) -> str:
    """The place of a part: ``did`` under ``where`` is ``where.did``, the second of a list ``all[1]``."""
    if isinstance(key, int):
        return f"{place}[{key}]"
    return f"{place}.{key}" if place else key
