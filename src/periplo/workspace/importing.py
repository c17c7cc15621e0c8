"""Files into a shop. The commit of the archive is the atom: before it nothing happened, after it all can follow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, takewhile
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from periplo.intake import Intake, IntakeBatch, IntakeSettings, MappingPlan, Note, Progress, open_intake
from periplo.log import Reading
from periplo.operation.disk import written
from periplo.operation.memory import give_back
from periplo.workspace.arriving import NotPlanned
from periplo.workspace.consenting import Consenting
from periplo.workspace.following import follow
from periplo.workspace.planned_files import FilePlan
from periplo.workspace.planning import COUNTED
from periplo.workspace.recording import WAIT_S, move
from periplo.workspace.returning import Returning
from periplo.workspace.staging import Counts, Staging
from periplo.workspace.stores import Stores

Report = Callable[[Progress], None]

_LOOKED_AT = 8
"""So many batches a dry run holds against the tracking plan, until something is found."""


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did. Raw rows: ``read = accepted + duplicates + rejected + erased + dropped``.
    ``nameless``: events that came in without a name, as their people consented to no more.

    ``events`` and ``customers`` (people and visitors) are all that the shop has now; ``anonymous`` counts customers
    known by a single order only. ``plan`` says how the columns were read, ``notes`` what to know about the files,
    ``not_planned`` what the tracking plan says of the events; after a dry run, of the first of them.
    """

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    erased: int = 0
    dropped: int = 0
    nameless: int = 0
    events: int = 0
    customers: int = 0
    anonymous: int = 0
    preset: str
    plan: MappingPlan
    notes: list[Note] = []
    not_planned: list[NotPlanned] = []
    seconds: float = 0.0

    def counts(self) -> dict[str, int]:
        """The numbers that the command line prints."""
        names = ("read", "accepted", "duplicates", "rejected", "erased", "dropped", "nameless", "events", "customers")
        return {name: getattr(self, name) for name in names}


def open_files(
    stores: Stores, paths: Sequence[Path | str], preset: str | None, mapping: Path | None, *, looking: bool = False
) -> Intake:
    """The files, read as the shop's settings and vocabulary say. ``looking``: nothing is written in the shop."""
    shop, scratch = stores.settings, None if looking else stores.places.staging
    settings = IntakeSettings(shop.currency, shop.time_zone, shop.country, scratch, shop.plan.uses("quarantine"))
    return open_intake(paths, preset=preset, mapping=mapping, settings=settings, words=stores.taxonomy)


def look(stores: Stores, paths: Sequence[Path | str], preset: str | None, mapping: Path | None) -> ImportReport:
    """How files would be read; nothing is touched."""
    intake, plan = open_files(stores, paths, preset, mapping, looking=True), FilePlan(stores)
    if plan.looks:
        for batch in takewhile(lambda _: not plan.counts, islice(intake.batches(), _LOOKED_AT)):
            plan.hold(batch)
    return ImportReport(preset=intake.preset, plan=intake.plan, notes=intake.notes, not_planned=not_planned(plan))


def import_files(
    stores: Stores, paths: Sequence[Path | str], preset: str | None, mapping: Path | None, progress: Report | None
) -> ImportReport:
    """Reads files into the shop. Raises what reading raises, and ``ShopBusy``, ``CannotWrite``."""
    began = time.monotonic()
    intake = open_files(stores, paths, preset, mapping)
    how, plan = Reading(intake.preset, mapping.read_text("utf-8") if mapping else None), FilePlan(stores)
    consent = Consenting(stores)
    with written("staging"), stores.lock.hold(WAIT_S):
        stores.clear()
        with Staging(stores.places.staging) as staged:
            stage(stores, staged, map(plan.hold, map(consent.admit, intake.batches(progress))))
            staged.leave_dropped(consent.dropped)
            commit(stores, staged, how)
            counts = staged.counts()
    found = report(stores, counts, began, preset=intake.preset, plan=intake.plan, notes=intake.notes)
    if counts.accepted:  # a file that was there already is not counted again
        for (source, what, where), count in plan.counts.items():
            stores.tallies.add(source, what, where, count)
        stores.tallies.flush()
    return replace(found, not_planned=not_planned(plan), nameless=consent.nameless)


def not_planned(plan: FilePlan) -> list[NotPlanned]:
    """What the tracking plan found, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for (_, what, where), count in plan.counts.items():
        counts[what.removeprefix(COUNTED), where] += count
    return [NotPlanned(rule=rule, where=where, count=count) for (rule, where), count in counts.most_common()]


def stage(stores: Stores, staged: Staging, batches: Iterable[IntakeBatch]) -> None:
    """Puts batches where an import works, without the events of people who were erased; then no more follow."""
    returning = Returning(stores)
    for batch in batches:
        kept, erased = returning.without(batch)
        staged.add(kept)
        staged.leave_erased(erased)
    staged.close()


def commit(stores: Stores, staged: Staging, how: Reading | None) -> None:
    """Puts what is staged into the shop: new events to the archive, in one commit, and refused rows to the
    quarantine, unless they lie there already (no ``how``)."""
    import_id = uuid4().hex
    move(stores)
    count = staged.keep_new(stores.lake.now())
    if how:
        for some in staged.rejects():
            stores.quarantine.put(import_id, how, some)
    if count:
        with stores.log.reserve(count, import_id) as first:
            count = staged.leave_out(stores.log.keys())
            note = {"import_id": import_id, "first_seq": first, "last_seq": first + count - 1}
            stores.lake.append(staged.events(first), note=note)


def report(
    stores: Stores, counts: Counts, began: float, *, preset: str, plan: MappingPlan, notes: list[Note]
) -> ImportReport:
    """What was done, once identity has followed."""
    give_back()
    follow(stores)
    totals = stores.identity.totals()
    give_back()
    return ImportReport(
        **counts._asdict(),
        events=stores.count(),
        customers=totals.persons,
        anonymous=totals.anonymous,
        preset=preset,
        plan=plan,
        notes=notes,
        seconds=time.monotonic() - began,
    )
