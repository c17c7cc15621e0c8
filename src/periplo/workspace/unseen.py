"""Events that a shop's segments and maps name and that nobody has ever seen: most are slips, some are still to come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pyarrow.compute as pc

from periplo.errors import did_you_mean
from periplo.predicates import Predicate, named_events
from periplo.workspace.stores import Stores


class Unseen(NamedTuple):
    """Where a name stands, and the nearest that there are, quoted and joined, or an empty string."""

    where: str
    name: str
    near: str


def unseen(stores: Stores, predicates: Mapping[str, Predicate]) -> list[Unseen]:
    """The names in predicates, given by where they stand, that neither the vocabulary nor any event has."""
    words = stores.taxonomy.events
    doubtful = [(where, name) for where, one in predicates.items() for name in named_events(one) if name not in words]
    if not doubtful:
        return []
    seen = set(_seen(stores))
    known = [*seen, *words]
    return [Unseen(where, name, did_you_mean(name, known)) for where, name in doubtful if name not in seen]


def _seen(stores: Stores) -> Iterator[str]:
    for batch in stores.events(["event"], 0, stores.log.settled()):
        yield from pc.unique(batch["event"]).to_pylist()
