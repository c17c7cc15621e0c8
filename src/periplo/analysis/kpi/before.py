"""Key figures against the period before, and against targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from periplo.analysis.kpi.result import Kpi
from periplo.analysis.narrowing import DAY_US
from periplo.analysis.periods import Period, last_is_over, periods
from periplo.errors import UnknownName
from periplo.journeys.columns import JourneyColumns
from periplo.language.formats import minor_digits

GroupBefore = Callable[[str | None], str | None]
"""The name of the same group in the period before; None where there is none."""


def compared(now: Sequence[Kpi], before: Sequence[Kpi]) -> list[Kpi]:
    """The figures with their value in the period before, and the change as a share of it."""
    earlier = {(kpi.id, kpi.group, kpi.currency): kpi.value for kpi in before}
    return [_against(kpi, earlier.get((kpi.id, kpi.group, kpi.currency))) for kpi in now]


def chained(found: Sequence[Kpi], names: Sequence[str]) -> list[Kpi]:
    """Figures by period, each with its value in the one before; ``names`` are the periods that are over, in order.

    A period may be followed by a group, as in 2026-03/web.
    """
    before = dict(zip(names[1:], names, strict=False))
    values = {(kpi.id, kpi.group, kpi.currency): kpi.value for kpi in found}

    def earlier(kpi: Kpi) -> float | None:
        period, *group = (kpi.group or "").split("/", 1)
        name = "/".join([before[period], *group]) if period in before else None
        return values.get((kpi.id, name, kpi.currency)) if name else None

    return [kpi if kpi.group is None else _against(kpi, earlier(kpi)) for kpi in found]


def whole_periods(columns: JourneyColumns, zone: str, unit: Period) -> list[str]:
    """The names of the periods that lie in the window as a whole; weeks and months to the day."""
    starts, names = periods(columns.since_us, columns.until_us, zone, unit)
    first = int(starts[0] < columns.since_us - (0 if unit == "day" else DAY_US))
    return list(names[first : None if last_is_over(columns.since_us, columns.until_us, zone, unit) else -1])


def targeted(found: Sequence[Kpi], targets: Mapping[str, float], currency: str | None) -> list[Kpi]:
    """The figures with their targets: ``id`` for all together and every group (sums only for all together), or
    ``id/group``. Money is in major units, of the ``currency`` if one is given; shares are parts of one, times seconds.

    Raises ``UnknownName`` for a figure or a group there is not.
    """
    known = {kpi.id for kpi in found} | {f"{kpi.id}/{kpi.group}" for kpi in found if kpi.group}
    for name in targets:
        if name not in known:
            raise UnknownName("key figure", name, known)
    return [_with_target(kpi, targets, currency) for kpi in found]


def _with_target(kpi: Kpi, targets: Mapping[str, float], currency: str | None) -> Kpi:
    sums = kpi.unit == "count" or kpi.id in _SUMS_OF_MONEY
    target = targets.get(f"{kpi.id}/{kpi.group}") if kpi.group else targets.get(kpi.id)
    if target is None and kpi.group and not sums:
        target = targets.get(kpi.id)
    if target is None or (kpi.unit == "money" and currency and kpi.currency not in (None, currency)):
        return kpi
    if kpi.unit == "money":
        target *= 10 ** (minor_digits(kpi.currency) if kpi.currency else 0)
    if kpi.value is None:
        return replace(kpi, target=target)
    distance = kpi.value - target
    return replace(kpi, target=target, distance=distance, met=distance <= 0 if kpi.less_is_better else distance >= 0)


_SUMS_OF_MONEY = {"revenue", "refunds", "net_revenue"}


def _against(kpi: Kpi, before: float | None) -> Kpi:
    if kpi.value is None or before is None:
        return kpi
    return replace(kpi, before=before, change=(kpi.value - before) / abs(before) if before else None)
