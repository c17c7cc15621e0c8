"""Journeys that lie elsewhere: what the driver knows of them without having them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from periplo.journeys.columns import Coded, Column, JourneyColumns


class Elsewhere(Exception):
    """The events themselves were asked for where they are not."""


@dataclass(frozen=True)
class Kind:
    """What a property is over all events: numbers, or texts with all their ``values``."""

    numeric: bool
    values: tuple[str, ...] = ()


class Header(JourneyColumns):
    """Names and window of journeys without their events: who asks for these gets ``Elsewhere``."""

    def __init__(
        self,
        event_names: tuple[str, ...],
        channel_names: tuple[str, ...],
        since_us: int,
        until_us: int,
        properties: DistantProperties,
    ) -> None:
        given = vars() | {}
        for name in ("event_names", "channel_names", "since_us", "until_us", "properties"):
            object.__setattr__(self, name, given[name])

    def during(self, since_us: int, until_us: int) -> Header:
        return Header(self.event_names, self.channel_names, since_us, until_us, self.properties)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        if name in JourneyColumns.__dataclass_fields__:
            raise Elsewhere(name)
        raise AttributeError(name)


class _Unread(Coded):
    """The values of a column without its codes."""

    def __init__(self, values: tuple[str, ...]) -> None:
        object.__setattr__(self, "values", values)

    def __getattr__(self, name: str) -> Any:
        if name == "codes":
            raise Elsewhere(name)
        raise AttributeError(name)

    def __reduce__(self) -> Any:
        return _Unread, (self.values,)


class _UnreadNumbers(np.ndarray):
    """A column of numbers without them."""

    def __array_ufunc__(self, *_: Any, **__: Any) -> Any:
        raise Elsewhere("numbers")

    def __array_function__(self, *_: Any, **__: Any) -> Any:
        raise Elsewhere("numbers")

    def __getitem__(self, *_: Any) -> Any:
        raise Elsewhere("numbers")

    def __len__(self) -> int:
        raise Elsewhere("numbers")


@dataclass
class DistantProperties:
    """Properties by what they are; each is found out once, when first asked for. Travels without the finders."""

    find_names: Callable[[], tuple[str, ...]] | None
    find_kind: Callable[[str], Kind | None] | None
    kinds: dict[str, Kind | None] = field(default_factory=dict)
    known_names: tuple[str, ...] | None = None

    def names(self) -> tuple[str, ...]:
        if self.known_names is None and self.find_names:
            self.known_names = self.find_names()
        return self.known_names or ()

    def kind(self, name: str) -> Kind | None:
        if name not in self.kinds:
            if self.find_kind is None:
                raise Elsewhere(name)
            self.kinds[name] = self.find_kind(name)
        return self.kinds[name]

    def column(self, name: str) -> Column | None:
        kind = self.kind(name)
        if kind is None:
            return None
        if kind.numeric:
            return np.empty(0).view(_UnreadNumbers)
        return _Unread(kind.values)

    def __getstate__(self) -> dict[str, Any]:
        return {"find_names": None, "find_kind": None, "kinds": self.kinds, "known_names": self.known_names}
