"""The two small forms: the reader's choices, and the token."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotAuthorizedException
from litestar.params import Body
from litestar.response import Redirect

from periplo.language import LANGUAGES
from periplo.server.given import TheKey
from periplo.server.keys import OPEN, UNVERSIONED
from periplo.server.reader import LANG_COOKIE, THEME_COOKIE, THEMES

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
YEAR_S = 365 * 86400


@post("/reader", include_in_schema=False, sync_to_thread=False, opt={UNVERSIONED: True, OPEN: True})
def set_reader(data: Form) -> Redirect:
    """Remembers the language or the theme in a cookie, and goes back."""
    chosen = {
        LANG_COOKIE: data.get("lang") if data.get("lang") in LANGUAGES else None,
        THEME_COOKIE: data.get("theme") if data.get("theme") in THEMES else None,
    }
    cookies = [
        Cookie(key=name, value=value, max_age=YEAR_S, httponly=True, samesite="lax")
        for name, value in chosen.items()
        if value
    ]
    return Redirect(local(data.get("back", "/")), status_code=303, cookies=cookies)


@post("/enter", include_in_schema=False, sync_to_thread=False, opt={UNVERSIONED: True, OPEN: True})
def enter(request: Request[Any, Any, Any], data: Form, key: TheKey) -> Redirect:
    """Lets a reader with the right token in."""
    if key is None:
        return Redirect("/", status_code=303)
    if not key.fits(data.get("token", "").strip()):
        raise NotAuthorizedException
    cookie = key.cookie(secure=request.url.scheme == "https")
    return Redirect(local(data.get("back", "/")), status_code=303, cookies=[cookie])


def local(address: str) -> str:
    """An address on this server; anything that could lead elsewhere becomes the map."""
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if safe else "/"
