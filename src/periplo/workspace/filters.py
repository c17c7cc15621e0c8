"""What part of a shop is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from periplo.analysis import Journeys
from periplo.errors import UnknownName
from periplo.language import Lang, day, t

Label = Callable[[str, Lang], str]


@dataclass(frozen=True)
class Filters:
    """Days of the shop's time zone, both included; a channel; a segment; ``where``: a predicate about customers, an
    event name or JSON. None does not filter."""

    since: date | None = None
    until: date | None = None
    channel: str | None = None
    segment: str | None = None
    where: str | None = None

    def apply(self, journeys: Journeys) -> Journeys:
        """What remains. Raises ``UnknownName``, ``BadPredicate``, and ``UsageError`` for an empty period."""
        found = journeys.between(self.since, self.until)
        if self.segment is not None:
            if self.segment not in journeys.segments:
                raise UnknownName("segment", self.segment, journeys.segments)
            found = found.where({"segment": self.segment})
        if self.where is not None:
            found = found.where(self.where)
        return found if self.channel is None else found.channel(self.channel)

    def tell(self, lang: Lang, *, channel: Label, segment: Label) -> str:
        """The filters in words; empty where nothing is filtered. The labels name a channel and a segment."""
        said = []
        if self.since:
            said.append(t("since {day}", lang, day=_told(self.since, lang)))
        if self.until:
            said.append(t("until {day}", lang, day=_told(self.until, lang)))
        if self.channel is not None:
            said.append(channel(self.channel, lang))
        if self.segment is not None:
            said.append(segment(self.segment, lang))
        if self.where is not None:
            said.append(self.where)
        return " · ".join(said)


def _told(when: date, lang: Lang) -> str:
    return day(datetime.combine(when, time(), ZoneInfo("UTC")), lang)
