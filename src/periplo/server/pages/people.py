"""The people of the workspace: who they are, what they may, who is invited, and the tokens of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from litestar import Request, Response, get, post
from litestar.response import Redirect

from periplo.access import TABLE, Access, By, Permission, Role, Visitor
from periplo.errors import PeriploError, UnknownName, UsageError
from periplo.language import day, moment
from periplo.server.caller import caller_of
from periplo.server.desk import Desk
from periplo.server.given import TheAccess, TheCaller, TheDesk, TheReader, TheVisitor
from periplo.server.keys import UNVERSIONED
from periplo.server.pages.account import token_rows
from periplo.server.pages.doors import Form
from periplo.server.pages.roles import PERMISSION_LABELS, ROLE_LABELS
from periplo.server.reader import Reader
from periplo.server.render import own_page, wrong
from periplo.server.rules import needs

PEOPLE = needs(Permission.PEOPLE, UNVERSIONED)
Shown: TypeAlias = Response[str] | Redirect


@get("/people", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def people(desk: TheDesk, reader: TheReader) -> Response[str]:
    return _people(desk, reader)


@post("/people/invite", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def invite(
    request: Request[Any, Any, Any], data: Form, desk: TheDesk, visitor: TheVisitor, reader: TheReader
) -> Response[str]:
    """Makes a one-time link and shows it, this once."""
    by = _by(request, visitor)
    return _linked(request, data, desk, reader, lambda access, email: access.links.invite(email, _role(data), by))


@post("/people/reset", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def reset(
    request: Request[Any, Any, Any], data: Form, desk: TheDesk, visitor: TheVisitor, reader: TheReader
) -> Response[str]:
    """Makes a link by which somebody chooses a new password."""
    by = _by(request, visitor)
    return _linked(request, data, desk, reader, lambda access, email: access.links.reset(email, by))


@post("/people/role", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def set_role(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader) -> Shown:
    by = By(visitor.who, caller.address)
    return _changed(data, desk, reader, lambda access, email: access.people.set_role(email, _role(data), by))


@post("/people/remove", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def remove(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader) -> Shown:
    by = By(visitor.who, caller.address)
    return _changed(data, desk, reader, lambda access, email: access.people.remove(email, by))


@post("/people/sign-out", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def sign_out(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader) -> Shown:
    """Ends all sessions of somebody."""

    def end(access: Access, email: str) -> None:
        person = access.people.of(email)
        access.sessions.end_all(person.user_id, By(visitor.who, caller.address), person.email)

    return _changed(data, desk, reader, end)


@post("/people/second-factor", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def demand_factor(data: Form, access: TheAccess, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    """Whether everybody needs a second factor."""
    access.factors.demand(data.get("needed") == "yes", By(visitor.who, caller.address))
    return Redirect("/people", status_code=303)


@post("/people/second-factor/reset", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def reset_factor(data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader) -> Shown:
    """For somebody who lost theirs: the password alone opens again, until they set up another."""
    by = By(visitor.who, caller.address)
    return _changed(data, desk, reader, lambda access, email: access.factors.reset(email, by))


@post("/people/withdraw", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def withdraw(data: Form, access: TheAccess, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    access.links.withdraw(data.get("link", ""), By(visitor.who, caller.address))
    return Redirect("/people", status_code=303)


@post("/people/tokens/revoke", include_in_schema=False, sync_to_thread=True, opt=PEOPLE)
def revoke(data: Form, access: TheAccess, visitor: TheVisitor, caller: TheCaller) -> Redirect:
    access.tokens.revoke(data.get("token", ""), By(visitor.who, caller.address))
    return Redirect("/people", status_code=303)


def _linked(
    request: Request[Any, Any, Any], data: Form, desk: Desk, reader: Reader, make: Callable[[Access, str], str]
) -> Response[str]:
    """The page with a new link for somebody; or with what is wrong."""
    email = data.get("email", "")
    try:
        secret = make(desk.shop.access, email)
    except UsageError as error:
        return _people(desk, reader, error)
    return _people(desk, reader, link=_address(request, secret), email=email)


def _changed(data: Form, desk: Desk, reader: Reader, change: Callable[[Access, str], None]) -> Shown:
    """Back to the page once somebody was changed; or the page with what is wrong."""
    try:
        change(desk.shop.access, data.get("email", ""))
    except UsageError as error:
        return _people(desk, reader, error)
    return Redirect("/people", status_code=303)


def _people(
    desk: Desk, reader: Reader, error: PeriploError | None = None, link: str = "", email: str = ""
) -> Response[str]:
    access, lang, zone = desk.shop.access, reader.lang, desk.shop.settings.time_zone
    return own_page(
        "people.html",
        reader,
        error,
        here="/people",
        shop=desk.shop.settings,
        wrong=wrong(error, reader) if error else None,
        link=link,
        email=email,
        roles=[(role, ROLE_LABELS[role]) for role in Role],
        table=[(PERMISSION_LABELS[one], [role in TABLE[one].split() for role in Role]) for one in Permission],
        people=_rows(access, lang, zone),
        invited=[
            {
                "id": one.link_id,
                "email": one.email,
                "role": ROLE_LABELS[one.role],
                "until": day(one.expires, lang, zone),
            }
            for one in access.links.invitations()
        ],
        tokens=token_rows(access.tokens.list(), lang, zone),
        demanded=access.factors.demanded(),
    )


def _rows(access: Access, lang: Any, zone: str) -> list[dict[str, Any]]:
    return [
        {
            "email": one.email,
            "name": one.name,
            "role": one.role,
            "since": day(one.since, lang, zone),
            "seen": moment(one.seen, lang, zone) if one.seen else "–",
            "factor": one.second_factor,
        }
        for one in access.people.list()
    ]


def _role(data: Form) -> Role:
    name = data.get("role", "")
    if name not in list(Role):
        raise UnknownName("role", name[:20], Role)
    return Role(name)


def _by(request: Request[Any, Any, Any], visitor: Visitor) -> By:
    return By(visitor.who, caller_of(request).address)


def _address(request: Request[Any, Any, Any], secret: str) -> str:
    """The link as somebody elsewhere opens it: under the name by which this page was opened."""
    scheme = "https" if caller_of(request).secure else "http"
    return f"{scheme}://{request.headers.get('host', '')}/join/{secret}"
