"""Numbers as the picture writes them: full where they fit, compact where they do not."""

from __future__ import annotations

from babel import numbers

from periplo.drawing.text import Style
from periplo.language import Lang, duration, money, number, percent
from periplo.language.formats import minor_digits
from periplo.maps.reading import Item

_LOCALE = {"es": "es_ES", "en": "en_GB"}


def told(item: Item, lang: Lang) -> str:
    """The value in full, with its unit."""
    match item.unit:
        case "share":
            return percent(item.value, lang)
        case "seconds":
            return duration(item.value, lang)
        case "money" if item.currency:
            return money(item.value, item.currency, lang)
        case "money":
            return number(item.value / 100, lang, 2)
        case "mood":
            return number(item.value, lang, 1)
        case "ratio":
            return number(item.value, lang, 2)
        case _:
            return number(item.value, lang)


def shown(item: Item, lang: Lang, style: Style, most: float) -> str:
    """The value no wider than ``most``: in full, without cents, or compact such as ``1.2M``."""
    tries = [told(item, lang)]
    if item.unit == "money" and item.currency:
        tries += [money(item.value, item.currency, lang, whole=True), _compact_money(item, lang)]
    elif item.unit in ("customers", "events", "orders"):
        tries.append(compact(item.value, lang))
    return next((text for text in tries if style.width(text) <= most), tries[-1])


def count(value: float, lang: Lang, style: Style, most: float) -> str:
    """A count no wider than ``most``, compact where it must be."""
    text = number(value, lang)
    return text if style.width(text) <= most else compact(value, lang)


def compact(value: float, lang: Lang) -> str:
    """``1234567`` -> ``1.2M`` (en), ``1,2 M`` (es)."""
    return str(numbers.format_compact_decimal(value, locale=_LOCALE[lang], fraction_digits=1))


def _compact_money(item: Item, lang: Lang) -> str:
    amount = item.value / 10 ** minor_digits(item.currency)
    return str(numbers.format_compact_currency(amount, item.currency, locale=_LOCALE[lang], fraction_digits=1))
