"""A funnel drawn, beside its steps: how long the way took, where the dropped went, the trend, how groups differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from periplo.analysis.charts import Bar, Bars, Chart, Lines, Series
from periplo.analysis.funnel.difference import Difference
from periplo.analysis.funnel.rules import NO_FURTHER
from periplo.analysis.grouping import group_label
from periplo.analysis.result import Count
from periplo.language import Lang, duration, number, percent, t
from periplo.vocabulary import event_label, taxonomy, touchpoint_label

if TYPE_CHECKING:
    from periplo.analysis.funnel.result import FunnelPeriod, FunnelResult, TimeBin


def charts_beside(found: FunnelResult, names: Sequence[str], lang: Lang) -> Iterator[Chart]:
    """What was asked beside the steps, whose ``names`` are those on screen."""
    if found.time.histogram:
        title = t("How long the whole way took", lang)
        yield Bars(title=title, bars=[_bin(each, lang) for each in found.time.histogram])
    for name, step in zip(names, found.steps, strict=True):
        if step.next:
            title = t("Where those went who dropped after “{step}”", lang, step=name)
            yield Bars(title=title, bars=[_went(count, lang) for count in step.next])
    if found.trend:
        yield _trend(found.trend, lang)
    differing = [(group.value, group.difference) for group in found.groups if group.difference]
    if differing and found.by:
        bars = [
            Bar(group_label(found.by, value, lang), _points(d, lang), d.difference, d.low, d.high)
            for value, d in differing
        ]
        yield Bars(title=t("Difference in conversion, 95 % interval", lang), bars=bars)


def _bin(each: TimeBin, lang: Lang) -> Bar:
    least = duration(each.from_s, lang)
    said = t("{least} or more", lang, least=least) if each.to_s is None else f"{least} – {duration(each.to_s, lang)}"
    return Bar(said, number(each.n, lang), each.n)


def _went(count: Count, lang: Lang) -> Bar:
    name = count.name
    channel, _, contact = (name or "").partition(":")
    if name is None or name == NO_FURTHER:
        said = t(name or "other", lang)
    elif contact and channel in taxonomy().channels:
        said = touchpoint_label(channel, contact, lang)
    else:
        said = event_label(name, lang)
    return Bar(said, number(count.n, lang), count.n, quiet=name in (None, NO_FURTHER))


def _trend(trend: Sequence[FunnelPeriod], lang: Lang) -> Lines:
    sure = next((k for k, period in enumerate(trend) if not period.complete), None)
    values = [period.rate if period.entered else None for period in trend]
    series = [Series(t("conversion", lang), values, sure)]
    title = t("Conversion by the time of the first step", lang)
    return Lines(title=title, points=[period.period for period in trend], series=series, unit="share")


def _points(found: Difference, lang: Lang) -> str:
    said = percent(found.difference, lang)
    return said if found.p_value is None else f"{said} (p = {number(found.p_value, lang, 3)})"
