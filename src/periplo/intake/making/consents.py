"""Consent told by columns of a file: what each row says, and the context of an event that tells it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake import reasons
from periplo.intake.cells.jsons import json_objects, json_texts
from periplo.intake.making.faults import Faults
from periplo.intake.mappings.consents import TEXT_VERSION, purpose_and_channel
from periplo.intake.mappings.mapping import Source, Value, value
from periplo.intake.mappings.table import Columns
from periplo.privacy import state_of
from periplo.vocabulary.vectors import map_distinct


def parse_consents(given: Mapping[str, Source], columns: Columns, faults: Faults) -> dict[str, pa.Array]:
    """``c:NAME`` what each row says, null where it says nothing; rows whose word is not understood are refused."""
    return {f"c:{name}": _said(name, value(source), columns, faults) for name, source in given.items()}


def _said(name: str, source: Value, columns: Columns, faults: Faults) -> pa.Array:
    said = columns.value(source)
    if name == TEXT_VERSION:
        return said
    state, shown = map_distinct(said, state_of), columns.shown(source.column) or name
    unclear = np.asarray(pc.and_(said.is_valid(), state.is_null()))
    faults.add(unclear, shown, reasons.UNKNOWN_CONSENT(column=shown), lambda: said)
    return state


def consent_contexts(values: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """The contexts that tell what the columns ``c:NAME`` say, as JSON; null where they say nothing."""
    told = {name[2:]: json_texts(column) for name, column in values.items() if name.startswith("c:")}
    version = told.pop(TEXT_VERSION, None)
    purposes: dict[str, dict[str, pa.Array]] = {}
    for name, states in told.items():
        purpose, channel = purpose_and_channel(name)
        purposes.setdefault(purpose, {})[channel] = states
    objects = {purpose: _by_channel(channels, rows) for purpose, channels in purposes.items()}
    consent = json_objects(objects, rows)
    if version is not None:
        whole = json_objects({**objects, TEXT_VERSION: version}, rows)
        consent = pc.if_else(consent.is_valid(), whole, consent)
    return json_objects({"consent": consent}, rows)


def _by_channel(states: dict[str, pa.Array], rows: int) -> pa.Array:
    return states[""] if states.keys() == {""} else json_objects(states, rows)
