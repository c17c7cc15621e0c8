"""The second factor: giving its code after the password, setting it up, new recovery codes, turning it off."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

import segno
from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect
from markupsafe import Markup

from periplo.access import Draft, Given, Visitor
from periplo.errors import AccessError, PeriploError, UsageError
from periplo.language import t
from periplo.server.caller import Caller
from periplo.server.desk import Desk
from periplo.server.door import OWED, local
from periplo.server.given import TheAccess, TheCaller, TheDesk, TheDoor, TheReader, TheVisitor
from periplo.server.keys import UNVERSIONED
from periplo.server.pages.account import OWN, account_page
from periplo.server.pages.doors import Form
from periplo.server.reader import Reader
from periplo.server.render import own_page, wrong
from periplo.server.rules import Rule, needs

CODE, SETUP = OWED["code"], OWED["factor"]
PASSWORD = needs(Rule.PASSWORD, UNVERSIONED)
Back = Annotated[str, QueryParameter(max_length=8000, description="Where to go on afterwards.")]
ENROLLING = needs(Rule.ENROLLING, UNVERSIONED)


@get(CODE, include_in_schema=False, sync_to_thread=False, opt=PASSWORD)
def code_page(visitor: TheVisitor, reader: TheReader, back: Back = "/") -> Response[str] | Redirect:
    return _code(reader, local(back)) if visitor.owes == "code" else Redirect(local(back), status_code=303)


@post(CODE, include_in_schema=False, sync_to_thread=True, opt=PASSWORD)
def give_code(
    data: Form, access: TheAccess, door: TheDoor, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    """The code of the app, or a recovery code; then on to where they wanted to go."""
    back = local(data.get("back", "/"))
    if visitor.owes != "code":
        return Redirect(back, status_code=303)
    try:
        secret = access.factors.give(visitor, _given(data, caller))
    except AccessError as error:
        return _code(reader, back, error)
    return door.enter(secret, visitor, caller, back)


@get(SETUP, include_in_schema=False, sync_to_thread=True, opt=ENROLLING)
def setup_page(
    desk: TheDesk, visitor: TheVisitor, reader: TheReader, back: Back = "/account"
) -> Response[str] | Redirect:
    """Shows the secret as a picture and as text. It is kept when its first code comes."""
    if desk.shop.access.factors.of(visitor.user_id):
        return Redirect(local(back), status_code=303)
    return _setup(desk, reader, local(back))


@post(SETUP, include_in_schema=False, sync_to_thread=True, opt=ENROLLING)
def turn_on(
    data: Form, desk: TheDesk, door: TheDoor, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str]:
    """Takes effect with the first code, and shows the recovery codes, this once, in a new session."""
    back = local(data.get("back", "/account"))
    try:
        secret, codes = desk.shop.access.factors.turn_on(visitor, _given(data, caller))
    except (AccessError, UsageError) as error:
        return _setup(desk, reader, back, error)
    now = desk.shop.access.sessions.visitor(secret) or visitor
    return door.carry(_codes(desk, replace(reader, who=now), codes, back), secret, caller)


@post(f"{SETUP}/codes", include_in_schema=False, sync_to_thread=True, opt=OWN)
def renew_codes(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader) -> Response[str]:
    """Ten new recovery codes, shown this once; the old ones end."""
    try:
        codes = desk.shop.access.factors.renew_codes(visitor, _given(data, caller))
    except AccessError as error:
        return account_page(desk, reader, error)
    return _codes(desk, reader, codes, "/account")


@post(f"{SETUP}/off", include_in_schema=False, sync_to_thread=True, opt=OWN)
def turn_off(
    data: Form, desk: TheDesk, door: TheDoor, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    """Where everybody needs one, this leads on to setting up another: a new phone."""
    try:
        secret = desk.shop.access.factors.turn_off(visitor, _given(data, caller))
    except AccessError as error:
        return account_page(desk, reader, error)
    return door.enter(secret, visitor, caller, "/account")


def _given(data: dict[str, str], caller: Caller) -> Given:
    return Given(data.get("code", ""), data.get("password", ""), caller.address, caller.browser)


def _code(reader: Reader, back: str, error: PeriploError | None = None) -> Response[str]:
    told = wrong(error, reader) if error else None
    return own_page("code.html", reader, error, here=CODE, back=back, wrong=told)


def _setup(desk: Desk, reader: Reader, back: str, error: PeriploError | None = None) -> Response[str]:
    draft = desk.shop.access.factors.draft(reader.who, f"Periplo {desk.shop.settings.name}")
    return own_page(
        "factor.html",
        reader,
        error,
        here=SETUP,
        back=back,
        wrong=wrong(error, reader) if error else None,
        picture=_picture(draft, reader),
        typed=draft.typed,
        **_shop(desk, reader.who),
    )


def _codes(desk: Desk, reader: Reader, codes: list[str], back: str) -> Response[str]:
    head = t("Recovery codes of {email} for {shop}", reader.lang, email=reader.who.who, shop=desk.shop.settings.name)
    text = "\n".join((f"Periplo: {head}", "", *codes, ""))
    return own_page(
        "codes.html",
        reader,
        here="/account",
        back=back,
        codes=codes,
        file=f"data:text/plain;charset=utf-8,{quote(text)}",
        **_shop(desk, reader.who),
    )


def _shop(desk: Desk, who: Visitor) -> dict[str, Any]:
    """Who still owes something does not learn the shop's name from the page."""
    return {} if who.owes else {"shop": desk.shop.settings}


def _picture(draft: Draft, reader: Reader) -> Markup:
    """The QR code as SVG in the page: nothing is loaded, and nobody keeps it. Dark on light in every theme."""
    code = segno.make(draft.address, error="m", micro=False)
    title = t("Picture for the authenticator app", reader.lang)
    drawn = code.svg_inline(title=title, light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn.replace("<svg ", '<svg role="img" ', 1))
