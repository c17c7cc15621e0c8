"""Who is who in a shop, as a person sees and corrects it: explained, tried out, decided, undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from periplo.errors import UnknownName, UsageError
from periplo.identity import Alarm, Decision, Link, Name, Suggestion, What, crowded, shown
from periplo.workspace.customers import known
from periplo.workspace.decisions import NOT_YET, as_event, must_change
from periplo.workspace.following import follow, follow_or_look
from periplo.workspace.journeying import JourneyStore
from periplo.workspace.likeness import Likeness, alike
from periplo.workspace.recording import record
from periplo.workspace.stores import Stores
from periplo.workspace.supposing import Change, change


class Identities:
    """``one`` and ``other`` are identifiers as people write them: a value, or ``kind:value`` where it is ambiguous.

    Raises ``UnknownName`` for one that nobody has, ``UsageError`` for a decision that would change nothing.
    """

    def __init__(self, stores: Stores, journeys: JourneyStore) -> None:
        self._stores, self._journeys = stores, journeys
        self._identity = stores.identity

    def number_of(self, one: str) -> int:
        """The customer with an identifier; 0 where it is blocked."""
        return self._identity.customer_of(self._named(one))

    def identifiers(self, number: int) -> dict[str, list[str]]:
        """The identifiers of a customer by kind, strongest kind and oldest first."""
        return self._identity.identifiers(number)

    def links(self, number: int) -> list[Link]:
        """Why a customer's identifiers are one, oldest first. Raises ``UnknownName``."""
        return self._identity.links(known(self._stores, number))

    def explain(self, one: str, other: str) -> list[Link]:
        """Why two identifiers are one customer: the shortest chain of links between them; none where they are two."""
        return self._identity.explain(self._named(one), self._named(other))

    def suggestions(self) -> list[Suggestion]:
        """Pairs that one event carried and that were not joined, oldest first, without those dismissed."""
        follow_or_look(self._stores)
        return self._identity.suggestions()

    def decisions(self) -> list[Decision]:
        """What was decided, in order."""
        follow_or_look(self._stores)
        return self._identity.decisions()

    def alike(self, least: float = 0.9) -> list[Likeness]:
        """Customers who are one with at least this probability, by name, address, mail and phone as they were told;
        for a person to merge or to dismiss. Raises ``MissingExtra`` without splink."""
        return alike(self._stores, least)

    def alarms(self) -> list[Alarm]:
        """Customers who may be several people: they grew too fast, or many use their device. The vocabulary's
        ``identifiers.yaml`` says how fast is too fast."""
        _, columns = self._journeys.now()
        growth = self._stores.taxonomy.identifiers.alarms
        within, sizes = timedelta(hours=growth.within_hours), np.diff(columns.offsets)
        large = np.repeat(sizes >= growth.events, sizes)
        owner = np.repeat(columns.customer, sizes)[large]
        busy = crowded("events", owner, columns.time_us[large], growth.events, within)
        return [*self._identity.shared_devices(), *self._identity.gained(growth.identifiers, within), *busy]

    def preview(self, what: What, one: str | None = None, other: str | None = None, *, undoes: int = 0) -> Change:
        """What a decision would change; nothing is changed."""
        return change(self._stores, self._journeys, self._decision(what, one, other, undoes, "", ""))

    def decide(
        self,
        what: What,
        one: str | None = None,
        other: str | None = None,
        *,
        undoes: int = 0,
        by: str = "",
        why: str = "",
    ) -> Decision:
        """Takes a decision (``Decision`` tells which there are), durably. Its place is 0 while an import is running,
        after which it comes into force."""
        decision = self._decision(what, one, other, undoes, by, why)
        record(self._stores, [as_event(decision)])
        follow(self._stores)
        taken = (found for found in reversed(self._identity.decisions()) if found.at == decision.at)
        return next(taken, msgspec.structs.replace(decision, seq=0))

    def accept(self, one: str, other: str, *, by: str = "", why: str = "") -> Decision:
        """Joins the two of a suggestion."""
        self._must_be_suggested(one, other)
        return self.decide("merge", one, other, by=by, why=why)

    def _decision(self, what: What, one: str | None, other: str | None, undoes: int, by: str, why: str) -> Decision:
        names = [self._named(text) if text is not None else None for text in (one, other)]
        decision = Decision(
            seq=NOT_YET,
            at=datetime.now(UTC),
            what=what,
            one=names[0],
            other=names[1],
            undoes=undoes or None,
            by=by,
            why=why,
        )
        must_change(self._identity, decision)
        return decision

    def _must_be_suggested(self, one: str, other: str) -> None:
        ends = {self._told(one), self._told(other)}
        if not any({found.stronger, found.weaker} == ends for found in self.suggestions()):
            raise UsageError(
                "“{one}” and “{other}” are not among the suggestions.",
                fix="See them all: periplo identity suggestions SHOP",
                one=one,
                other=other,
            )

    def _told(self, text: str) -> Name:
        name = self._named(text)
        return name[0], shown(name)

    def _named(self, text: str) -> Name:
        follow_or_look(self._stores)
        found = self._identity.identifier(text)
        if found is None:
            raise UnknownName("identifier", text, [])
        return found
