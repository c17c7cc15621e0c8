"""What was refused: why, each whole, to be mended, read again, or forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from periplo.access import By, Permission, Visitor
from periplo.errors import PeriploError, UsageError
from periplo.language import Lang, moment, number, t
from periplo.log import Reject
from periplo.server.caller import Caller
from periplo.server.desk import Desk
from periplo.server.given import TheCaller, TheDesk, TheReader, TheRefusals, TheVisitor
from periplo.server.keys import UNVERSIONED
from periplo.server.legible import pieces, typed
from periplo.server.pages.customers import At, pages
from periplo.server.pages.doors import Form
from periplo.server.reader import Reader
from periplo.server.render import own_page, wrong
from periplo.server.rules import needs
from periplo.workspace import Shop

REFUSED = needs(Permission.EDIT, UNVERSIONED)
SIZE = 50
MOST_PLACES = 80
MOST_SHOWN, MOST_TYPED = 64 * 1024, 48 * 1024
"""Characters of a row that are shown, and up to which the whole of it can be written anew on the page."""

Count = Annotated[int | None, QueryParameter(ge=0, le=2**53)]

PLACE, ROW = "place:", "row:"
STAGES = {
    "import": "Importing a file",
    "parse": "At the door",
    "plan": "Tracking plan",
    "webhook": "Webhook",
    "read": "Reading it whole",
    "dedupe": "Seen before, with other content",
}


@get("/quarantine", include_in_schema=False, sync_to_thread=True, opt=REFUSED)
def quarantine(
    desk: TheDesk,
    refusals: TheRefusals,
    reader: TheReader,
    source: FromQuery[str] = "",
    stage: FromQuery[str] = "",
    rule: FromQuery[str] = "",
    read: Count = None,
    went_in: Count = None,
    gone: Count = None,
    page: At = 1,
) -> Response[str]:
    asked = {"source": source, "stage": stage, "rule": rule}
    wanted: dict[str, Any] = {"file": source, "stage": stage, "rule": rule}
    kept, lang, zone = refusals.quarantine, reader.lang, desk.shop.settings.time_zone
    total = kept.count(**wanted)
    rows = kept.list(limit=SIZE, offset=(page - 1) * SIZE, newest=True, **wanted)
    waiting = kept.waiting()

    def address(**changes: int) -> str:
        told = {name: value for name, value in (asked | changes).items() if value and (name, value) != ("page", 1)}
        return f"/quarantine?{urlencode(told)}" if told else "/quarantine"

    return own_page(
        "quarantine.html",
        reader,
        here=address(page=page),
        shop=desk.shop.settings,
        veiled=refusals.hides_names,
        asked=asked,
        done=_done(read, went_in, gone, lang),
        choices={
            "source": [(name, name) for name in sorted({source for source, _, _ in waiting} | {source} - {""})],
            "stage": [(name, t(STAGES.get(name, name), lang)) for name in sorted({stage for _, stage, _ in waiting})],
            "rule": [(name, name) for name in sorted({rule for _, _, rule in waiting} - {""})],
        },
        rows=[_row(row, lang, zone) for row in rows],
        pages=pages(address, page, SIZE, len(rows), total),
        filtered=any(asked.values()),
    )


@get("/quarantine/{reject_id:str}", include_in_schema=False, sync_to_thread=True, opt=REFUSED)
def refused(desk: TheDesk, refusals: TheRefusals, reader: TheReader, reject_id: FromPath[str]) -> Response[str]:
    return _refused(desk, refusals, reader, reject_id)


@post("/quarantine/{reject_id:str}", include_in_schema=False, sync_to_thread=True, opt=REFUSED)
def mend(
    data: Form,
    desk: TheDesk,
    refusals: TheRefusals,
    visitor: TheVisitor,
    caller: TheCaller,
    reader: TheReader,
    reject_id: FromPath[str],
) -> Response[str] | Redirect:
    """Keeps how it should be: values that were changed, or the whole text; then reads it again where that is asked."""
    try:
        row = refusals.quarantine.show(reject_id)
        if _mended(refusals, row, data):
            _note(desk, visitor, caller, "mend_refused", row.reject_id)
        if data.get("then") == "replay":
            _replay(desk, visitor, caller, [row.reject_id])
    except UsageError as error:
        return _refused(desk, refusals, reader, reject_id, error)
    return Redirect(f"/quarantine/{row.reject_id}", status_code=303)


@post("/quarantine/settle", include_in_schema=False, sync_to_thread=True, opt=REFUSED)
def settle(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    """Reads the chosen rows again, or forgets them."""
    ids = [name.removeprefix(ROW) for name in data if name.startswith(ROW)]
    if data.get("then") == "discard":
        gone = desk.shop.quarantine.discard(ids)
        _note(desk, visitor, caller, "discard_refused", str(gone))
        return _back(data, gone=gone)
    return _back(data, **_replay(desk, visitor, caller, ids))


@post("/quarantine/replay", include_in_schema=False, sync_to_thread=True, opt=REFUSED)
def replay_all(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    """Reads all rows again that the filter finds."""
    wanted = {"file": data.get("source"), "stage": data.get("stage"), "rule": data.get("rule")}
    only = desk.shop.quarantine.ids(**wanted) if any(wanted.values()) else None
    return _back(data, **_replay(desk, visitor, caller, only))


def _mended(refusals: Shop, row: Reject, data: dict[str, str]) -> bool:
    """Keeps what somebody changed; whether they changed anything."""
    if "text" in data:
        text = data["text"].replace("\r\n", "\n")
        if refusals.hides_names or text == typed(row.text):
            return False
        refusals.mend(row.reject_id, text=text)
        return True
    texts = {name.removeprefix(PLACE): text for name, text in data.items() if name.startswith(PLACE)}
    if data.get("new-place"):
        texts[data["new-place"].strip()] = data.get("new-value", "")
    return refusals.retype(row.reject_id, texts)


def _replay(desk: Desk, visitor: Visitor, caller: Caller, only: Sequence[str] | None) -> dict[str, int]:
    report = desk.shop.replay_quarantine(only=only)
    _note(desk, visitor, caller, "replay_refused", f"{report.accepted} of {report.read}")
    return {"read": report.read, "went_in": report.read - report.rejected}


def _note(desk: Desk, visitor: Visitor, caller: Caller, action: str, what: str) -> None:
    desk.shop.access.audit.note(By(visitor.who, caller.address), action, what)


def _back(data: dict[str, str], **done: int) -> Redirect:
    """To the list, as it was filtered, with what was done."""
    asked = {name: data[name] for name in ("source", "stage", "rule") if data.get(name)}
    return Redirect(f"/quarantine?{urlencode(asked | done)}", status_code=303)


def _done(read: int | None, went_in: int | None, gone: int | None, lang: Lang) -> str:
    if gone is not None:
        return t("Forgotten: {n}", lang, n=number(gone, lang))
    if read is None:
        return ""
    return t("Read again: {n}; went in: {went}", lang, n=number(read, lang), went=number(went_in or 0, lang))


def _row(row: Reject, lang: Lang, zone: str) -> dict[str, Any]:
    return {
        "id": row.reject_id,
        "reason": row.tell(lang),
        "source": row.file,
        "stage": t(STAGES.get(row.stage, row.stage), lang),
        "rule": row.rule,
        "place": row.field,
        "at": moment(row.rejected_at, lang, zone),
        "mended": row.mended is not None,
        "begins": pieces(row.text[:160]),
    }


def _refused(
    desk: Desk, refusals: Shop, reader: Reader, reject_id: str, error: PeriploError | None = None
) -> Response[str]:
    row, lang, zone = refusals.quarantine.show(reject_id), reader.lang, desk.shop.settings.time_zone
    waits = row.replayed_at is None
    places = refusals.places(row) if waits else {}
    first = {row.field: places.get(row.field, "")} if places and row.field else {}
    return own_page(
        "refused.html",
        reader,
        error,
        here=f"/quarantine/{row.reject_id}",
        shop=desk.shop.settings,
        wrong=wrong(error, reader) if error else None,
        veiled=refusals.hides_names,
        row=_row(row, lang, zone),
        line=number(row.line, lang),
        live=row.receipt is not None or row.stage != "import",
        waits=waits,
        replayed=moment(row.replayed_at, lang, zone) if row.replayed_at else "",
        mended_at=moment(row.mended_at, lang, zone) if row.mended_at else "",
        header=row.header,
        original=pieces(row.raw[:MOST_SHOWN]),
        mended=pieces(row.mended[:MOST_SHOWN]) if row.mended is not None else [],
        cut=len(row.raw) > MOST_SHOWN,
        size=number(row.size, lang),
        places=list((first | places).items())[:MOST_PLACES],
        more=max(0, len(first | places) - MOST_PLACES),
        text=typed(row.text) if waits and len(row.text) <= MOST_TYPED and not refusals.hides_names else None,
    )
