"""Where imported consent was told: its proof is a line of a file, which the event keeps in its context."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from periplo.privacy.consent import COMPLAINED, UNSUBSCRIBED, UPDATED
from periplo.vocabulary import Taxonomy
from periplo.vocabulary.vectors import map_distinct

_KEY = "imported_from"


class ToldIn(msgspec.Struct, frozen=True):
    """``file`` by its name, ``line`` 1-based (of a Parquet file: the row)."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class _Context(msgspec.Struct):
    imported_from: ToldIn | None = None


def tells_consent(events: pa.RecordBatch, words: Taxonomy) -> pa.Array:
    """bool[n] the events that tell something of consent, as far as a look without reading them shows."""
    name = events["event"]
    named = pc.or_(pc.is_in(name, pa.array([UPDATED, UNSUBSCRIBED])), pc.ends_with(name, COMPLAINED))
    spelt = pc.match_substring_regex(events["properties"], _traits(words))
    traits = pc.and_(pc.equal(events["type"], "identify"), spelt)
    told = pc.or_kleene(pc.match_substring(events["context"], '"consent"'), pc.or_kleene(traits, named))
    return pc.fill_null(told, False)


def _traits(words: Taxonomy) -> str:
    """A pattern of the traits that tell consent, however they are written."""
    spelt = ('[^a-z0-9"]*'.join(trait) for trait in ("consent", "consents", *words.consent_traits))
    return f'(?i)"({"|".join(spelt)})"'


def with_places(contexts: pa.Array, files: pa.Array, lines: pa.Array) -> pa.Array:
    """Contexts, JSON objects or null, that say from which file and line they came."""
    names = map_distinct(files, lambda name: msgspec.json.encode(name).decode())
    open_ = pc.utf8_slice_codeunits(pc.fill_null(contexts, "{}"), 0, -1)
    open_ = pc.if_else(pc.equal(open_, "{"), open_, pc.binary_join_element_wise(open_, ",", ""))
    said = (f'"{_KEY}":{{"file":', names, ',"line":', lines.cast(pa.string()), "}}")
    return pc.binary_join_element_wise(open_, *said, "")


def told_in(context: str | None) -> ToldIn | None:
    """The file and line that a context names."""
    if not context or _KEY not in context:
        return None
    try:
        return msgspec.json.decode(context, type=_Context).imported_from
    except msgspec.ValidationError:
        return None
