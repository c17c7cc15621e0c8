"""The door of the server: a browser that goes in takes a session's cookie along, and leaves it when it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from periplo.access import Access, By, Owes, Visitor
from periplo.server.caller import Caller
from periplo.server.cookie import SessionCookie

OWED: Mapping[Owes, str] = {"code": "/sign-in/code", "factor": "/account/second-factor"}
"""Where what is owed is brought."""


class Door:
    def __init__(self, access: Access, cookie: SessionCookie) -> None:
        self._access, self._cookie = access, cookie

    def enter(self, secret: str, before: Visitor, caller: Caller, to: str) -> Redirect:
        """Goes on with a new session; one that the browser had before ends, so that nobody can plant theirs."""
        if before.session_id:
            self._access.sessions.end(before.user_id, before.session_id, By(before.who, caller.address))
        return Redirect(self._way(secret, local(to)), status_code=303, cookies=[self._cookie.carrying(secret, caller)])

    def carry(self, answer: Response[str], secret: str, caller: Caller) -> Response[str]:
        """The page that is shown at once, with the cookie of a new session."""
        answer.set_cookie(self._cookie.carrying(secret, caller))
        return answer

    def leave(self, caller: Caller) -> Redirect:
        """Goes out: the cookie goes, and what the browser kept of the pages."""
        gone = self._cookie.carrying("", caller)
        return Redirect("/sign-in", status_code=303, cookies=[gone], headers={"Clear-Site-Data": '"cache"'})

    def _way(self, secret: str, to: str) -> str:
        """Where they wanted to go, or first to what they still owe, which leads on from there."""
        visitor = self._access.sessions.visitor(secret)
        return way_to(visitor.owes, to) if visitor and visitor.owes else to


def way_to(owes: Owes, back: str) -> str:
    """Where what is owed is brought, to go back from there to where they wanted to go."""
    return f"{OWED[owes]}?{urlencode({'back': back})}"


def local(address: str) -> str:
    """An address on this server; anything that could lead elsewhere becomes the map."""
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if safe else "/"
