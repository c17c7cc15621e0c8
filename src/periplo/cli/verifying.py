"""``periplo verify-site``: whether the tracker is on a shop's pages and works."""

from __future__ import annotations

from typing import Annotated

import typer

from periplo.cli.output import LANG, Json, help_text, people, show

Url = Annotated[str, typer.Argument(metavar="URL", help=help_text("The address of a page of the shop."))]
NotOpened = Annotated[bool, typer.Option("--no-browser", help=help_text("Only read the page, do not open it."))]
Grant = Annotated[bool, typer.Option("--grant", help=help_text("The visitor in the browser consents."))]
MARKS = {"ok": "✓", "note": "·", "warning": "!", "error": "✗"}


def register(app: typer.Typer) -> None:
    app.command("verify-site", help=help_text("Check from outside whether a shop's pages are tracked."))(verify_site)


def verify_site(url: Url, no_browser: NotOpened = False, grant: Grant = False, as_json: Json = False) -> None:
    from periplo.server.tracker import SCRIPT
    from periplo.site import verify

    report = verify(url, SCRIPT, browser=not no_browser, grant=grant)

    def for_people() -> None:
        for one in report.findings:
            people.print(f"{MARKS[one.level]} {one.tell(LANG)}", highlight=False)

    findings = [{"level": one.level, "code": one.code, "what": one.tell(LANG)} for one in report.findings]
    show(as_json, {"url": report.url, "healthy": report.healthy, "findings": findings}, for_people)
    if not report.healthy:
        raise typer.Exit(1)
