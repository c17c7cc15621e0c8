"""The stores of a shop, opened together: where its events, its refused rows and its identities lie."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cached_property
from itertools import chain
from shutil import rmtree
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import ShopBusy
from periplo.events.identifiers import normalise_column
from periplo.events.schema import STORED
from periplo.events.segment import Reading as MessageReading
from periplo.identity import Identity, Rules, open_state
from periplo.journeys.columns import I64
from periplo.lake import ArchivedKeys, Lake
from periplo.log import ClockNotes, Kept, Log, Quarantine, Sources, Tallies, open_log
from periplo.operation.ages import Ages
from periplo.privacy import Erasures, Salts
from periplo.vocabulary import Taxonomy
from periplo.workspace.lock import Lock, SharedLock
from periplo.workspace.places import Places
from periplo.workspace.settings import Settings

if TYPE_CHECKING:
    from periplo.collect.plan.plan import Plan

MOST_NAMED = 5_000
"""So many places are looked up by name; for more of them the archive between the first and the last is read."""


class Stores:
    """Opened lazily: nothing is touched before it is used."""

    def __init__(self, places: Places, settings: Settings, taxonomy: Taxonomy) -> None:
        self.places, self.settings, self.taxonomy = places, settings, taxonomy
        self.log_database = open_log(settings.database or places.log)
        self.state = open_state(settings.database or places.state)
        self.lock = SharedLock(self.log_database) if settings.database else Lock(places.lock)
        self.lake = Lake(places.lake, self.lock.confirm)
        self.archived = ArchivedKeys(places.cache / "seen", self.lake)
        how = MessageReading(currency=settings.currency, country=settings.country, words=taxonomy)
        self.log = Log(self.log_database, self.archived, how, places.cache)
        self.kept, self.ages = Kept(self.log_database), Ages(notes=ClockNotes(self.log_database))
        self.sources = Sources(self.log_database)
        self.quarantine = Quarantine(self.log_database)
        self.tallies = Tallies(self.log_database)
        self.erasures, self.salts = Erasures(places.privacy), Salts(places.privacy)
        rules = Rules.of(taxonomy.identifiers)
        self.identity = Identity(self.state, rules, self._normalise, places.cache)

    @cached_property
    def plan(self) -> Plan:
        """The tracking plan; its files are read when it is first needed. Raises ``BadPlan``."""
        from periplo.collect.plan.files import load

        return load(self.places.plan, self.taxonomy)

    def events(self, columns: Sequence[str], after_seq: int, until_seq: int, where: str = "") -> pa.RecordBatchReader:
        """The events after one place in the sequence, up to another, in no order, each once.

        ``where`` is a condition in SQL that spares reading what is archived; the log's tail comes whole.
        """
        wanted = ["seq", *columns]
        # The log first: what is moved to the archive in between is then seen there.
        live = self.log.read(after_seq, until_seq, columns=wanted)
        archive = self.lake.now()
        live = live.filter(pc.greater(live["seq"], archive.archived_seq()))
        batches = chain(archive.scan(wanted, after_seq, until_seq, where), live.to_batches())
        return pa.RecordBatchReader.from_batches(pa.schema([STORED.field(name) for name in wanted]), batches)

    def events_at(self, places: I64, columns: Sequence[str] = STORED.names[1:]) -> pa.Table:
        """The events at some places of the sequence (at least one), in no order: whole, or some columns of them."""
        where = f"seq IN ({', '.join(map(str, places.tolist()))})" if len(places) <= MOST_NAMED else ""
        wanted = pa.array(places)
        found = self.events(columns, int(places.min()) - 1, int(places.max()), where)
        return pa.Table.from_batches((batch.filter(pc.is_in(batch["seq"], wanted)) for batch in found), found.schema)

    def count(self) -> int:
        """How many events there are."""
        archive = self.lake.now()
        return archive.count() + self.log.count(after_seq=archive.archived_seq())

    def today(self) -> date:
        """The day that it is in the shop's time zone."""
        return datetime.now(ZoneInfo(self.settings.time_zone)).date()

    def recover(self) -> None:
        """Clears up after a killed import, unless one is running now."""
        if self.log.unfinished() or self.places.staging.exists():
            with suppress(ShopBusy), self.lock.hold(wait_s=0):
                self.clear()

    def clear(self) -> None:
        """Removes what a killed import left behind. Only with the lock held."""
        rmtree(self.places.staging, ignore_errors=True)
        if self.log.unfinished():
            self.lake.tidy()
            self.log.release()

    def close(self) -> None:
        self.log_database.close()
        self.state.close()

    def _normalise(self, kind: str, column: pa.Array) -> pa.Array:
        return normalise_column(kind, column, self.settings.country, self.taxonomy)
