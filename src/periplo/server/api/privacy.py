"""What a person may ask for: everything that is known of them, and that it is erased."""

from __future__ import annotations

from litestar import Response
from litestar.params import FromPath, JSONBody

from periplo.access import By, Permission
from periplo.errors import UsageError
from periplo.server.api.parameters import deciding, route
from periplo.server.api.shapes import ErasedAnswer, ErasuresAnswer, ErasureWanted, ForeseenAnswer
from periplo.server.given import TheAccess, TheCaller, TheDesk, TheVisitor
from periplo.server.person import numbered
from periplo.workspace import zipped_export


@route("/customers/{number:int}/export", Permission.ERASE, tags=["Privacy"], summary="All that is known of one person")
def export(
    desk: TheDesk, visitor: TheVisitor, access: TheAccess, caller: TheCaller, number: FromPath[int]
) -> Response[bytes]:
    """A zip with the profile, the identifiers, every event and refused row, as JSON."""
    with numbered(number):
        body = zipped_export(desk.shop.export_person(number))
    access.audit.note(By(visitor.who, caller.address), "export_person", str(number))
    headers = {"Content-Disposition": f'attachment; filename="customer-{number}.zip"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/zip", headers=headers)


@route("/customers/{number:int}/erasure", Permission.ERASE, tags=["Privacy"], summary="What an erasure would take away")
def foresee(desk: TheDesk, number: FromPath[int]) -> ForeseenAnswer:
    """The identifiers, and how many events and refused rows; nothing is changed."""
    with numbered(number):
        return ForeseenAnswer(version=desk.shop.version(), foreseen=desk.shop.foresee_erasure(number))


@deciding("/customers/{number:int}/erasure", Permission.ERASE, tags=["Privacy"], summary="Erase one person")
def erase(
    desk: TheDesk,
    visitor: TheVisitor,
    access: TheAccess,
    caller: TheCaller,
    number: FromPath[int],
    data: JSONBody[ErasureWanted],
) -> ErasedAnswer:
    """From every part of the shop, beyond recall; `erase` repeats the customer's number."""
    if data.erase != number:
        raise UsageError(
            "The number to erase is {given}, the address says {number}.",
            fix="Repeat the customer's number under “erase”.",
            given=data.erase,
            number=number,
        )
    with numbered(number):
        *_, done = desk.shop.erase_person(number)
    access.audit.note(By(visitor.who, caller.address), "erase_person", done.subject)
    return ErasedAnswer(version=desk.shop.version(), erased=done)


@route("/erasures", Permission.ERASE, tags=["Privacy"], summary="What was erased")
def erasures(desk: TheDesk) -> ErasuresAnswer:
    """How much and when; of whom only a keyed hash is left."""
    return ErasuresAnswer(version=desk.shop.version(), erasures=desk.shop.erasures())
