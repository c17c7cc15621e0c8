"""Texts: English in the code, Spanish in ``es/*.yaml`` (English text -> Spanish text)."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from typing import Literal, get_args

from ruamel.yaml import YAML

from periplo.errors import PeriploError, filled

Lang = Literal["es", "en"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)
_QUOTES: dict[Lang, dict[int, int]] = {"en": {}, "es": str.maketrans("“”", "«»")}


@cache
def spanish() -> dict[str, str]:
    """All Spanish texts by their English original."""
    texts: dict[str, str] = {}
    for file in sorted(resources.files(__package__).joinpath("es").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            texts.update(YAML(typ="safe").load(file.read_text("utf-8")) or {})
    return texts


def t(text: str, lang: Lang, /, **values: object) -> str:
    """``text`` in ``lang``, with ``{name}`` replaced from ``values``, and ``{n:row|rows}`` by the word that goes with
    it. An unknown text stays English."""
    found = spanish().get(text, text) if lang == "es" else text
    return filled(found, values) if values else found


def tell(error: PeriploError, lang: Lang) -> dict[str, str]:
    """The one error shape of every door: ``code``, ``what``, ``why``, ``fix``, in the reader's language."""
    said = {part: t(getattr(error, part), lang) for part in ("what", "why", "fix")}
    values = {name: t(str(value), lang) if name == "kind" else value for name, value in error.values.items()}
    told = {part: filled(text, values) if text else "" for part, text in said.items()}
    return {"code": error.code} | {part: quoted(text, lang) for part, text in told.items()}


def quoted(text: str, lang: Lang) -> str:
    """The same with the quotation marks of the language, also around names that were quoted before."""
    return text.translate(_QUOTES[lang])


def choose(accept: str | None, default: Lang = "en") -> Lang:
    """The language a reader prefers, from an ``Accept-Language`` header or a locale name such as ``es_ES``."""
    weighted: list[tuple[float, int, Lang]] = []
    for place, item in enumerate((accept or "").split(",")):
        tag, _, quality = item.strip().partition(";q=")
        short = tag.replace("_", "-").split("-")[0].lower()
        if short in LANGUAGES:
            weighted.append((-_quality(quality), place, short))
    return min(weighted)[2] if weighted else default


def from_environment() -> Lang:
    """The language of the terminal: ``PERIPLO_LANG``, else the usual locale variables."""
    for name in ("PERIPLO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return choose(os.environ[name].split(".")[0])
    return "en"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
