"""Numbers, money, dates and durations as a reader in each language writes them."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import dates, numbers

from periplo.language.catalogue import Lang

_LOCALE = {"es": "es_ES", "en": "en_GB"}
_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))


@lru_cache(maxsize=20_000)
def number(value: float, lang: Lang, digits: int = 0) -> str:
    """``1234.5`` -> ``1,235`` (en), ``1.235`` (es; also with four digits, so that columns line up)."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(value, pattern, locale=_LOCALE[lang]))


def percent(share: float, lang: Lang, digits: int = 1) -> str:
    """``0.1234`` -> ``12.3%`` (en), ``12,3 %`` (es)."""
    text = number(share * 100, lang, digits)
    return f"{text} %" if lang == "es" else f"{text}%"


@cache
def minor_digits(currency: str) -> int:
    """How many digits the minor unit of an ISO 4217 currency has: EUR 2, JPY 0, BHD 3."""
    return int(numbers.get_currency_precision(currency))


def money(minor: float, currency: str, lang: Lang, *, whole: bool = False) -> str:
    """An amount in minor units as money; ``whole`` leaves out the minor part."""
    digits = minor_digits(currency)
    shown = 0 if whole else digits
    pattern = "#,##0" + ("." + "0" * shown if shown else "")
    pattern = f"{pattern} ¤" if lang == "es" else f"¤{pattern}"
    return str(
        numbers.format_currency(minor / 10**digits, currency, pattern, locale=_LOCALE[lang], currency_digits=False)
    )


def duration(seconds: float, lang: Lang) -> str:
    """A length of time in its two largest useful units: ``3 d 4 h``, ``12 min``, ``0.4 s``."""
    if seconds < 10:
        return f"{number(seconds, lang, 1)} s"
    for place, (unit, size) in enumerate(_UNITS):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            smaller = _UNITS[place + 1] if place + 1 < len(_UNITS) else None
            second = int(rest // smaller[1]) if smaller and whole < 10 else 0
            return f"{number(whole, lang)} {unit}" + (f" {second} {smaller[0]}" if smaller and second else "")
    return f"{number(seconds, lang)} s"


def day(when: datetime, lang: Lang, zone: str = "UTC") -> str:
    """``1 Dec 2010`` (en), ``1 dic 2010`` (es), in the shop's time zone."""
    return str(dates.format_date(when.astimezone(ZoneInfo(zone)).date(), "d MMM y", locale=_LOCALE[lang]))


def moment(when: datetime, lang: Lang, zone: str = "UTC") -> str:
    """Day and time of day to the second, in the shop's time zone."""
    return f"{day(when, lang, zone)} {when.astimezone(ZoneInfo(zone)):%H:%M:%S}"
