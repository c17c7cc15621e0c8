"""From results of questions to answers of routes."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from periplo.analysis import Result
from periplo.language import Lang
from periplo.server.api.shapes import Asked, ResultAnswer
from periplo.server.desk import Desk
from periplo.server.query import View

A = TypeVar("A", bound=ResultAnswer)


def asked(view: View) -> Asked:
    chosen = view.filters
    return Asked(
        period=view.period or "custom",
        since=chosen.since,
        until=chosen.until,
        segment=chosen.segment,
        channel=chosen.channel,
        where=chosen.where,
        map=view.map,
    )


def answered(kind: type[A], result: Result, desk: Desk, view: View, lang: Lang) -> A:
    """The result's own fields, with its definition in words and what was asked."""
    values: dict[str, Any] = msgspec.structs.asdict(result.told(lang))
    told = {"definition": result.definition.tell(lang), "version": desk.shop.version(), "filters": asked(view)}
    return kind(**(values | told))
