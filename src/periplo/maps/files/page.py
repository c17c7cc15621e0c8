"""The map as one HTML file: both languages, light and dark, nothing loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

from periplo.language import LANGUAGES, Lang, t
from periplo.maps.drawing import draw, font_css
from periplo.maps.files.printed import paper_css, printed
from periplo.maps.reading import MapReading

_NAMES: dict[Lang, str] = {"es": "Español", "en": "English"}
_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_SCRIPT = Path(__file__).with_name("page.js").read_text("utf-8")


def page(reading: MapReading, lang: Lang) -> str:
    """A whole HTML document that opens in ``lang`` and follows the reader's light or dark setting."""
    pictures = "".join(f'<div class="{other}">{_picture(reading, other)}</div>' for other in LANGUAGES)
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(reading.title.tell(lang))}</title><style>{font_css()}{_STYLE}{paper_css()}</style></head>"
        f"<body><nav>{_languages(reading)}{_themes()}</nav><main>{pictures}</main><script>{_SCRIPT}</script></body></html>\n"
    )


def _picture(reading: MapReading, lang: Lang) -> str:
    screen = draw(reading, lang, "auto", fonts=False, prefix=f"pm-{lang}")
    return f'<div class="screen">{screen}</div>{printed(reading, lang, f"pm-{lang}-paper")}'


def _languages(reading: MapReading) -> str:
    titles = {lang: escape(reading.title.tell(lang)) for lang in LANGUAGES}
    buttons = (
        f'<button data-lang="{lang}" data-title="{titles[lang]}" lang="{lang}">{_NAMES[lang]}</button>'
        for lang in LANGUAGES
    )
    return f"<div>{''.join(buttons)}</div>"


def _themes() -> str:
    names = (("auto", "Automatic"), ("light", "Light"), ("dark", "Dark"))
    buttons = (
        f'<button data-theme="{theme}">'
        + "".join(f'<span class="{lang}">{t(name, lang)}</span>' for lang in LANGUAGES)
        + "</button>"
        for theme, name in names
    )
    return f"<div>{''.join(buttons)}</div>"


def _policy() -> str:
    """Nothing may be loaded; only our own script may run."""
    digest = b64encode(sha256(_SCRIPT.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-{digest}'"
