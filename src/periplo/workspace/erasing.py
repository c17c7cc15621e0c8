"""A person erased from every store of a shop, whatever is killed meanwhile: what is to go is noted first, durably."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from shutil import rmtree
from uuid import uuid4

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from periplo.errors import ShopBusy
from periplo.events.model import Event
from periplo.events.schema import STORED
from periplo.identity import COLUMNS
from periplo.privacy import Beyond, Erased, Plan, Texts, together
from periplo.privacy.redacting import Named, names_in_text
from periplo.workspace import dropped
from periplo.workspace.decisions import without_names
from periplo.workspace.following import follow
from periplo.workspace.recording import WAIT_S, move, record
from periplo.workspace.stores import Stores

EVENT = "Person Erased"


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure would take away: the identifiers by kind, how many events and refused rows; and in how many
    events of others the person is named, who stay and lose the name. ``files``: put away in drop folders, which go."""

    number: int
    identifiers: Texts
    events: int
    named_by_others: int
    rejects: int
    files: int = 0


def foresee(stores: Stores, number: int) -> Foreseen:
    """What erasing a customer would do; nothing is changed."""
    plan = _plan(stores, stores.identity.ids_of(number).tolist())
    return Foreseen(
        number=number,
        identifiers=plan.texts,
        events=len(plan.places),
        named_by_others=len(plan.others),
        rejects=len(plan.rejects),
        files=len(plan.files),
    )


def erase(stores: Stores, number: int) -> Erased:
    """Erases a customer, and finishes what was begun before. Waits for its turn, then raises ``ShopBusy``."""
    with stores.lock.hold(WAIT_S):
        stores.clear()
        resume(stores)
        move(stores)
        plan = _plan(stores, stores.identity.ids_of(number).tolist())
        stores.erasures.begin(plan)
        return _carry_out(stores, plan)


def erase_known(stores: Stores, texts: Texts) -> list[Erased]:
    """Erases in a copy of the shop (a backup) whoever has one of these identifiers there."""
    follow(stores)
    numbers = stores.identity.customers_with(texts)
    done = [erase(stores, number) for number in numbers.tolist()]
    dropped.remove(stores, texts)  # also where nobody has them there
    return done


def finish(stores: Stores) -> None:
    """Finishes an erasure that was killed, unless one is running now."""
    if stores.erasures.running():
        with suppress(ShopBusy), stores.lock.hold(wait_s=0):
            stores.clear()
            resume(stores)


def resume(stores: Stores) -> None:
    """Finishes an erasure that was killed. Only with the lock held."""
    plan = stores.erasures.running()
    if plan:
        _carry_out(stores, plan)


def _plan(stores: Stores, ids: list[int]) -> Plan:
    settled = follow(stores)
    texts = stores.identity.subject(np.array(ids, np.int64)).texts
    about = stores.quarantine.about(names_in_text(texts))
    plan = Plan(
        erasure_id=uuid4().hex,
        begun=datetime.now(UTC),
        ids=ids,
        texts=texts,
        rejects=[row.reject_id for row in about],
        files=[str(file) for file in dropped.naming(stores, texts)],
    )
    return _and_events(stores, plan, settled)


def _and_events(stores: Stores, plan: Plan, until_seq: int) -> Plan:
    """The plan with the events up to a place: the person's own, and those of others that name them."""
    named, mine, others, newest = Named(plan.texts), [plan.places], [plan.others], [plan.newest]
    columns = list(dict.fromkeys([*COLUMNS, *named.columns(), "occurred_at"]))
    customers = np.setdiff1d(stores.identity.current(np.array(plan.ids, np.int64)), [0])
    for batch in stores.events(columns, plan.until_seq, until_seq):
        own = np.isin(stores.identity.customers_of(batch), customers)
        mine.append(batch["seq"].filter(pa.array(own)).to_pylist())
        newest.append(pc.max(batch["occurred_at"].filter(pa.array(own))).as_py())
        there = pc.and_(named.there(batch), pa.array(~own))
        others.append(batch["seq"].filter(there).to_pylist())
    others.append([decision.seq for decision in stores.identity.decisions() if decision.names(plan.texts)])
    latest = max(filter(None, newest), default=None)
    return replace(plan, places=_flat(mine), others=_flat(others), until_seq=until_seq, newest=latest)


def _carry_out(stores: Stores, plan: Plan) -> Erased:
    """All steps, each of which may be done again. Only with the lock held."""
    move(stores)
    _rewrite(stores, plan)
    whole = _forget(stores, plan)
    if whole != plan:  # what came in between
        move(stores)
        _rewrite(stores, whole)
    stores.quarantine.erase(whole.rejects)
    dropped.remove(stores, whole.texts)
    done = stores.erasures.note(whole, _scrub(stores))
    record(stores, [_as_event(done)])
    stores.erasures.end()
    return done


def _rewrite(stores: Stores, plan: Plan) -> None:
    """Takes the events out of the archive, and the name out of those of others."""
    instead = STORED.empty_table()
    if plan.others:
        others = without_names(stores.events_at(np.array(plan.others, np.int64)), plan.texts)
        instead = Named(plan.texts).taken_out(others)
    stores.lake.erase([*plan.places, *plan.others], instead, note={"erasure_id": plan.erasure_id})


def _forget(stores: Stores, plan: Plan) -> Plan:
    """Lets identity forget who it was. Nobody follows meanwhile, so that no event is left without its customer; what
    came since the plan was made goes too."""
    with stores.identity.erasing(np.array(plan.ids, np.int64)) as (subject, cursor):
        whole = replace(plan, ids=subject.ids, texts=together([plan.texts, subject.texts]))
        if cursor > plan.until_seq:
            whole = _and_events(stores, whole, cursor)
        if whole != plan:
            stores.erasures.begin(whole)
    return whole


def _scrub(stores: Stores) -> list[Beyond]:
    """Removes what was made of the old events, and what the stores keep of what they deleted; answers what cannot be
    reached."""
    places = stores.places
    for folder in (places.cache, places.staging):
        rmtree(folder, ignore_errors=True)
    (places.root / "map.html").unlink(missing_ok=True)
    stores.lake.scrub()
    stores.kept.drop_all()
    stores.log_database.compact()
    stores.state.compact()
    overwritten = stores.log_database.overwrite()
    if not stores.settings.database:
        return []
    return ["copies"] if overwritten else ["copies", "wal"]


def _as_event(done: Erased) -> Event:
    """What stays: an event of nobody that says how much was erased, and of whom only a hash."""
    told = {"subject": done.subject, "events": done.events, "named_by_others": done.rewritten, "rejects": done.rejects}
    told |= {"files": done.files}
    return Event(
        source="periplo",
        event_id=done.erasure_id,
        type="erasure",
        event=EVENT,
        channel="other",
        occurred_at=done.ended,
        received_at=done.ended,
        properties=msgspec.json.encode(told).decode(),
    )


def _flat(lists: Iterable[list[int]]) -> list[int]:
    return sorted({one for some in lists for one in some})
