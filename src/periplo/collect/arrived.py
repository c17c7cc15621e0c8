"""What a request brought: messages that can become events, and those that never can."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Raw

from periplo.collect.rules import NO_BATCH, Rule
from periplo.log import Fault, Receipt, Received, Source
from periplo.privacy import Door, Request


class Wrong(NamedTuple):
    """Why a message can never be an event: the rule that it breaks, and where in it. ``number`` in the request;
    ``stage``: who found it."""

    number: int
    rule: Rule
    path: str
    values: dict[str, str]
    raw: bytes
    stage: str = "parse"

    def is_message(self) -> bool:
        """Whether it is one that somebody's visit sent, and not what another system reports, or all of a request."""
        return self.stage == "parse" and self.rule.name != NO_BATCH.name

    def fault(self, receipt: Receipt) -> Fault:
        return Fault(
            source=receipt.source,
            stage=self.stage,
            rule=self.rule.name,
            path=self.path,
            reason=self.rule.reason,
            values=self.values,
            index=self.number,
            raw=self.raw,
            receipt=receipt,
        )


@dataclass
class Arrived:
    """``indexes``: which of the request's messages each good one is; ``dropped``: those that nobody consented to,
    and old ones of people who were erased.
    ``write_key``: where the body has one. ``restated``: what comes again may say more than before, as an order that
    is reported whole with each of its changes; the first one stays.

    ``call``, ``sent_at``, ``context``: see ``Receipt``.
    """

    write_key: str | None = None
    call: str | None = None
    sent_at: str | None = None
    context: bytes | None = None
    event_ids: list[str] = field(default_factory=list)
    messages: list[bytes | Raw] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    restated: bool = False

    def admit(self, door: Door, request: Request) -> None:
        """Leaves what the sender's consent allows, also of what is wrong; which of the request's messages that are not,
        is in ``dropped``."""
        refused = [one for one in self.wrong if one.is_message()]
        found = door.admit([*self.messages, *(one.raw for one in refused)], self.call, self.context, request)
        if found is None:
            return
        good, bad = found.messages[: len(self.messages)], found.messages[len(self.messages) :]
        self.dropped = [self.indexes[row] for row, one in enumerate(good) if one is None]
        self.messages, self.context = [one or b"" for one in good], found.context
        self.keep([row for row, one in enumerate(good) if one is not None])
        left = {one.number: raw for one, raw in zip(refused, bad, strict=True)}
        self.dropped += [number for number, raw in left.items() if raw is None]
        kept = [(one, left.get(one.number, one.raw)) for one in self.wrong]
        self.wrong = [one._replace(raw=bytes(raw)) for one, raw in kept if raw is not None]

    def keep(self, rows: Sequence[int]) -> None:
        """Leaves only some of the good messages."""
        if len(rows) < len(self.messages):
            self.messages = [self.messages[row] for row in rows]
            self.event_ids, self.indexes = [self.event_ids[row] for row in rows], [self.indexes[row] for row in rows]

    def drop(self, rows: Collection[int]) -> None:
        """Takes some of the good messages out of those that go on."""
        self.dropped += [self.indexes[row] for row in rows]
        self.keep([row for row in range(len(self.messages)) if row not in rows])

    def drop_wrong(self, told: Callable[[bytes], bool]) -> None:
        """The same with wrong ones, by what they are."""
        gone = {one.number for one in self.wrong if told(one.raw)}
        self.dropped += sorted(gone)
        self.wrong = [one for one in self.wrong if one.number not in gone]

    def received(self, source: Source, received_us: int, user_agent: str | None) -> Received:
        """The good messages, as the log takes them."""
        receipt = Receipt(
            source=source.name,
            received_us=received_us,
            call=self.call,
            channel=source.channel,
            sent_at=self.sent_at,
            user_agent=user_agent,
            context=self.context,
        )
        return Received(receipt, self.event_ids, self.messages)
