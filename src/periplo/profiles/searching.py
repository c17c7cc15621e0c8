"""Finding people by what they are called: case, accents and the way a number is written do not count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from periplo.events.identifiers import normalise

I64 = NDArray[np.int64]
NAME = "name"
MOST = 500
"""So many texts of one kind are looked at closely."""

_PHONE = re.compile(r"[+\d\s().\-/#]+")
_LEAST_DIGITS = 4


def fold(texts: pa.Array) -> pa.Array:
    """Texts in lower case without accents."""
    if pc.all(pc.string_is_ascii(texts)).as_py() is False:
        texts = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKD"), r"\p{Mn}", "")
    return pc.utf8_lower(texts)


def searchable(kind: str, texts: pa.Array) -> pa.Array:
    """Texts of a kind as they are searched: an order without # and its source, a phone as digits, all folded."""
    if kind == "order":
        texts = pc.replace_substring_regex(texts, "^#|@[^@]*$", "")
    if kind == "phone":
        return pc.replace_substring_regex(texts, r"\D", "")
    return fold(texts)


@dataclass(frozen=True)
class Sought:
    """What somebody typed: the whole of it and its words, folded; its digits, where it may be a phone number."""

    whole: str
    words: tuple[str, ...]
    digits: tuple[str, ...]

    @classmethod
    def of(cls, text: str, country: str | None = None) -> Sought:
        whole = " ".join(fold(pa.array([text], pa.string()))[0].as_py().split())
        digits = re.sub(r"\D", "", text).removeprefix("00") if _PHONE.fullmatch(text.strip()) else ""
        found = dict.fromkeys([digits] if len(digits) >= _LEAST_DIGITS else [])
        if found and (normal := normalise("phone", text, country)):
            found[normal.removeprefix("+")] = None
        return cls(whole, tuple(whole.split()), tuple(found))

    def __bool__(self) -> bool:
        return bool(self.words)

    def hits(self, kind: str, texts: pa.Array) -> tuple[I64, I64]:
        """The rows of ``searchable`` texts that fit, at most ``MOST``, and how well each does: 0 is best.

        A phone fits where it has the digits, another text where it has every word.
        """
        ways: list[tuple[str, ...]]
        if kind == "phone":
            ways = [(one,) for one in self.digits]
        else:
            bare = self.whole.removeprefix("#") if kind == "order" else self.whole
            ways = [tuple(bare.split())]
        masks = [reduce(pc.and_, [pc.match_substring(texts, word) for word in way]) for way in ways if way]
        if not masks:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rows = pc.indices_nonzero(reduce(pc.or_, masks)).to_numpy().astype(np.int64)
        found = texts.take(pa.array(rows))
        starts = [" ".join(way) for way in ways]
        rank = np.full(len(rows), 3)
        for level, fits in ((2, _within), (1, pc.starts_with), (0, pc.equal)):
            rank[reduce(np.logical_or, [_mask(fits(found, start)) for start in starts])] = level
        best = np.argsort(rank, kind="stable")[:MOST]
        return rows[best], rank[best]


def _within(texts: pa.Array, start: str) -> Any:
    """Where a word, or a part of an address, begins so."""
    return pc.match_substring_regex(texts, rf"[\s@._+-]{re.escape(start)}" if start.isalnum() else r"\z.")


def _mask(found: Any) -> Any:
    return pc.fill_null(found, False).to_numpy(zero_copy_only=False)
