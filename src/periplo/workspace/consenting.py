"""Consent honoured in files as at the door: what was denied does not come in, or says no more whose it is."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import reduce
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events.schema import EVENTS, IDENTIFIERS
from periplo.intake import IntakeBatch
from periplo.journeys.columns import Bool
from periplo.privacy import SAY_WHO, UPDATED, Said, tells_consent, with_places
from periplo.privacy.consent import purpose_state
from periplo.privacy.cookieless import visitor
from periplo.privacy.nameless import nameless, site
from periplo.vocabulary.vectors import encode
from periplo.workspace.stores import Stores

_LEAD_TO_PERSON = (*IDENTIFIERS, "order_id", "cart_id", "ticket_id")
_CONSENT = r'"consent"\s*:\s*(?P<said>\{(?:[^{}"]|"[^"\\]*"|\{(?:[^{}"]|"[^"\\]*")*\})*\})'
_decode, _encode = msgspec.json.decode, msgspec.json.encode


class Consenting:
    """Goes through the events of an import, in their order. ``dropped``: raw rows that did not come in, ``nameless``:
    events that are counted without a name; it lives as long as the import, and for one day of the events."""

    def __init__(self, stores: Stores) -> None:
        self._stores, self._rules = stores, stores.settings.privacy
        self._said = Said(self._rules.purpose, stores.taxonomy)
        self._salt = secrets.token_bytes(32)
        self._click_ids = {one for rule in stores.taxonomy.rules for one in rule.click_id}
        self.dropped = self.nameless = 0

    def admit(self, batch: IntakeBatch) -> IntakeBatch:
        """The batch as its people consented to it."""
        concerned = np.flatnonzero(self._concerned(batch.events)).tolist()
        kept, instead = np.ones(batch.events.num_rows, np.bool_), dict[int, dict[str, Any]]()
        for place in concerned:
            row = {name: batch.events[name][place].as_py() for name in EVENTS.names}
            action = self._action(row)
            if action == "drop" or (action == "cookieless" and row["type"] in SAY_WHO):
                kept[place] = False
            elif action == "cookieless":
                instead[place] = self._nameless(row)
        if instead:
            batch = batch.with_events(_with(batch.events, instead))
        batch = self._told_where(batch, list(instead))
        self.nameless += len(instead)
        self.dropped += int(batch.rows_of_event[~kept].sum())
        return batch if kept.all() else batch.only(kept).having_read(int(batch.rows_of_event[~kept].sum()))

    def _told_where(self, batch: IntakeBatch, nameless: list[int]) -> IntakeBatch:
        """The batch with its proofs of consent: the file and line of each event that tells of it."""
        tells = tells_consent(batch.events, self._stores.taxonomy).to_numpy(zero_copy_only=False).copy()
        tells[nameless] = False  # the line would say whose it is
        if not tells.any():
            return batch
        mask = pa.array(tells)
        places = batch.places(batch.unit[tells])
        told = with_places(batch.events["context"].filter(mask), places.files, places.lines)
        context = pc.replace_with_mask(batch.events["context"], mask, told)
        return replace(batch, events=_set(batch.events, "context", context))

    def _concerned(self, events: pa.RecordBatch) -> Bool:
        """The events that something was said of, or all where the shop keeps nothing that nobody agreed to."""
        sources = pc.unique(events["source"]).to_pylist()
        policies = {self._rules.policy(source) for source in sources}
        if any((one.granted, one.unknown) != ("keep", "keep") for one in policies):
            return np.ones(events.num_rows, np.bool_)
        if all(set(one) == {"keep"} for one in policies):
            return np.zeros(events.num_rows, np.bool_)
        said = pc.fill_null(pc.match_substring(events["context"], '"consent"'), False)
        if pc.any(pc.equal(events["event"], UPDATED)).as_py():
            return np.ones(events.num_rows, np.bool_)
        if self._said.known:
            ids = pa.array(self._said.known, pa.string())
            said = reduce(pc.or_, (pc.is_in(events[kind], ids) for kind in IDENTIFIERS), said)
        else:
            said = pc.and_not(said, self._granted(events["context"]))
        found: Bool = said.to_numpy(zero_copy_only=False)
        return found

    def _granted(self, contexts: pa.Array) -> pa.Array:
        """bool[m], the contexts that name consent once, and grant it: most do, in few different words."""
        once = pc.fill_null(pc.equal(pc.count_substring(contexts, "onsent"), 1), False)
        codes, said = encode(pc.struct_field(pc.extract_regex(contexts, _CONSENT), "said"))
        purpose, words = self._rules.purpose, self._stores.taxonomy
        granted = [purpose_state(f'{{"consent":{one}}}', purpose, words) == "granted" for one in said]
        return pc.and_(once, pa.array(np.array([*granted, False], np.bool_)[codes]))

    def _action(self, row: dict[str, Any]) -> str:
        ids = [row[kind] for kind in IDENTIFIERS if row[kind]]
        told = self._said.by(row, ids)
        policy = self._rules.policy(row["source"])
        return "keep" if row["event"] == UPDATED else policy.decide(told, self._said.before(ids))

    def _nameless(self, row: dict[str, Any]) -> dict[str, Any]:
        """What stays of an event, as of a live one; its id too could be an order's number."""
        who = "\0".join(str(row[kind]) for kind in IDENTIFIERS)
        name = visitor(self._salt, row["source"], who, row["occurred_at"].date().isoformat())
        said = {part: _decode(row[part] or "{}") for part in ("properties", "context")}
        left = nameless(said, name, self._click_ids)
        kept = {part: _encode(left[part]).decode() if row[part] else None for part in said}
        return (
            dict.fromkeys(_LEAD_TO_PERSON)
            | kept
            | {
                "anonymous_id": name,
                "event_id": self._stores.erasures.hash("event", row["event_id"]),
                "page": row["page"] and row["page"].partition("?")[0],
                "referrer": row["referrer"] and site(row["referrer"]),
            }
        )


def _with(events: pa.RecordBatch, instead: dict[int, dict[str, Any]]) -> pa.RecordBatch:
    """The events with other values at some places."""
    places = np.zeros(events.num_rows, np.bool_)
    places[list(instead)] = True
    for name in next(iter(instead.values())):
        new = pa.array([instead[place][name] for place in sorted(instead)], EVENTS.field(name).type)
        events = _set(events, name, pc.replace_with_mask(events[name], pa.array(places), new))
    return events


def _set(events: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    return events.set_column(events.schema.get_field_index(name), EVENTS.field(name), column)
