"""The small forms: the reader's choices, signing in and out, and joining by a one-time link."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from periplo.access import By
from periplo.errors import AccessError, LinkGone, UsageError
from periplo.language import LANGUAGES
from periplo.server.door import local
from periplo.server.given import TheAccess, TheCaller, TheDoor, TheReader, TheVisitor
from periplo.server.keys import UNVERSIONED
from periplo.server.reader import LANG_COOKIE, NAMES, NAMES_COOKIE, THEME_COOKIE, THEMES, Reader
from periplo.server.render import own_page, wrong
from periplo.server.rules import Rule, needs

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
YEAR_S = 365 * 86400
OPEN = needs(Rule.ANYBODY, UNVERSIONED)


@post("/reader", include_in_schema=False, sync_to_thread=False, opt=OPEN)
def set_reader(data: Form, caller: TheCaller) -> Redirect:
    """Remembers the language, the theme or whether names are shown in a cookie, and goes back."""
    chosen = {
        LANG_COOKIE: data.get("lang") if data.get("lang") in LANGUAGES else None,
        THEME_COOKIE: data.get("theme") if data.get("theme") in THEMES else None,
        NAMES_COOKIE: data.get("names") if data.get("names") in NAMES else None,
    }
    cookies = [
        Cookie(key=name, value=value, max_age=YEAR_S, httponly=True, samesite="lax", secure=caller.secure)
        for name, value in chosen.items()
        if value
    ]
    return Redirect(local(data.get("back", "/")), status_code=303, cookies=cookies)


@get("/sign-in", include_in_schema=False, sync_to_thread=False, opt=OPEN)
def sign_in_page(reader: TheReader) -> Response[str]:
    return own_page("sign_in.html", reader, here="/sign-in", back="/", email="", wrong=None)


@post("/sign-in", include_in_schema=False, sync_to_thread=True, opt=OPEN)
def sign_in(
    data: Form, access: TheAccess, door: TheDoor, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    email, back = data.get("email", ""), local(data.get("back", "/"))
    try:
        secret = access.entrance.sign_in(email, data.get("password", ""), caller.address, caller.browser)
    except AccessError as error:
        told = wrong(error, reader)
        return own_page("sign_in.html", reader, error, here="/sign-in", back=back, email=email[:254], wrong=told)
    return door.enter(secret, visitor, caller, back)


@post("/sign-out", include_in_schema=False, sync_to_thread=True, opt=needs(Rule.PASSWORD, UNVERSIONED))
def sign_out(access: TheAccess, door: TheDoor, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    by = By(visitor.who, caller.address)
    access.sessions.end(visitor.user_id, visitor.session_id, by, action="sign_out")
    return door.leave(caller)


@get("/join/{key:str}", include_in_schema=False, sync_to_thread=True, opt=OPEN)
def join_page(key: FromPath[str], access: TheAccess, reader: TheReader) -> Response[str]:
    """Looking does not use the link: mail programs look at links too."""
    return _join_page(access, reader, key)


@post("/join/{key:str}", include_in_schema=False, sync_to_thread=True, opt=OPEN)
def join(
    key: FromPath[str],
    data: Form,
    access: TheAccess,
    door: TheDoor,
    visitor: TheVisitor,
    caller: TheCaller,
    reader: TheReader,
) -> Response[str] | Redirect:
    typed = {name: data.get(name, "") for name in ("email", "name")}
    try:
        secret = access.entrance.by_link(key, data.get("password", ""), caller.address, caller.browser, **typed)
    except LinkGone:
        raise
    except (AccessError, UsageError) as error:
        return _join_page(access, reader, key, error, **typed)
    return door.enter(secret, visitor, caller, "/")


def _join_page(
    access: TheAccess, reader: Reader, key: str, error: AccessError | UsageError | None = None, **typed: str
) -> Response[str]:
    link = access.links.look(key)
    told = wrong(error, reader) if error else None
    values = {"email": "", "name": ""} | typed
    return own_page("join.html", reader, error, here=f"/join/{key}", key=key, link=link, wrong=told, **values)
