"""The door of the server: a browser that goes in takes a session's cookie along, and leaves it when it goes out."""

from __future__ import annotations

from litestar.response import Redirect

from periplo.access import Access, By, Visitor
from periplo.server.caller import Caller
from periplo.server.cookie import SessionCookie


class Door:
    def __init__(self, access: Access, cookie: SessionCookie) -> None:
        self._access, self._cookie = access, cookie

    def enter(self, secret: str, before: Visitor, caller: Caller, to: str) -> Redirect:
        """Goes on with a new session; one that the browser had before ends, so that nobody can plant theirs."""
        if before.session_id:
            self._access.sessions.end(before.user_id, before.session_id, By(before.who, caller.address))
        return Redirect(local(to), status_code=303, cookies=[self._cookie.carrying(secret, caller)])

    def leave(self, caller: Caller) -> Redirect:
        """Goes out: the cookie goes, and what the browser kept of the pages."""
        gone = self._cookie.carrying("", caller)
        return Redirect("/sign-in", status_code=303, cookies=[gone], headers={"Clear-Site-Data": '"cache"'})


def local(address: str) -> str:
    """An address on this server; anything that could lead elsewhere becomes the map."""
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if safe else "/"
