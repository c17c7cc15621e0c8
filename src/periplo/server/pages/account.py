"""One's own account: the password, the sessions, the tokens."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from periplo.access import MOST_DAYS, By, Permission, Token, Visitor
from periplo.errors import AccessError, PeriploError, UsageError
from periplo.language import Lang, day, moment
from periplo.server.browser import short
from periplo.server.desk import Desk
from periplo.server.given import TheAccess, TheCaller, TheDesk, TheDoor, TheReader, TheVisitor
from periplo.server.keys import UNVERSIONED
from periplo.server.pages.doors import Form
from periplo.server.pages.roles import PERMISSION_LABELS, ROLE_LABELS
from periplo.server.reader import Reader
from periplo.server.render import own_page, wrong
from periplo.server.rules import Rule, needs

OWN = needs(Rule.PERSON, UNVERSIONED)
DAYS = (7, 30, 90, MOST_DAYS)


@get("/account", include_in_schema=False, sync_to_thread=True, opt=OWN)
def account(desk: TheDesk, reader: TheReader) -> Response[str]:
    return account_page(desk, reader)


@post("/account/password", include_in_schema=False, sync_to_thread=True, opt=OWN)
def change_password(
    data: Form, desk: TheDesk, door: TheDoor, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    """A new password ends all other sessions, and this one goes on under a new secret."""
    old, new = data.get("old", ""), data.get("new", "")
    try:
        secret = desk.shop.access.entrance.change_password(visitor.who, old, new, caller.address, caller.browser)
    except (AccessError, UsageError) as error:
        return account_page(desk, reader, error)
    return door.enter(secret, visitor, caller, "/account")


@post("/account/sessions/end", include_in_schema=False, sync_to_thread=True, opt=OWN)
def end_session(data: Form, access: TheAccess, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    access.sessions.end(visitor.user_id, data.get("session", ""), By(visitor.who, caller.address))
    return Redirect("/account", status_code=303)


@post("/account/sign-out-everywhere", include_in_schema=False, sync_to_thread=True, opt=OWN)
def sign_out_everywhere(access: TheAccess, door: TheDoor, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    access.sessions.end_all(visitor.user_id, By(visitor.who, caller.address))
    return door.leave(caller)


@post("/account/tokens", include_in_schema=False, sync_to_thread=True, opt=OWN)
def make_token(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader) -> Response[str]:
    """Makes a token and shows it, this once."""
    scopes = [one for one in Permission if data.get(f"scope-{one}") and one in visitor.may]
    by, days = By(visitor.who, caller.address), data.get("days", "")
    try:
        _, secret = desk.shop.access.tokens.make(
            data.get("name", ""),
            scopes,
            int(days) if days.isdecimal() and len(days) < 5 else 0,
            by,
            user_id=visitor.user_id,
        )
    except UsageError as error:
        return account_page(desk, reader, error)
    return account_page(desk, reader, made=secret)


@post("/account/tokens/revoke", include_in_schema=False, sync_to_thread=True, opt=OWN)
def revoke_token(data: Form, access: TheAccess, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    by = By(visitor.who, caller.address)
    access.tokens.revoke(data.get("token", ""), by, user_id=visitor.user_id)
    return Redirect("/account", status_code=303)


def account_page(desk: Desk, reader: Reader, error: PeriploError | None = None, made: str = "") -> Response[str]:
    access, who, zone = desk.shop.access, reader.who, desk.shop.settings.time_zone
    factor = access.factors.of(who.user_id)
    return own_page(
        "account.html",
        reader,
        error,
        here="/account",
        shop=desk.shop.settings,
        wrong=wrong(error, reader) if error else None,
        made=made,
        role=ROLE_LABELS[who.role] if who.role else "",
        factor={"since": day(factor.since, reader.lang, zone), "codes": factor.codes} if factor else None,
        sessions=[
            {
                "id": one.session_id,
                "now": one.session_id == who.session_id,
                "browser": short(one.browser),
                "address": one.address or "–",
                "seen": moment(one.seen, reader.lang, zone),
            }
            for one in access.sessions.of(who.user_id)
        ],
        tokens=token_rows(access.tokens.list(who.user_id), reader.lang, zone),
        scopes=scopes_of(who),
        days=DAYS,
    )


def scopes_of(who: Visitor) -> list[tuple[str, str]]:
    """The scopes a person can give to a token, with their meaning."""
    return [(one, PERMISSION_LABELS[one]) for one in Permission if one in who.may]


def token_rows(tokens: list[Token], lang: Lang, zone: str) -> list[dict[str, Any]]:
    """Tokens as lists show them."""
    return [
        {
            "id": one.token_id,
            "name": one.name,
            "person": one.person or "–",
            "beginning": one.beginning,
            "scopes": [PERMISSION_LABELS[scope] for scope in one.scopes],
            "expires": day(one.expires, lang, zone),
            "used": moment(one.used, lang, zone) if one.used else "–",
            "revoked": one.revoked is not None,
        }
        for one in tokens
    ]
