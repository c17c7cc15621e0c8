"""What a row is that could not become an event, whoever holds it: a reader of files, or the quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Refused(Protocol):
    """A refused row, whole: ``raw`` as it was, ``header`` the header line of its file, so that it can be read again.

    ``field`` is the column at fault, as the file names it; ``reason`` an English template that ``values`` fill.
    ``reject_id`` is the same each time the row is refused. ``rule``: which one of the tracking plan, if any.
    """

    @property
    def reject_id(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def field(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def header(self) -> str: ...
    @property
    def raw(self) -> str: ...
    @property
    def rule(self) -> str: ...
