"""Where others' data name a person: found, and taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events.schema import IDENTIFIERS, STORED

ERASED = "[erased]"
_NOT_TEXTS = {*IDENTIFIERS, "source", "event_id", "type", "channel", "currency", "order_id", "clock_flag"}
TEXTS = tuple(one.name for one in STORED if pa.types.is_string(one.type) and one.name not in _NOT_TEXTS)
"""The columns that somebody may be named in."""

_JSON = ("properties", "context")

# In JSON and in addresses what lies before a name may be written with letters, as a new line or a space.
_BEFORE = r"(^|[^\w.+-]|\\[bfnrt]|\\u[0-9a-f]{4}|%[0-9a-f]{2})"
_AFTER = r"($|[^\w.-]|\.(?:$|\W))"
_BETWEEN = r"[\s()./-]*"
_SHORT, _LONG = 3, 5
_RE2, _PYTHON = r"\x{{{:x}}}", r"\U{:08x}"
_TOKEN = re.compile(rf'("(?:[^"\\]|\\.)*")|{re.escape(ERASED)}')


class Named:
    """What a person is called, to be looked for in events of others. ``texts``: identifiers by kind."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._values = {kind: pa.array(texts[kind], pa.string()) for kind in IDENTIFIERS if texts.get(kind)}
        mails = texts.get("email", ())
        self._pattern = _pattern(mails, texts.get("phone", ()), _RE2)
        self._account = f"(?i)^(?:{_any(mails, _RE2)})$" if mails else None

    def columns(self) -> list[str]:
        """The columns that have to be read to find it."""
        accounts = ("user_id",) if self._account else ()
        return list(dict.fromkeys([*self._values, *accounts, *(TEXTS if self._pattern else ())]))

    def there(self, events: pa.RecordBatch | pa.Table) -> Any:
        """bool[m], in which events the person is named."""
        masks = [pc.is_in(events[kind], values) for kind, values in self._values.items()]
        if self._account:  # shops that name accounts by address
            masks.append(_has(events["user_id"], self._account))
        if self._pattern:
            masks += [_has(events[name], self._pattern) for name in TEXTS]
        return reduce(pc.or_, masks) if masks else pa.array([False] * events.num_rows)

    def taken_out(self, events: pa.Table) -> pa.Table:
        """The same events without the name: identifiers become null, other texts say that something was erased."""
        for kind, values in self._values.items():
            column = pc.if_else(pc.is_in(events[kind], values), pa.scalar(None, pa.string()), events[kind])
            events = _with(events, kind, column)
        if self._account:
            named = _has(events["user_id"], self._account)
            events = _with(events, "user_id", pc.if_else(named, pa.scalar(None, pa.string()), events["user_id"]))
        for name in TEXTS if self._pattern else ():
            # Twice: of two names side by side, the first takes the mark between them.
            column = _replaced(_replaced(events[name], self._pattern), self._pattern)
            events = _with(events, name, _still_json(column) if name in _JSON else column)
        return events


def names_in_text(texts: Mapping[str, Sequence[str]]) -> Callable[[str], bool]:
    """Whether a text, such as a refused row, is about the person with these identifiers.

    An identifier counts as a word of its own; one that is short, or only a short number, could be anything.
    """
    plain = ((kind, _plain(kind, text)) for kind, some in texts.items() for text in some if kind != "phone")
    words = {text for kind, text in plain if kind == "email" or _tells(text)}
    found = _pattern(words, texts.get("phone", ()), _PYTHON)
    if found is None:
        return lambda _: False
    pattern = re.compile(found)
    return lambda text: pattern.search(text) is not None


def _plain(kind: str, text: str) -> str:
    """An order as it is written, without its source."""
    return text.rpartition("@")[0] if kind == "order" else text


def _tells(text: str) -> bool:
    return len(text) >= _LONG or (len(text) >= _SHORT and not text.isdecimal())


def _pattern(words: Iterable[str], phones: Iterable[str], escape: str) -> str | None:
    """What finds any of these, as a word of its own; None where there is nothing to find. ``escape``: of a letter."""
    named = "|".join(filter(None, (_any(words, escape), *sorted(filter(None, map(_phone, phones))))))
    return f"(?i){_BEFORE}(?:{named}){_AFTER}" if named else None


def _any(words: Iterable[str], escape: str) -> str:
    return "|".join(sorted({"".join(_spelt(letter, escape) for letter in word) for word in words}))


def _spelt(letter: str, escape: str) -> str:
    """A letter as it may be written: as it is and, unless it is a to z or a digit, as addresses and JSON do."""
    if letter.isascii() and letter.isalnum():
        return letter
    in_address = "".join(f"%(?:25)*{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    in_json = "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    return f"(?:{escape.format(ord(letter))}|{in_address}|{in_json})"


def _phone(text: str) -> str:
    """A phone number in whatever way it is written, with its country code or without; empty for a text that is none."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return ""
    code, national = str(number.country_code), phonenumbers.national_significant_number(number)
    return rf"(?:(?:\+|00)?{_BETWEEN.join(code)}{_BETWEEN})?{_BETWEEN.join(national)}"


def _replaced(column: Any, pattern: str | None) -> Any:
    return pc.replace_substring_regex(column, pattern=pattern, replacement=rf"\1{ERASED}\2")


def _has(column: Any, pattern: str) -> Any:
    return pc.fill_null(pc.match_substring_regex(column, pattern), False)


def _with(events: pa.Table, name: str, column: Any) -> pa.Table:
    return events.set_column(events.schema.get_field_index(name), STORED.field(name), column)


def _still_json(column: Any) -> pa.Array:
    """Objects in which a number gave way, with a text in its place: whoever reads events reads all of them."""
    mended = [text and _TOKEN.sub(lambda found: found[1] or f'"{ERASED}"', text) for text in column.to_pylist()]
    return pa.array(mended, pa.string())
