"""The plan of all messages: one row of numbers each, until they are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from periplo.simulator.arrays import I64, Whole

COLUMNS: dict[str, type[np.generic]] = {
    "at": np.int64,  # when it happened, ms
    "customer": np.int32,  # the true customer
    "kind": np.uint8,
    "naming": np.uint8,  # index into kinds.NAMINGS
    "device": np.int32,  # text of the anonymous id it carries
    "user": np.int32,  # text of the user id
    "context": np.int32,  # text that begins the context
    "more": np.int32,  # text that ends the context
    "body": np.int32,  # text that begins the properties or traits
    "extra": np.int32,  # text that ends them
    "delay": np.int32,  # ms from happening to being received
    "client": np.bool_,  # stamped by the clock of its device
}


@dataclass
class Plan:
    """Rows by column, in the order in which they were planned; the place of a row makes its messageId."""

    parts: dict[str, list[NDArray[np.generic]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(
        self,
        kind: Whole,
        at: I64,
        customer: I64,
        *,
        context: Whole,
        device: Whole = 0,
        user: Whole = 0,
        more: Whole = 0,
        body: Whole = 0,
        extra: Whole = 0,
        naming: Whole = 0,
        delay: Whole = 1_000,
        client: bool = False,
    ) -> None:
        """Plan one message per instant in ``at``; plain numbers hold for all of them."""
        given = {
            "at": at,
            "customer": customer,
            "kind": kind,
            "naming": naming,
            "device": device,
            "user": user,
            "context": context,
            "more": more,
            "body": body,
            "extra": extra,
            "delay": delay,
            "client": client,
        }
        for name, values in given.items():
            self.parts[name].append(np.broadcast_to(np.asarray(values, COLUMNS[name]), (len(at),)))

    def rows(self) -> Rows:
        """The finished plan; the parts are given up, column after column."""
        empty = {name: np.empty(0, kind) for name, kind in COLUMNS.items()}
        return Rows(**{name: np.concatenate([*self.parts.pop(name), empty[name]]) for name in COLUMNS})


@dataclass(frozen=True)
class Rows:
    """The finished plan; all arrays have one value per message (see ``COLUMNS``)."""

    at: NDArray[np.int64]
    customer: NDArray[np.int32]
    kind: NDArray[np.uint8]
    naming: NDArray[np.uint8]
    device: NDArray[np.int32]
    user: NDArray[np.int32]
    context: NDArray[np.int32]
    more: NDArray[np.int32]
    body: NDArray[np.int32]
    extra: NDArray[np.int32]
    delay: NDArray[np.int32]
    client: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at)
