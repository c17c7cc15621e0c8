"""What a customer agreed to, per purpose and channel, with the proof of each word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from periplo.privacy import State, ToldIn, consents_told, told_in
from periplo.profiles.rows import Row
from periplo.vocabulary import Taxonomy


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was said, and the event that proves it. ``text_version``: the wording, where that was told. ``told_in``:
    the file and line, where it was imported."""

    state: State
    at: datetime
    event: str
    source: str
    event_id: str
    text_version: str | None = None
    told_in: ToldIn | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` holds ``since``; ``channel`` None: for the purpose as such. ``history``: each word, the newest last."""

    purpose: str
    channel: str | None
    state: State
    since: datetime
    history: list[Proof]


def read_consents(rows: Sequence[Row], words: Taxonomy) -> list[Consent]:
    """The newest word for each purpose and channel, from events in time order; a word said again is the same."""
    found: dict[tuple[str, str | None], list[Proof]] = {}
    for row in rows:
        for told in consents_told(row, words):
            history = found.setdefault((told.purpose, told.channel), [])
            proof = Proof(
                state=told.state,
                at=row["occurred_at"],
                event=row["event"],
                source=row["source"],
                event_id=row["event_id"],
                text_version=told.text_version,
                told_in=told_in(row["context"]),
            )
            if not history or (history[-1].state, history[-1].text_version) != (proof.state, proof.text_version):
                history.append(proof)
    order = sorted(found.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return [_consent(purpose, channel, history) for (purpose, channel), history in order]


def _consent(purpose: str, channel: str | None, history: list[Proof]) -> Consent:
    state = history[-1].state
    since = history[-1].at
    for proof in reversed(history):
        if proof.state != state:
            break
        since = proof.at
    return Consent(purpose=purpose, channel=channel, state=state, since=since, history=history)
