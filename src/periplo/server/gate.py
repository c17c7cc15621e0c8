"""The gate before every route: who asks, whether the route's rule lets them, and whether the request is their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from periplo.access import LOCAL, NOBODY, REFUSED, Access, By, Limits, Owes, Permission, Visitor
from periplo.errors import FactorNeeded, NotAllowed
from periplo.server.address import host_of, is_loopback
from periplo.server.caller import Caller, caller_of
from periplo.server.cookie import SessionCookie
from periplo.server.faults import NO_OWNER, WRONG_TOKEN
from periplo.server.forgery import SAFE, check_form, check_origin
from periplo.server.rules import Rule, rule_of

MISDIRECTED = 421
_BEARER = {"WWW-Authenticate": "Bearer"}


class Gate(ASGIMiddleware):
    """``local``: the server listens on this machine only; until somebody joins, whoever sits there may do all."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, access: Access, cookie: SessionCookie, *, local: bool, limits: Limits) -> None:
        self._access, self._cookie, self._local, self._limits = access, cookie, local, limits

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = Request[Any, Any, Any](scope, receive, send)
        rule = rule_of(scope["route_handler"])
        if rule is not Rule.PROBE and not (rule is Permission.OPERATION and _is_this_machine(request)):
            await self._look(request, rule)
        await next_app(scope, receive, send)

    async def _look(self, request: Request[Any, Any, Any], rule: Rule | Permission) -> None:
        caller = caller_of(request)
        visitor = request.scope["state"]["visitor"] = await asyncio.to_thread(self._visitor, request, caller)
        if rule is not Rule.ANYBODY and visitor is not LOCAL:
            self._limits.take(visitor.key or caller.address)
        await self._admit(request, rule, visitor, caller)
        if request.method in SAFE or visitor.kind == "token":
            return
        check_origin(request, rides=visitor.kind == "person")
        if visitor.kind == "person" and rule is not Rule.ANYBODY:
            await check_form(request, visitor)

    def _visitor(self, request: Request[Any, Any, Any], caller: Caller) -> Visitor:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._program(given.strip(), caller)
        known = self._cookie.of(request, caller)
        person = self._access.sessions.visitor(known) if known else None
        return person or self._at_the_machine(request, caller) or NOBODY

    def _program(self, given: str, caller: Caller) -> Visitor:
        found = self._access.tokens.visitor(given)
        if found is None:
            self._limits.take(caller.address)
            raise NotAuthorizedException(headers=_BEARER, extra={"fault": WRONG_TOKEN})
        return found

    def _at_the_machine(self, request: Request[Any, Any, Any], caller: Caller) -> Visitor | None:
        """Without people only names of this machine are answered, and no proxy (DNS rebinding, strangers let in)."""
        if not self._local or not self._access.deserted():
            return None
        if caller.proxied or not is_loopback(host_of(request.headers.get("host", ""))):
            raise HTTPException(status_code=MISDIRECTED)
        return LOCAL

    async def _admit(
        self, request: Request[Any, Any, Any], rule: Rule | Permission, visitor: Visitor, caller: Caller
    ) -> None:
        if rule is Rule.ANYBODY:
            return
        if visitor is NOBODY:
            empty = await asyncio.to_thread(self._access.deserted)
            raise NotAuthorizedException(headers=_BEARER, extra={"fault": NO_OWNER} if empty else {})
        if not _lets(rule, visitor):
            if visitor.owes:
                raise _owing(visitor.owes)
            what = f"{request.method} {request.url.path}"
            by = By(visitor.who, caller.address)
            await asyncio.to_thread(self._access.audit.note, by, "not_allowed", what, REFUSED)
            raise _not_allowed(rule, visitor)


def _is_this_machine(request: Request[Any, Any, Any]) -> bool:
    """Whether a program on the machine itself asks; no proxy, and no page that a browser there was sent to."""
    caller = caller_of(request)
    named = is_loopback(host_of(request.headers.get("host", "")))
    return named and is_loopback(caller.address) and not caller.proxied and "sec-fetch-site" not in request.headers


_LETS: Mapping[Rule, tuple[Owes, ...]] = {
    Rule.PERSON: ("",),
    Rule.ENROLLING: ("", "factor"),
    Rule.PASSWORD: ("", "factor", "code"),
}
"""What a person may still owe."""


def _lets(rule: Rule | Permission, visitor: Visitor) -> bool:
    if isinstance(rule, Permission):
        return rule in visitor.may
    return visitor.kind == "person" and visitor.owes in _LETS[rule]


def _owing(owes: Owes) -> FactorNeeded:
    if owes == "code":
        return FactorNeeded("The code of your second factor is still to come.", fix="Give it, or sign out.")
    return FactorNeeded(
        "Everybody here needs a second factor, and you have none yet.",
        fix="Set one up; it takes a minute and an app on your phone.",
    )


def _not_allowed(rule: Rule | Permission, visitor: Visitor) -> NotAllowed:
    if isinstance(rule, Rule):
        return NotAllowed("This is for people who signed in.", fix="Open it in a browser, after signing in.")
    if visitor.kind == "token":
        return NotAllowed("The token has no scope “{scope}”.", fix="Make a token that has it.", scope=rule)
    return NotAllowed(
        "Your role does not reach so far.",
        why="It would have to include “{permission}”.",
        fix="Ask an owner of this workspace.",
        permission=rule,
    )
