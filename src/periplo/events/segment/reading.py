"""How messages are read, and why some are not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from periplo.vocabulary import Taxonomy, taxonomy


@dataclass(frozen=True)
class Reading:
    """How messages are read.

    ``source``       the name of the system they come from
    ``channel``      its default channel, empty where it has none
    ``currency``     of amounts that name none            ``country``  of phone numbers without a country code
    ``received_at``  when these messages arrived, for those that do not say it (live collection)
    ``now``          no event can be later: the bound for clocks where nothing says when a message arrived (imports)
    ``words``        the shop's vocabulary
    """

    source: str = "segment"
    channel: str = ""
    currency: str | None = None
    country: str | None = None
    received_at: datetime | None = None
    now: datetime | None = None
    words: Taxonomy = field(default_factory=taxonomy)


NOT_JSON = "This is not a JSON object: {problem}."


class Rejected(NamedTuple):
    """Why a message became no event: ``reason`` is an English template filled with ``values``."""

    row: int
    field: str
    reason: str
    values: dict[str, str]
