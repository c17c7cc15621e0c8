"""One visit of a page in a real browser, and what it sent to the collector."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from periplo.site.chromium import Chromium

SETTLES_S = 6.0
LOADS_S = 30.0
_SENDS = "/periplo=[^;]*%22a%22/.test(document.cookie) || !!document.querySelector('[data-cookieless=always]')"
"""A visitor who is known has consented."""
_FACE = "typeof periplo == 'object' && typeof periplo.version == 'string' && document.cookie"


@dataclass
class Sent:
    """One request to a collector: its messages, and the status of the answer (0: none yet)."""

    host: str
    key: str
    batch: list[dict[str, Any]]
    status: int = 0
    problem: str = ""


@dataclass
class Visit:
    """``there``: the tracker runs on the page. ``consent``: what the visitor's cookie says, where it says something."""

    there: bool = False
    consent: str = ""
    sent: list[Sent] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [message for one in self.sent for message in one.batch]


def visit(program: str, url: str, *, grant: bool) -> Visit:
    """Opens the page as a new visitor, who consents where ``grant`` says so. What it sends is recorded by the shop.

    Raises ``OSError``.
    """
    with Chromium(program) as browser:
        for part in ("Page", "Network", "Runtime"):
            browser.ask(f"{part}.enable")
        browser.ask("Page.setLifecycleEventsEnabled", enabled=True)
        went = browser.ask("Page.navigate", LOADS_S, url=url)
        if went.get("errorText"):
            raise OSError(went["errorText"])
        browser.listen(lambda: _quiet(browser, went.get("loaderId")), LOADS_S)
        if grant:
            _evaluate(browser, "periplo.consent('granted')")
        if _evaluate(browser, _SENDS):
            browser.listen(lambda: _answered(browser), SETTLES_S)
        cookie = _evaluate(browser, _FACE)
        return Visit(isinstance(cookie, str), _consent(cookie or ""), _sent(browser))


def _evaluate(browser: Chromium, expression: str) -> Any:
    return browser.ask("Runtime.evaluate", expression=expression).get("result", {}).get("value")


def _quiet(browser: Chromium, page: str | None) -> bool:
    """Whether the page has loaded, and with it what its scripts load."""
    told = (one["params"] for one in browser.heard if one["method"] == "Page.lifecycleEvent")
    return any(one["name"] == "networkIdle" and one["loaderId"] == page for one in told)


def _answered(browser: Chromium) -> bool:
    """Whether something was sent, and all that was is answered."""
    sent = _sent(browser)
    return bool(sent) and all(one.status or one.problem for one in sent)


def _sent(browser: Chromium) -> list[Sent]:
    found: dict[str, Sent] = {}
    for event in browser.heard:
        told, request = event["params"], event["params"].get("requestId", "")
        if event["method"] == "Network.requestWillBeSent" and told["request"]["method"] == "POST":
            path = urlsplit(told["request"]["url"])
            if path.path.endswith("/v1/batch") and (body := _body(told["request"])):
                found[request] = Sent(f"{path.scheme}://{path.netloc}", str(body.get("writeKey", "")), body["batch"])
        elif request in found and event["method"] == "Network.responseReceived":
            found[request].status = told["response"]["status"]
        elif request in found and event["method"] == "Network.loadingFailed":
            found[request].problem = told.get("blockedReason") or told.get("errorText") or "failed"
    return list(found.values())


def _body(request: dict[str, Any]) -> dict[str, Any] | None:
    try:
        body = json.loads(request.get("postData", ""))
    except ValueError:
        return None
    return body if isinstance(body, dict) and isinstance(body.get("batch"), list) else None


def _consent(cookies: str) -> str:
    for one in cookies.split("; "):
        name, _, value = one.partition("=")
        if name == "periplo":
            try:
                return str(json.loads(unquote(value)).get("c", ""))
            except (ValueError, AttributeError):
                return ""
    return ""
