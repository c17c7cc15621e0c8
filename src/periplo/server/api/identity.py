"""Who is who: why identifiers are one customer, what was not joined, and what people decide about it."""

from __future__ import annotations

from typing import Annotated

from litestar.params import FromPath, JSONBody, QueryParameter

from periplo.access import By, Permission
from periplo.identity import Decision
from periplo.server.api.parameters import Limit, Offset, deciding, route
from periplo.server.api.shapes import (
    AlarmsAnswer,
    AlikeAnswer,
    Decided,
    DecisionsAnswer,
    ExplainAnswer,
    LinksAnswer,
    SuggestionsAnswer,
    Wanted,
)
from periplo.server.given import TheAccess, TheCaller, TheDesk, TheVisitor
from periplo.server.person import numbered
from periplo.workspace import Identities

Least = Annotated[float, QueryParameter(ge=0, le=1, description="The least probability.")]
One = Annotated[str, QueryParameter(description="An identifier: its value, or kind:value.")]


@route("/customers/{number:int}/links", Permission.CUSTOMERS, tags=["Identity"], summary="Why this is one customer")
def links(desk: TheDesk, number: FromPath[int]) -> LinksAnswer:
    """What joins a customer's identifiers: an event that carried two of them, or somebody who said so."""
    with numbered(number):
        return LinksAnswer(version=desk.shop.version(), links=desk.shop.identities.links(number))


@route("/identity/explain", Permission.CUSTOMERS, tags=["Identity"], summary="Why two identifiers are one")
def explain(desk: TheDesk, one: One, other: One) -> ExplainAnswer:
    """The shortest chain of links between two identifiers; none where they are two customers."""
    who = desk.shop.identities
    same = who.number_of(one) == who.number_of(other) > 0
    return ExplainAnswer(version=desk.shop.version(), one_customer=same, links=who.explain(one, other))


@route("/identity/suggestions", Permission.CUSTOMERS, tags=["Identity"], summary="Pairs that were not joined")
def suggestions(desk: TheDesk, limit: Limit = 50, offset: Offset = 0) -> SuggestionsAnswer:
    """Pairs of identifiers that one event carried and a limit keeps apart; a person may know better."""
    found = desk.shop.identities.suggestions()
    return SuggestionsAnswer(
        version=desk.shop.version(), total=len(found), offset=offset, suggestions=found[offset : offset + limit]
    )


@route("/identity/alike", Permission.CUSTOMERS, tags=["Identity"], summary="Customers who look alike")
def alike(desk: TheDesk, least: Least = 0.9, limit: Limit = 50) -> AlikeAnswer:
    """Customers who are one with at least this probability, by what was told of them; nothing is joined."""
    found = desk.remembered(("alike", least), lambda: desk.shop.identities.alike(least))
    return AlikeAnswer(version=desk.shop.version(), total=len(found), alike=found[:limit])


@route("/identity/alarms", Permission.CUSTOMERS, tags=["Identity"], summary="Customers who may be several people")
def alarms(desk: TheDesk) -> AlarmsAnswer:
    """Customers who grew too fast, and devices that many accounts use."""
    return AlarmsAnswer(version=desk.shop.version(), alarms=desk.remembered("alarms", desk.shop.identities.alarms))


@route("/identity/decisions", Permission.CUSTOMERS, tags=["Identity"], summary="What people decided")
def decisions(desk: TheDesk) -> DecisionsAnswer:
    """Every decision about identity, in order, with who took it and why."""
    return DecisionsAnswer(version=desk.shop.version(), decisions=desk.shop.identities.decisions())


@deciding("/identity/decisions", Permission.CORRECT, tags=["Identity"], summary="Decide who is who")
def decide(desk: TheDesk, visitor: TheVisitor, access: TheAccess, caller: TheCaller, data: JSONBody[Wanted]) -> Decided:
    """Merges, unmerges, blocks, accepts, dismisses or undoes; with `preview` it only answers what would change."""
    who = desk.shop.identities
    what = "merge" if data.what == "accept" else data.what
    expected = who.preview(what, data.one, data.other, undoes=data.undoes)
    if data.preview:
        return Decided(version=desk.shop.version(), decision=None, change=expected)
    taken = _take(who, data, visitor.who)
    access.audit.note(By(visitor.who, caller.address), "decide_identity", f"{data.what} {taken.seq}")
    return Decided(version=desk.shop.version(), decision=taken, change=expected)


def _take(who: Identities, wanted: Wanted, by: str) -> Decision:
    if wanted.what == "accept":
        return who.accept(wanted.one or "", wanted.other or "", by=by, why=wanted.why)
    return who.decide(wanted.what, wanted.one, wanted.other, undoes=wanted.undoes, by=by, why=wanted.why)
