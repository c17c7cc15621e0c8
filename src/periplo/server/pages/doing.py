"""How a source does, in the reader's words."""

from __future__ import annotations

from typing import Any

from periplo.collect import too_large
from periplo.language import Lang, duration, moment, number, t, tell
from periplo.workspace import SourceReport

MOST = 8
"""So many lines of a kind are shown; how many more there are is said."""


def doing(one: SourceReport, lang: Lang, zone: str) -> dict[str, Any]:
    """What stands in the card of a source."""
    late = ["–" if s is None else duration(s, lang) for s in (one.late_p50_s, one.late_p95_s)]
    return {
        "name": one.name,
        "seen": moment(one.last_seen, lang, zone) if one.last_seen else "",
        "facts": [
            (t("today", lang), number(one.today, lang)),
            (t("7 days", lang), number(one.week, lang)),
            (t("in all", lang), number(one.total, lang)),
            (t("late, median", lang), late[0]),
            (t("late, 95 %", lang), late[1]),
        ],
        "waiting": [(wrong.stage, wrong.rule, wrong.count) for wrong in one.waiting[:MOST]],
        "waiting_more": len(one.waiting[MOST:]),
        "planned": [(amiss.where, amiss.rule, amiss.count) for amiss in one.not_planned[:MOST]],
        "planned_more": len(one.not_planned[MOST:]),
        "unknown": [(strange.name, strange.near, strange.count) for strange in one.unknown[:MOST]],
        "unknown_more": len(one.unknown[MOST:]),
        "oversize": [
            (number(large.kilobytes, lang), tell(too_large(large.kilobytes * 1024), lang)["fix"], large.count)
            for large in one.oversize
        ],
        "forged": one.refused,
    }
