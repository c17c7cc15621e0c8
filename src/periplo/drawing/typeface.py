"""Roboto: how wide a text is, and the part of the font a picture carries with it."""

from __future__ import annotations

import base64
import unicodedata
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import font_roboto

Weight = Literal["regular", "medium"]

FOLDER = Path(font_roboto.font_directory)
FAMILY = "Roboto, system-ui, sans-serif"

_FILES: dict[Weight, str] = {"regular": "Roboto-Regular.ttf", "medium": "Roboto-Medium.ttf"}
_CSS_WEIGHT: dict[Weight, int] = {"regular": 400, "medium": 500}
_CARRIED = (*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026)
_MORE = (0x202F, 0x20AC, 0x2212)
_WIDE_EM, _FOREIGN_EM = 1.3, 1.0


@cache
def _advances(weight: Weight) -> dict[int, float]:
    """Code point -> width in em."""
    from fontTools.ttLib import TTFont  # a third of a second that only pictures need

    font = TTFont(FOLDER / _FILES[weight], lazy=True)
    units = font["head"].unitsPerEm
    widths = font["hmtx"].metrics
    return {code: widths[glyph][0] / units for code, glyph in font.getBestCmap().items()}


@lru_cache(maxsize=20_000)
def width(text: str, size: float, weight: Weight = "regular") -> float:
    """The width of ``text`` in px without kerning, which would only make it narrower. Signs that Roboto lacks (emoji,
    other scripts) are counted generously."""
    known = _advances(weight)
    return size * sum(known[ord(ch)] if ord(ch) in known else _foreign(ch) for ch in text)


def roboto_has(text: str) -> bool:
    """Whether Roboto can write the whole text."""
    known = _advances("regular")
    return all(ord(ch) in known for ch in text)


def _foreign(ch: str) -> float:
    if unicodedata.combining(ch) or unicodedata.category(ch) in {"Cf", "Mn", "Me"}:
        return 0.0
    wide = unicodedata.east_asian_width(ch) in "WF" or ord(ch) >= 0x1F000
    return _WIDE_EM if wide else _FOREIGN_EM


@cache
def font_css() -> str:
    """``@font-face`` rules with the Latin part of Roboto inside, so that a picture needs nothing else."""
    return "".join(
        f"@font-face{{font-family:Roboto;font-weight:{_CSS_WEIGHT[weight]};"
        f"src:url(data:font/woff;base64,{_woff(weight)}) format('woff')}}"
        for weight in _FILES
    )


def _woff(weight: Weight) -> str:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(FOLDER / _FILES[weight], lazy=True)
    for table in ("GPOS", "GSUB", "GDEF"):
        del font[table]
    options = subset.Options(hinting=False, notdef_outline=True)
    picked = subset.Subsetter(options)
    picked.populate(unicodes=[*_CARRIED, *_MORE])
    picked.subset(font)
    font.flavor = "woff"
    out = BytesIO()
    font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
