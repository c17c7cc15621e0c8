"""Definitions whose values are words themselves."""

from __future__ import annotations

from periplo.analysis.result import Definition
from periplo.language import Lang, t


def purchase(same_day: bool) -> str:
    """What the orders of one day count as."""
    return "one purchase" if same_day else "as many purchases"


def tell(definition: Definition, lang: Lang) -> str:
    values = {name: t(each, lang) if isinstance(each, str) else each for name, each in definition.values.items()}
    return Definition(definition.text, values).tell(lang)
