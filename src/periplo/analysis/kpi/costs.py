"""A table of costs instead of events that carry them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from periplo.analysis.kpi.kept import COST, RATE, kept_cost
from periplo.analysis.kpi.result import Kpi
from periplo.analysis.numbers import share
from periplo.errors import UnknownName
from periplo.language.formats import minor_digits

KINDS = {"acquisition": "acquisition_cost", "retention": COST}


def with_costs(found: Sequence[Kpi], costs: Mapping[str, float], currency: str | None) -> list[Kpi]:
    """The figures of costs by a table: ``acquisition`` or ``retention``, for one group ``acquisition/ads``, in major
    units of the ``currency``. All together is what is named alone, else the sum of the groups.

    Raises ``UnknownName`` for another name.
    """
    groups = {kpi.group for kpi in found if kpi.id == "new_customers" and kpi.group}
    known = [*KINDS, *(f"acquisition/{group}" for group in sorted(groups))]
    for name in costs:
        if name not in known:
            raise UnknownName("cost", name, known)
    minor = {name: amount * 10 ** (minor_digits(currency) if currency else 0) for name, amount in costs.items()}
    parts = [amount for name, amount in minor.items() if "/" in name]
    if parts and "acquisition" not in minor:
        minor["acquisition"] = sum(parts)
    return list(_replaced(found, minor, currency))


def _replaced(found: Sequence[Kpi], minor: Mapping[str, float], currency: str | None) -> Iterator[Kpi]:
    acquired = list(_acquired(found, minor, currency))
    done = set()
    for kpi in found:
        fresh = {"acquisition_cost": acquired, COST: list(_kept(found, minor, currency))}.get(kpi.id, [])
        if not fresh:
            yield kpi
        elif kpi.id not in done:
            done.add(kpi.id)
            yield from fresh


def _acquired(found: Sequence[Kpi], minor: Mapping[str, float], currency: str | None) -> Iterator[Kpi]:
    plain = next((kpi for kpi in found if kpi.id == "acquisition_cost"), None)
    for won in (kpi for kpi in found if kpi.id == "new_customers" and plain):
        spent = minor.get("acquisition" if won.group is None else f"acquisition/{won.group}")
        if spent is not None and plain:
            value = share(spent, won.value or 0) if won.value else None
            new = {"value": value, "n": won.n, "group": won.group, "currency": currency, "missing": won.missing}
            yield replace(plain, **new)


def _kept(found: Sequence[Kpi], minor: Mapping[str, float], currency: str | None) -> Iterator[Kpi]:
    rate = next((kpi for kpi in found if kpi.id == RATE and kpi.group is None), None)
    if rate is not None and "retention" in minor:
        kept = round((rate.value or 0) * rate.n)
        yield kept_cost(share(minor["retention"], kept) if kept else None, kept, currency or "", rate.missing)
