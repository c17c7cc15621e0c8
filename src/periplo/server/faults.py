"""What a reader hears when something goes wrong: one shape for programs, a friendly page for people."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from periplo.errors import FactorNeeded, PeriploError, TooManyTries
from periplo.language import Lang, number, t, tell
from periplo.operation import trouble_of
from periplo.server.door import way_to
from periplo.server.reader import reader_of
from periplo.server.render import page

log = logging.getLogger("periplo.server")


class Fault(NamedTuple):
    """English texts of one kind of fault, by HTTP status."""

    code: str
    what: str
    why: str = ""
    fix: str = ""


NO_CUSTOMER = Fault(
    "no_customer",
    "There is no customer number {number}.",
    "The number may be mistyped, or come from another shop.",
    "Look for the customer in the list.",
)

NO_OWNER = Fault(
    "no_owner",
    "This server has no owner yet.",
    "It can be reached from other machines, so the first person joins by a link.",
    "Open the link that the server printed when it started, or make one: periplo users add SHOP EMAIL --role owner",
)
WRONG_TOKEN = Fault(
    "wrong_token",
    "This token opens nothing here.",
    "It is mistyped, expired, revoked, or of another workspace.",
    "Make a new one on your account page, or with periplo tokens create.",
)
FOREIGN = Fault(
    "foreign_form",
    "This request did not come from a page of this server.",
    "Another site may have sent it in your name, or the page was left open for too long.",
    "Load the page again and repeat what you did.",
)
UNKNOWN_HOST = Fault(
    "unknown_host",
    "No shop answers under this name.",
    "One server answers for several shops here, each under names of its own.",
    "Check the address; whoever operates the server names a shop's hosts in its periplo.toml: [server] hosts.",
)
NAMED = (NO_CUSTOMER, NO_OWNER, WRONG_TOKEN, FOREIGN, UNKNOWN_HOST)

FAULTS: Mapping[int, Fault] = {
    400: Fault("bad_request", "This request cannot be understood.", "", "Check the address and its parameters."),
    401: Fault("sign_in_needed", "Please sign in.", "", "Programs send a token: Authorization: Bearer …"),
    404: Fault(
        "not_found",
        "There is nothing at this address.",
        "It may be mistyped, or what was there may have moved.",
        "Start again from the map.",
    ),
    405: Fault(
        "method_not_allowed",
        "This address does not take that kind of request.",
        "",
        "See /api for what each address takes.",
    ),
    413: Fault("too_large", "This request is too large.", "", "Send less at once."),
    421: Fault(
        "wrong_host",
        "This server answers only under the names of its own machine.",
        "Otherwise any web page could read the map through your browser.",
        "Open it as http://localhost or http://127.0.0.1, or invite an owner: periplo users add SHOP EMAIL",
    ),
    500: Fault(
        "internal",
        "Something went wrong on our side.",
        "The details are in the server's log.",
        "Try again; if it happens again, report it with the log.",
    ),
}


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Any exception as an answer; what we did not foresee is logged whole and told without details."""
    lang = reader_of(request).lang
    error = trouble_of(error) or error
    status, told = (error.http_status, tell(error, lang)) if isinstance(error, PeriploError) else _http(error, lang)
    headers = dict(getattr(error, "headers", None) or {})
    if "GET" in headers.get("allow", "").split(", "):
        headers["allow"] += ", HEAD"
    if status == 503:
        headers["Retry-After"] = "2"
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.wait_s)
    answer = _json(status, told) if _is_program(request) else _page(request, status, told)
    answer.headers.update(headers | {"Cache-Control": "no-store"})
    return answer


def _page(request: Request[Any, Any, Any], status: int, told: Mapping[str, str]) -> Response[Any]:
    """A page that says it; who is not known does not learn the name of the shop, and may sign in."""
    reader, here = reader_of(request), address_of(request) if request.method == "GET" else "/"
    if told["code"] == "sign_in_needed":
        return page("sign_in.html", reader, status, here=here, back=here, email="", wrong=None)
    if reader.who.owes == "code":
        wrong = None if told["code"] == FactorNeeded.code else told
        return page("code.html", reader, status, here=here, back=here, wrong=wrong)
    if reader.who.owes == "factor":
        return page("error.html", reader, status, fault=told, here=here, way=way_to("factor", here))
    known = {"shop": request.app.state.desk.shop.settings} if reader.who.kind != "nobody" else {}
    return page("error.html", reader, status, fault=told, here=here, way="", **known)


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address that was asked, on this server."""
    path = "/" + request.url.path.lstrip("/\\")
    return path + (f"?{request.url.query}" if request.url.query else "")


def _json(status: int, told: Mapping[str, str]) -> Response[Any]:
    return Response({"error": told}, status_code=status, media_type="application/json")


def _http(error: Exception, lang: Lang) -> tuple[int, dict[str, str]]:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500:
        log.error("A request failed.", exc_info=error)
    if isinstance(error, ValidationException):
        return status, _invalid(error, lang)
    extra: Any = getattr(error, "extra", None)
    values = extra if isinstance(extra, dict) else {}
    fault = values.get("fault") or FAULTS.get(status) or FAULTS[400 if status < 500 else 500]
    told = {part: t(getattr(fault, part), lang, **values) for part in ("what", "why", "fix")}
    return status, {"code": fault.code} | told


def _invalid(error: ValidationException, lang: Lang) -> dict[str, str]:
    """A parameter that is missing, of the wrong kind or out of bounds: which, and what is wrong with it."""
    missing = re.search("Missing required .* '(.*?)'", error.detail)
    if missing:
        what, why = t("“{name}” is missing.", lang, name=missing[1]), ""
    else:
        first = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
        what = t("The value of “{name}” cannot be used.", lang, name=first.get("key", ""))
        why = _bound(str(first.get("message", "")), lang)
    return {"code": "bad_value", "what": what, "why": why, "fix": t("See /api for what each address takes.", lang)}


def _bound(message: str, lang: Lang) -> str:
    """What the checker of parameters says, in the reader's language."""
    found = re.search(r"([<>]=) (\d+)", message)
    if not found:
        return t("A whole number is expected.", lang) if message.startswith("Expected `int") else ""
    if found[1] == "<=":
        return t("The most is {n}.", lang, n=number(int(found[2]), lang))
    return t("The least is {n}.", lang, n=number(int(found[2]), lang))


def _is_program(request: Request[Any, Any, Any]) -> bool:
    accepted = request.headers.get("accept", "")
    asks_json = "application/json" in accepted and "text/html" not in accepted
    return asks_json or request.url.path.startswith(("/api/", "/v1/"))
