"""What was refused: why, how it should be, and whether it goes in now."""

from __future__ import annotations

from typing import Annotated

from litestar.params import FromPath, JSONBody, QueryParameter

from periplo.access import By, Permission
from periplo.errors import UsageError
from periplo.language import Lang
from periplo.log import Reject
from periplo.server.api.parameters import Limit, Offset, deciding, route
from periplo.server.api.shapes import (
    DiscardedAnswer,
    DiscardWanted,
    MendWanted,
    QuarantineAnswer,
    RefusedAnswer,
    RefusedRow,
    ReplayedAnswer,
    ReplayWanted,
)
from periplo.server.given import TheAccess, TheCaller, TheDesk, TheReader, TheRefusals, TheVisitor

Origin = Annotated[str | None, QueryParameter(description="Only what came from this source or file.")]
Stage = Annotated[str | None, QueryParameter(description="Where refused: import, parse, plan, webhook, read, dedupe.")]
Rule = Annotated[str | None, QueryParameter(description="Only what broke this rule.")]


@route("/quarantine", Permission.EDIT, tags=["Quarantine"], summary="What was refused")
def quarantine(
    refusals: TheRefusals,
    reader: TheReader,
    source: Origin = None,
    stage: Stage = None,
    rule: Rule = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> QuarantineAnswer:
    """Rows of files and live messages that wait to be mended, whole, with the reason."""
    kept = refusals.quarantine
    rows = kept.list(limit=limit, offset=offset, file=source, stage=stage, rule=rule)
    return QuarantineAnswer(
        total=kept.count(file=source, stage=stage, rule=rule),
        offset=offset,
        rows=[_row(row, reader.lang) for row in rows],
    )


@route("/quarantine/{reject_id:str}", Permission.EDIT, tags=["Quarantine"], summary="One that was refused")
def refused(refusals: TheRefusals, reader: TheReader, reject_id: FromPath[str]) -> RefusedAnswer:
    """As it came, and as somebody mended it."""
    return RefusedAnswer(row=_row(refusals.quarantine.show(reject_id), reader.lang))


@deciding("/quarantine/{reject_id:str}/mend", Permission.EDIT, tags=["Quarantine"], summary="Mend one")
def mend(
    refusals: TheRefusals,
    reader: TheReader,
    visitor: TheVisitor,
    access: TheAccess,
    caller: TheCaller,
    reject_id: FromPath[str],
    data: JSONBody[MendWanted],
) -> RefusedAnswer:
    """`changes` of values by their place, or the whole `text`; it is kept as it was, too, and read when replayed."""
    if bool(data.changes) == (data.text is not None):
        raise UsageError("Say what to change.", fix="Give “changes” or “text”.")
    row = refusals.mend(reject_id, text=data.text, changes=data.changes)
    access.audit.note(By(visitor.who, caller.address), "mend_refused", row.reject_id)
    return RefusedAnswer(row=_row(row, reader.lang))


@deciding("/quarantine/replay", Permission.EDIT, tags=["Quarantine"], summary="Read again what was refused")
def replay(
    desk: TheDesk, visitor: TheVisitor, access: TheAccess, caller: TheCaller, data: JSONBody[ReplayWanted]
) -> ReplayedAnswer:
    """All that wait, or those of `ids`, as they are or as they were mended. What is refused again stays."""
    report = desk.shop.replay_quarantine(only=data.ids)
    access.audit.note(By(visitor.who, caller.address), "replay_refused", f"{report.accepted} of {report.read}")
    return ReplayedAnswer(
        read=report.read, accepted=report.accepted, duplicates=report.duplicates, rejected=report.rejected
    )


@deciding("/quarantine/discard", Permission.EDIT, tags=["Quarantine"], summary="Forget what was refused")
def discard(
    desk: TheDesk, visitor: TheVisitor, access: TheAccess, caller: TheCaller, data: JSONBody[DiscardWanted]
) -> DiscardedAnswer:
    """Those of `ids` that wait. They do not come back."""
    gone = desk.shop.quarantine.discard(data.ids)
    access.audit.note(By(visitor.who, caller.address), "discard_refused", str(gone))
    return DiscardedAnswer(discarded=gone)


def _row(row: Reject, lang: Lang) -> RefusedRow:
    shown = row.legible()
    return RefusedRow(
        id=row.reject_id,
        source=row.file,
        line=row.line,
        stage=row.stage,
        rule=row.rule,
        path=row.field,
        reason=row.tell(lang),
        raw=shown.raw,
        mended=shown.mended,
        refused_at=row.rejected_at,
        mended_at=row.mended_at,
        replayed_at=row.replayed_at,
    )
