"""``Shop``: one shop, opened by its path. It hands out the parts and holds no logic of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from periplo.analysis import Journeys
from periplo.events.model import Event
from periplo.journeys.columns import I64, JourneyColumns
from periplo.language import Lang
from periplo.log import Quarantine, Reject, Sources
from periplo.maps import MapDefinition, MapReading
from periplo.maps import read as read_journeys
from periplo.maps.words import per_language
from periplo.privacy import Erased
from periplo.profiles import Profile
from periplo.workspace import arriving, customers, erasing, exporting, opening, recording
from periplo.workspace.arriving import SourceReport
from periplo.workspace.atlas import Atlas
from periplo.workspace.backup import Backup, Targets, back_up, erase_in
from periplo.workspace.condition import Condition
from periplo.workspace.doctor import Finding, examine
from periplo.workspace.erasing import Foreseen
from periplo.workspace.filters import Filters
from periplo.workspace.identities import Identities
from periplo.workspace.journeying import JourneyStore
from periplo.workspace.people import Found, People
from periplo.workspace.places import Places
from periplo.workspace.remembered import Remembered
from periplo.workspace.segments import Segments
from periplo.workspace.settings import Settings
from periplo.workspace.stores import Stores
from periplo.workspace.working import Told, Work, untold

if TYPE_CHECKING:  # reading files needs much that a question does not
    from periplo.collect.writer import Deliver
    from periplo.workspace.collecting import Collecting
    from periplo.workspace.importing import ImportReport, Report

ALL = Filters()


class Shop:
    """A shop on disk. Safe for threads; several processes may have it open.

    ``settings`` and ``taxonomy`` are those at the time it was opened; ``access`` is who may do what in it.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path, self.settings = path, settings
        self.taxonomy = opening.words_of(path)
        self._places = Places(path.absolute())
        self._stores = Stores(self._places, settings, self.taxonomy)
        self.access = opening.access_of(path, settings)
        self._journeys = JourneyStore(self._stores)
        self._faces: Remembered[Journeys] = Remembered(16)
        self._readings: Remembered[MapReading] = Remembered(32)
        self._timelines: Remembered[pa.Table] = Remembered(8)
        self._people = People(self._stores)
        self._segments = Segments(self._places.segments, self.taxonomy, settings.time_zone)
        self._atlas = Atlas(self._places.maps, self._segments, self.taxonomy, settings.time_zone)

    @property
    def hides_names(self) -> bool:
        """Whether it is seen without knowing who its customers are."""
        return False

    @classmethod
    def open(
        cls, path: Path | str, *, create: bool = False, draft: bool = False, repair: bool = True, named: bool = False
    ) -> Shop:
        """The shop in a folder. Raises ``NotAShop``, ``BadSettings``, ``BadVocabulary``.

        ``create`` makes it where there is none. ``draft`` gives one that is only in memory where there is none: to
        try an import. Without ``repair`` nothing is touched that killed processes left behind. ``named``: customers
        have their names also where the settings hide them.
        """
        path = Path(path)
        if create and not opening.exists(path):
            return cls.create(path)
        if draft and not opening.exists(path):
            return cls(path, Settings(name=opening.name_of(path)))
        shop = cls(path, opening.settings_of(path))
        if repair:
            opening.finish(shop._stores)
        return shop.hidden() if shop.settings.privacy.pseudonymous and not named else shop

    def hidden(self) -> Shop:
        """The same shop, seen without knowing who its customers are."""
        from periplo.workspace.hidden import HiddenShop  # which is a shop

        return HiddenShop(self)

    @classmethod
    def create(cls, path: Path | str, *, settings_file: Path | str | None = None) -> Shop:
        """A new shop in a new or empty folder; ``settings_file`` becomes its ``periplo.toml``."""
        opening.make(Path(path), Path(settings_file) if settings_file else None)
        return cls.open(path)

    @staticmethod
    def exists(path: Path | str) -> bool:
        """Whether a folder is a shop."""
        return opening.exists(Path(path))

    def close(self) -> None:
        self._stores.close()
        self.access.close()

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # what comes in

    def import_files(
        self,
        paths: Sequence[Path | str],
        *,
        preset: str | None = None,
        mapping: Path | None = None,
        dry_run: bool = False,
        progress: Report | None = None,
    ) -> ImportReport:
        """Files, folders and patterns into the shop, all or nothing; ``dry_run`` only tells how they would be read.

        Waits a minute for another import, then raises ``ShopBusy``. Raises what reading files raises.
        """
        from periplo.workspace import importing

        if dry_run:
            return importing.look(self._stores, paths, preset, mapping)
        return importing.import_files(self._stores, paths, preset, mapping, progress)

    def replay_quarantine(
        self,
        *,
        mapping: Path | None = None,
        mended: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
    ) -> ImportReport:
        """Refused rows read again, ``mended`` with another text by id; what goes in leaves the list."""
        from periplo.workspace import replay

        return replay.replay(self._stores, mapping, mended or {}, only)

    def places(self, row: Reject) -> dict[str, str]:
        """The values of a refused row that can be changed one by one, as texts by their place."""
        from periplo.workspace import edits

        return edits.places(row)

    def retype(self, reject_id: str, texts: Mapping[str, str]) -> bool:
        """The same as ``mend`` for somebody who was shown ``places`` and gave these texts back; whether any differed.
        Raises ``UnknownName``, ``UsageError``."""
        from periplo.workspace.edits import changes_of

        changes = changes_of(self.quarantine.show(reject_id), texts)
        if changes:
            self.mend(reject_id, changes=changes)
        return bool(changes)

    def mend(self, reject_id: str, *, text: str | None = None, changes: Mapping[str, Any] | None = None) -> Reject:
        """A refused row as it should be: the whole ``text``, or ``changes`` of values by their place. It is read so
        when it is replayed; the row as it was stays. Raises ``UnknownName``, ``UsageError``."""
        from periplo.workspace.edits import edited

        kept = self._stores.quarantine
        row = kept.show(reject_id)
        kept.mend(row.reject_id, edited(row, changes or {}) if text is None else text)
        return self.quarantine.show(row.reject_id)

    def record(self, events: Sequence[Event]) -> int:
        """Live events, durable when this returns; answers how many were new."""
        return recording.record(self._stores, events)

    def archive(self) -> int:
        """Moves recorded events from the log to the archive; answers how many. Raises ``ShopBusy``."""
        return recording.archive(self._stores)

    @property
    def sources(self) -> Sources:
        """The systems that may send events, with their write keys."""
        return self._stores.sources

    def source_reports(self) -> list[SourceReport]:
        """How the sources do: how much comes, how late, what is wrong with it."""
        return arriving.report(self._stores)

    def log_since(self) -> datetime | None:
        """When the oldest event that the log still has as it was received came in."""
        return self._stores.kept.since()

    def collecting(self, deliver: Deliver) -> Collecting:
        """What takes live messages as long as a server runs; it hands them to ``deliver`` when they are durable."""
        from periplo.workspace.collecting import Collecting

        return Collecting(self._stores, deliver)

    def work(self, told: Told = untold) -> Work:
        """What goes on behind requests; ``told`` hears of each step."""
        return Work(self._stores, told)

    @property
    def quarantine(self) -> Quarantine:
        """The rows that were refused."""
        return self._stores.quarantine

    # what can be asked

    def version(self) -> str:
        """Changes when events, segments or maps change; cheap to ask."""
        return " ".join((str(self._journeys.settled()), self._segments.stamp(), self._atlas.stamp())).strip()

    def journeys(self, filters: Filters = ALL) -> Journeys:
        """The journeys of the shop, narrowed. The same object while the version stays. Raises ``UnknownName``."""
        settled, columns = self._seen()

        def face() -> Journeys:
            whole = Journeys(
                columns,
                names=self.customer_names,
                currency=self.settings.currency,
                zone=self.settings.time_zone,
                taxonomy=self.taxonomy,
                segments=self._segments.predicates(),
            )
            return filters.apply(whole)

        return self._faces.get((settled, self._segments.stamp(), filters), face)

    def _seen(self) -> tuple[int, JourneyColumns]:
        """The last settled place of the sequence, and the journeys up to it as they are shown."""
        return self._journeys.now()

    def customer_names(self, numbers: I64) -> list[str]:
        """What to call customers: their strongest identifier."""
        return self._stores.identity.names(numbers)

    def customer_number(self, name: str) -> int:
        """The customer with an identifier, or with this number. Raises ``UnknownName``."""
        return customers.number_of(self._stores, name)

    @property
    def identities(self) -> Identities:
        """Who is who: explained, and corrected by people."""
        return Identities(self._stores, self._journeys)

    def search(self, text: str, *, most: int = 20) -> list[Found]:
        """The customers whom a text may mean: a name, mail, phone, order number or other identifier, or a part of it;
        at most so many, the best first."""
        return self._people.search(text, most)

    def timeline(self, number: int) -> pa.Table:
        """All events of a customer (schema ``STORED``), in time order. Raises ``UnknownName``."""
        find = partial(customers.timeline, self._stores, self._journeys, number)
        return self._timelines.get((self.version(), number), find)

    def profile(self, number: int) -> Profile:
        """Who a customer is and what they did. Raises ``UnknownName``."""
        return customers.profile(self._stores, self.timeline(number), number)

    # what a person may ask for

    def foresee_erasure(self, number: int) -> Foreseen:
        """What erasing a customer would take away. Raises ``UnknownName``."""
        return erasing.foresee(self._stores, customers.known(self._stores, number))

    def erase_person(self, number: int, *, also: Sequence[Path | str] = ()) -> list[Erased]:
        """Erases a customer from every store, beyond recall: first from all backups, and from other copies (``also``).
        Answers one record per customer erased, the shop's own last. Raises ``UnknownName``, ``ShopBusy``, ``NotAShop``,
        and ``CannotWrite`` where backups cannot be reached."""
        known = customers.known(self._stores, number)
        texts = self._stores.identity.subject(self._stores.identity.ids_of(known)).texts
        folders = dict.fromkeys([*self.backup_targets.reached(), *map(Path, also)])
        copies = [one for folder in folders for one in erase_in(folder, texts)]
        return [*copies, erasing.erase(self._stores, known)]

    def export_person(self, number: int) -> dict[str, bytes]:
        """All that is known of a customer, as files by name. Raises ``UnknownName``."""
        return exporting.exported(self._stores, self.profile(number), self.timeline(number))

    def erasures(self) -> list[Erased]:
        """What was erased: how much and when; of whom only hashes."""
        return self._stores.erasures.all()

    # segments and maps

    def segments(self) -> list[str]:
        """The names of all segments."""
        return list(self._segments.all())

    def segment_label(self, name: str, lang: Lang) -> str:
        """The name of a segment on screen. Raises ``UnknownName``."""
        return self._segments.label(name, lang)

    def maps(self) -> list[str]:
        """The names of the shop's own maps, then of the templates."""
        return self._atlas.names()

    def map_definition(self, name: str | None = None) -> MapDefinition:
        """A map by name; without one the shop's ``default``, else the template for retail."""
        return self._atlas.definition(name)

    def read_map(self, definition: MapDefinition | None = None, filters: Filters = ALL) -> MapReading:
        """A map with its numbers."""
        definition = definition or self.map_definition()
        told = per_language(
            lambda lang: filters.tell(lang, channel=self.taxonomy.channel_label, segment=self.segment_label)
        )

        def reading() -> MapReading:
            simulated = self.settings.simulated
            return read_journeys(self.journeys(filters), definition, simulated=simulated, filters=told)

        return self._readings.get((self.version(), definition.file, definition.text, filters), reading)

    # how it is

    def back_up(self, target: Path | str, *, keep: int | None = None) -> Backup:
        """A new backup in a folder, of which ``keep`` stay; live events go on meanwhile. Raises ``CannotWrite``,
        ``ShopBusy``, ``UsageError`` where the folder has backups of another shop."""
        return back_up(self._stores, self.access, Path(target), keep)

    @property
    def backup_targets(self) -> Targets:
        """Where its backups lie; those that are gone can be forgotten."""
        return Targets(self._places.root)

    @property
    def condition(self) -> Condition:
        """How it does at this moment: what answers, how far behind its consumers are, how large it is."""
        return Condition(self._stores, self.access)

    def doctor(self) -> list[Finding]:
        """What is wrong with the shop, and what to do; nothing is changed."""
        return examine(self._stores)
