"""The doctor: looks at every part of a shop and says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from shutil import disk_usage
from typing import Any, Literal

import msgspec

from periplo.errors import PeriploError, ShopBusy
from periplo.language import Lang, number, quoted, t
from periplo.maps import MapDefinition
from periplo.maps.checks import Known
from periplo.operation.disk import may_write
from periplo.operation.machine_code import KEPT
from periplo.predicates import Predicate
from periplo.workspace import cache
from periplo.workspace.atlas import map_files
from periplo.workspace.backup import Targets, backups
from periplo.workspace.condition import MB
from periplo.workspace.segments import read_segments
from periplo.workspace.stores import Stores
from periplo.workspace.told_twice import told_twice
from periplo.workspace.unseen import unseen

MANY_REJECTS = 1_000
Level = Literal["ok", "warning", "error"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is so, why, and what to do about it: templates with their values."""

    level: Level
    part: str
    what: str
    why: str = ""
    fix: str = ""
    values: dict[str, Any] = {}

    def tell(self, lang: Lang) -> str:
        """The finding in words, with numbers as the reader writes them."""
        values = {name: number(v, lang) if isinstance(v, int) else v for name, v in self.values.items()}
        return quoted(" ".join(t(text, lang, **values) for text in (self.what, self.why, self.fix) if text), lang)


Look = Callable[[Stores], Iterator[Finding]]


def examine(stores: Stores) -> list[Finding]:
    """What the doctor finds, part by part. A part that cannot be read at all is an error, and the rest is looked at."""
    found: list[Finding] = []
    for part, look in _PARTS.items():
        try:
            found += look(stores)
        except PeriploError as error:
            found.append(trouble(part, error))
    return found


def trouble(part: str, error: PeriploError) -> Finding:
    """Why a part could not be looked at."""
    values = {name: str(value) for name, value in error.values.items()}
    level: Level = "warning" if isinstance(error, ShopBusy) else "error"
    return Finding(level=level, part=part, what=error.what, why=error.why, fix=error.fix, values=values)


def _settings(stores: Stores) -> Iterator[Finding]:
    shop = stores.settings
    yield Finding(
        level="ok",
        part="settings",
        what="Settings: {name}, {currency}, {time_zone}, {country}.",
        values={"name": shop.name, "currency": shop.currency, "time_zone": shop.time_zone, "country": shop.country},
    )


def _log(stores: Stores) -> Iterator[Finding]:
    yield from _database(stores.log_database.problems(), "log.db")
    archived, since = stores.lake.now().archived_seq(), stores.kept.since()
    values: dict[str, Any] = {"n": stores.log.count(after_seq=archived)}
    yield Finding(
        level="ok", part="log", what="Log: {n} live {n:event waits|events wait} for the archive.", values=values
    )
    if since:
        day = since.date().isoformat()
        yield Finding(level="ok", part="log", what="The log goes back to {day}.", values={"day": day})
    if stores.kept.lacking(archived):
        yield Finding(
            level="error",
            part="log",
            what="The archive lacks events that the log has no more.",
            why="It is older than the log.",
            fix="Put back a newer copy of the archive. What comes from now on is not concerned.",
        )
    if stores.log.unfinished():
        yield Finding(
            level="warning",
            part="log",
            what="An import is running, or was killed.",
            fix="If none is running, run the import again: nothing is doubled.",
        )


def _lake(stores: Stores) -> Iterator[Finding]:
    archive = stores.lake.now()
    damaged = archive.damaged()
    for file, problem in damaged.items():
        yield Finding(
            level="error",
            part="lake",
            what="The archive's file {file} cannot be read: {problem}.",
            fix="Put it back from a copy of the shop, or import your files into a new shop.",
            values={"file": file, "problem": problem},
        )
    values = {"n": archive.count(), "files": len(archive.files())}
    yield Finding(
        level="ok", part="lake", what="Archive: {n} {n:event|events} in {files} {files:file|files}.", values=values
    )
    if not damaged:
        yield from _orders(stores)


def _orders(stores: Stores) -> Iterator[Finding]:
    for sources, orders in told_twice(stores).items():
        yield Finding(
            level="warning",
            part="orders",
            what="{n} {n:order is|orders are} told by several sources: {sources}.",
            why="Each telling counts, so there seem to be more orders and more revenue.",
            fix="Let one of these sources tell of completed orders, and no other.",
            values={"n": orders, "sources": sources},
        )


def _identity(stores: Stores) -> Iterator[Finding]:
    yield from _database(stores.state.problems(), "state.db")
    behind = stores.log.settled() - stores.identity.cursor()
    if behind > 0:
        yield Finding(
            level="warning",
            part="identity",
            what="Identity has {n} {n:event|events} still to read.",
            fix="It catches up by itself when the shop is next opened.",
            values={"n": behind},
        )
    elif behind < 0:
        yield Finding(
            level="error",
            part="identity",
            what="state.db knows more events than log.db.",
            fix="The two are copies of different moments: put back both from the same copy.",
        )
    totals = stores.identity.totals()
    values = {"persons": totals.persons, "orders": totals.anonymous, "n": len(stores.identity.suggestions())}
    yield Finding(
        level="ok",
        part="identity",
        what="Identity: {persons} {persons:customer|customers}, {orders} {orders:order|orders} of nobody known, "
        "{n} doubtful {n:link|links} left apart.",
        values=values,
    )


def _quarantine(stores: Stores) -> Iterator[Finding]:
    waiting = stores.quarantine.count()
    fix = "See why: periplo quarantine list SHOP" if waiting else ""
    level: Level = "warning" if waiting > MANY_REJECTS else "ok"
    yield Finding(
        level=level, part="quarantine", what="Quarantine: {n} {n:row waits|rows wait}.", fix=fix, values={"n": waiting}
    )


def _erasures(stores: Stores) -> Iterator[Finding]:
    if stores.erasures.running():
        yield Finding(
            level="warning",
            part="erasures",
            what="An erasure is running, or was killed.",
            fix="If none is running, open the shop once more: it is finished then.",
        )


def _cache(stores: Stores) -> Iterator[Finding]:
    places = stores.places
    if cache.read(places.cache) is None and (places.cache / "journeys.json").exists():
        yield Finding(
            level="warning",
            part="cache",
            what="The cache of journeys cannot be read.",
            fix="Nothing to do: it is made again when next needed.",
        )
    else:
        yield Finding(level="ok", part="cache", what="The cache is in order.")


def _segments(stores: Stores) -> Iterator[Finding]:
    known = _known(stores).segments
    yield Finding(level="ok", part="segments", what="Segments: {n}.", values={"n": len(known)})
    yield from _unseen(stores, "segments", known)


def _maps(stores: Stores) -> Iterator[Finding]:
    own = {name: MapDefinition.load(file, _known(stores)) for name, file in map_files(stores.places.maps).items()}
    yield Finding(level="ok", part="maps", what="Maps of the shop's own: {n}.", values={"n": len(own)})
    stages = {f"{name}: {stage}": where for name, each in own.items() for stage, where in each.stages}
    personas = {f"{name}: persona": each.persona for name, each in own.items() if each.persona}
    yield from _unseen(stores, "maps", stages | personas)


def _unseen(stores: Stores, part: str, predicates: Mapping[str, Predicate]) -> Iterator[Finding]:
    for where, name, near in unseen(stores, predicates):
        yield Finding(
            level="warning",
            part=part,
            what="{where} names an event that nobody has seen: “{name}”.",
            why="Did you mean {near}?" if near else "",
            fix="If it is still to come, there is nothing to do.",
            values={"where": where, "name": name, "near": near},
        )


def _known(stores: Stores) -> Known:
    zone = stores.settings.time_zone
    found = read_segments(stores.places.segments, stores.taxonomy, zone)
    return Known({name: segment.where for name, segment in found.items()}, stores.taxonomy, zone)


def _disk(stores: Stores) -> Iterator[Finding]:
    if not may_write(stores.places.root):
        yield Finding(
            level="error",
            part="disk",
            what="The folder of the shop may only be read: nothing can be collected.",
            fix="Let Periplo write there. If its disk had errors, the system's log tells of them.",
        )
    free, least = disk_usage(stores.places.root).free // MB, stores.settings.health.least_free_mb
    low = free < least
    yield Finding(
        level="warning" if low else "ok",
        part="disk",
        what="Disk: {n} MB are free.",
        fix="Free some space: with less than {least} MB a server is not ready." if low else "",
        values={"n": free, "least": least},
    )


def _backups(stores: Stores) -> Iterator[Finding]:
    for target in Targets(stores.places.root).all():
        found, values = backups(target), {"path": str(target)}
        if not found:
            yield Finding(
                level="warning",
                part="backups",
                what="There are no whole backups in {path}.",
                fix="Make one, or forget them: periplo backup SHOP {path} --forget",
                values=values,
            )
        else:
            newest = found[-1].manifest.made_at.date().isoformat()
            yield Finding(
                level="ok",
                part="backups",
                what="Backups in {path}: {n}, the newest of {day}.",
                values=values | {"n": len(found), "day": newest},
            )


def _database(problems: list[str], name: str) -> Iterator[Finding]:
    for problem in problems:
        yield Finding(
            level="error",
            part=name,
            what="{name} is damaged: {problem}.",
            fix="Put it back from a copy of the shop, or import your files into a new shop.",
            values={"name": name, "problem": problem},
        )


def _machine_code(_: Stores) -> Iterator[Finding]:
    if not KEPT:
        yield Finding(
            level="warning",
            part="machine code",
            what="Compiled code cannot be kept: each process compiles for itself, which takes a minute.",
            why="Neither the program's folder nor a home can be written.",
            fix="Name a folder that lasts: NUMBA_CACHE_DIR.",
        )


_PARTS: dict[str, Look] = {
    "settings": _settings,
    "log": _log,
    "lake": _lake,
    "identity": _identity,
    "quarantine": _quarantine,
    "erasures": _erasures,
    "segments": _segments,
    "maps": _maps,
    "cache": _cache,
    "disk": _disk,
    "backups": _backups,
    "machine code": _machine_code,
}
