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
_NOT_TEXTS = {*IDENTIFIERS, "source", "event_id", "type", "event", "channel", "currency", "order_id", "clock_flag"}
TEXTS = tuple(one.name for one in STORED if pa.types.is_string(one.type) and one.name not in _NOT_TEXTS)
"""The columns that somebody may be named in."""

_BEFORE, _AFTER = r"(^|[^\w.+-])", r"($|[^\w.-]|\.(?:$|\W))"
_BETWEEN = r"[\s()./-]*"
_SHORT, _LONG = 3, 5


class Named:
    """What a person is called, to be looked for in events of others. ``texts``: identifiers by kind."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._values = {kind: pa.array(texts[kind], pa.string()) for kind in IDENTIFIERS if texts.get(kind)}
        self._pattern = _pattern(texts.get("email", ()), texts.get("phone", ()), r"\x{{{:x}}}")

    def columns(self) -> list[str]:
        """The columns that have to be read to find it."""
        return [*self._values, *(TEXTS if self._pattern else ())]

    def there(self, events: pa.RecordBatch | pa.Table) -> Any:
        """bool[m], in which events the person is named."""
        masks = [pc.is_in(events[kind], values) for kind, values in self._values.items()]
        if self._pattern:
            masks += [pc.fill_null(pc.match_substring_regex(events[name], self._pattern), False) for name in TEXTS]
        return reduce(pc.or_, masks) if masks else pa.array([False] * events.num_rows)

    def taken_out(self, events: pa.Table) -> pa.Table:
        """The same events without the name: identifiers become null, other texts say that something was erased."""
        for kind, values in self._values.items():
            column = pc.if_else(pc.is_in(events[kind], values), pa.scalar(None, pa.string()), events[kind])
            events = events.set_column(events.schema.get_field_index(kind), STORED.field(kind), column)
        for name in TEXTS if self._pattern else ():
            # Twice: of two names side by side, the first takes the mark between them.
            column = _replaced(_replaced(events[name], self._pattern), self._pattern)
            events = events.set_column(events.schema.get_field_index(name), STORED.field(name), column)
        return events


def names_in_text(texts: Mapping[str, Sequence[str]]) -> Callable[[str], bool]:
    """Whether a text, such as a refused row, is about the person with these identifiers.

    An identifier counts as a word of its own; one that is short, or only a short number, could be anything.
    """
    plain = ((kind, _plain(kind, text)) for kind, some in texts.items() for text in some if kind != "phone")
    words = {text for kind, text in plain if kind == "email" or _tells(text)}
    found = _pattern(words, texts.get("phone", ()), r"\U{:08x}")
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
    quoted = {"".join(ch if ch.isalnum() else escape.format(ord(ch)) for ch in word) for word in words}
    quoted |= {found for phone in phones if (found := _phone(phone))}
    return f"(?i){_BEFORE}(?:{'|'.join(sorted(quoted))}){_AFTER}" if quoted else None


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
