"""Texts that carry several languages at once, as map files write them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from periplo.language import LANGUAGES, Lang, t


class Words(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One text in each language; a missing language shows the other one."""

    en: str = ""
    es: str = ""

    def tell(self, lang: Lang) -> str:
        return (self.es or self.en) if lang == "es" else (self.en or self.es)


Text = str | Words
"""A text as a map file gives it: one string for all languages, or one per language."""


def words(text: Text | None) -> Words:
    """Any text as ``Words``; a plain string is the same in every language."""
    if isinstance(text, Words):
        return text
    return Words(en=text or "", es=text or "")


def translated(template: str, **values: object) -> Words:
    """A text of the product, filled and told in every language."""
    return per_language(lambda lang: t(template, lang, **values))


def per_language(tell: Callable[[Lang], str]) -> Words:
    """Words from a function that tells the text in a language."""
    return Words(**{lang: tell(lang) for lang in LANGUAGES})
