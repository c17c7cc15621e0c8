"""Nodes of paths: touchpoints or events, as codes that kernels can count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

import numpy as np

from periplo.analysis.touchpoints import Touchpoints
from periplo.journeys.columns import I32, I64, JourneyColumns
from periplo.language import Lang, t
from periplo.vocabulary import event_label, touchpoint_label

Of = Literal["touchpoint", "event"]
START, END, OTHER = "start", "end", "other"
MOST_NODES = 250
"""Rarer nodes than these are "other" from the beginning."""


@dataclass(frozen=True)
class Nodes:
    """``names[code]``: ``<channel>:<contact>`` or the event's name; ``table`` int32[channels, events] the code of each
    event, -1 for none."""

    of: Of
    names: tuple[str, ...]
    table: I32

    @classmethod
    def find(cls, of: Of, columns: JourneyColumns, touchpoints: Touchpoints) -> Nodes:
        """The nodes of journeys: contacts of the customer, or all events by name."""
        if of == "touchpoint":
            names, table = tuple(f"{channel}:{contact}" for channel, contact in touchpoints.pairs), touchpoints.table
        else:
            shape = len(columns.channel_names), len(columns.event_names)
            table = np.broadcast_to(np.arange(shape[1], dtype=np.int32), shape)
            names = tuple(f'"{name}"' if name in {START, END, OTHER} else name for name in columns.event_names)
        if len(names) > MOST_NODES:
            names, table = _pooled(names, table, columns)
        return cls(of, names, np.ascontiguousarray(table, np.int32))

    @property
    def kinds(self) -> int:
        return len(self.names)

    def code(self, ref: str) -> int | None:
        """The code of a node as references write it, or None where there is none."""
        name = unquote(ref)
        return self.names.index(name) if name in self.names else None

    def ranked(self, counts: I64) -> list[int]:
        """The codes that occur, the most frequent first; equal ones by name, so that no order of input matters."""
        found = np.flatnonzero(counts[: self.kinds]).tolist()
        return sorted(found, key=lambda code: (-int(counts[code]), self.names[code]))


def referred(name: str | None, edge: str) -> str:
    """A node in a reference; None is the edge: the start of paths, or their end."""
    return edge if name is None else name.replace("%", "%25").replace("/", "%2F")


def node_label(of: Of, name: str, lang: Lang) -> str:
    """A node as a reader sees it."""
    if name == OTHER:
        return t("other", lang)
    if of == "event":
        return event_label(name, lang)
    channel, _, contact = name.partition(":")
    return touchpoint_label(channel, contact, lang)


def _pooled(names: tuple[str, ...], table: I32, columns: JourneyColumns) -> tuple[tuple[str, ...], I32]:
    """Only the most frequent nodes, and all others as one."""
    counts = np.bincount(table[columns.channel, columns.event] + 1, minlength=len(names) + 1)[1:]
    kept = sorted(range(len(names)), key=lambda code: (-int(counts[code]), names[code]))[:MOST_NODES]
    place = np.full(len(names) + 1, MOST_NODES, np.int32)
    place[kept], place[-1] = np.arange(MOST_NODES), -1
    return (*(names[code] for code in kept), OTHER), place[table]
