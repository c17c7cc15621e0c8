"""``periplo users``, ``tokens`` and ``audit``: who may do what. Whoever can write the shop's files is trusted here."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated

import typer

from periplo.access import ACTIONS, MOST_DAYS, By, Permission, Role, scopes_of
from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, people, show, table
from periplo.language import moment, t
from periplo.workspace import Shop

users = typer.Typer(
    name="users",
    help=help_text("The people who sign in, and their roles."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
tokens = typer.Typer(
    name="tokens", help=help_text("What programs bring to the API."), no_args_is_help=True, rich_markup_mode=None
)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help=help_text("The person's email address."))]
RoleOf = Annotated[Role, typer.Option(help=help_text("What the person may do."))]
NewRole = Annotated[Role, typer.Argument(metavar="ROLE", help=help_text("What the person may do."))]
At = Annotated[str, typer.Option(help=help_text("The server's address, as the person opens it."))]
Name = Annotated[str, typer.Option(help=help_text("What the token is for."))]
Scope = Annotated[str, typer.Option(help=help_text("What it may do, separated by commas."))]
Days = Annotated[int, typer.Option(min=1, max=MOST_DAYS, help=help_text("How many days it lasts."))]
Person = Annotated[str | None, typer.Option(help=help_text("Whose it is; of the workspace itself when left out."))]
TokenId = Annotated[str, typer.Argument(metavar="ID", help=help_text("The token's id in the list."))]
Most = Annotated[int, typer.Option(min=1, max=10_000, help=help_text("How many lines at most."))]
HERE = "http://127.0.0.1:8765"


def register(app: typer.Typer) -> None:
    users.command("list", help=help_text("Everybody, and who is invited."))(list_users)
    users.command("add", help=help_text("Invite somebody: prints a link that works once."))(add)
    users.command("role", help=help_text("Give somebody another role."))(set_role)
    users.command("remove", help=help_text("Take somebody out."))(remove)
    users.command("reset", help=help_text("Print a link by which somebody chooses a new password."))(reset)
    users.command(
        "reset-second-factor",
        help=help_text("Take away the second factor of somebody who lost it: the password alone opens again."),
    )(reset_second_factor)
    tokens.command("list", help=help_text("All tokens of the workspace."))(list_tokens)
    tokens.command("create", help=help_text("Make a token and print it, this once."))(create)
    tokens.command("revoke", help=help_text("End a token at once."))(revoke)
    app.add_typer(users)
    app.add_typer(tokens)
    app.command("audit", help=help_text("Who did what, the newest first."))(audit)


def list_users(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.access.people.list()
        invited = opened.access.links.invitations()

        def for_people() -> None:
            heads = [t(head, LANG) for head in ("email", "name", "role", "last seen", "second factor")]
            rows = [
                (p.email, p.name, p.role, _when(p.seen, opened), t("yes" if p.second_factor else "no", LANG))
                for p in found
            ]
            table(t("People", LANG), heads, rows, left=5)
            for one in invited:
                note(t("{email} is invited as {role}.", LANG, email=one.email, role=one.role))

        show(as_json, {"people": found, "invited": invited}, for_people)


def add(shop: ShopPath, email: Email, role: RoleOf = Role.VIEWER, at: At = HERE, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        _link(opened.access.links.invite(email, role, _by()), at, as_json)


def reset(shop: ShopPath, email: Email, at: At = HERE, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        _link(opened.access.links.reset(email, _by()), at, as_json)


def set_role(shop: ShopPath, email: Email, role: NewRole, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        opened.access.people.set_role(email, role, _by())
        person = opened.access.people.of(email)
        said = t("{email} is now {role}.", LANG, email=person.email, role=role)
        show(as_json, person, lambda: _say(said))


def remove(shop: ShopPath, email: Email, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        if not opened.access.links.withdraw_from(email, _by()):
            opened.access.people.remove(email, _by())
        show(as_json, {"removed": email}, lambda: _say(t("{email} is out.", LANG, email=email)))


def reset_second_factor(shop: ShopPath, email: Email, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        opened.access.factors.reset(email, _by())
        person = opened.access.people.of(email)
        said = t("{email} signs in with the password alone, until they set up another one.", LANG, email=person.email)
        show(as_json, person, lambda: _say(said))


def list_tokens(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.access.tokens.list()

        def for_people() -> None:
            heads = [
                "id",
                t("name", LANG),
                t("person", LANG),
                t("scopes", LANG),
                t("until", LANG),
                t("last used", LANG),
            ]
            rows = [
                (
                    one.token_id,
                    one.name,
                    one.person or "–",
                    ", ".join(one.scopes),
                    t("revoked", LANG) if one.revoked else _when(one.expires, opened),
                    _when(one.used, opened),
                )
                for one in found
            ]
            table(t("Tokens for programs", LANG), heads, rows, left=6)

        show(as_json, {"tokens": found}, for_people)


def create(
    shop: ShopPath,
    name: Name,
    scope: Scope = Permission.NUMBERS.value,
    days: Days = 90,
    person: Person = None,
    as_json: Json = False,
) -> None:
    with Shop.open(shop) as opened:
        whose = opened.access.people.of(person).user_id if person else None
        token_id, secret = opened.access.tokens.make(name, scopes_of(scope), days, _by(), user_id=whose)

        def for_people() -> None:
            _say(secret)
            note(t("It is shown this once. Programs send it as: Authorization: Bearer …", LANG))

        show(as_json, {"token_id": token_id, "token": secret}, for_people)


def revoke(shop: ShopPath, token_id: TokenId, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        opened.access.tokens.revoke(token_id, _by())
        show(as_json, {"revoked": token_id}, lambda: _say(t("It opens nothing any more.", LANG)))


def audit(shop: ShopPath, most: Most = 50, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        entries = opened.access.audit.list(limit=most)

        def for_people() -> None:
            heads = [
                t("When", LANG),
                t("Who", LANG),
                t("From", LANG),
                t("What", LANG),
                t("About", LANG),
                t("Result", LANG),
            ]
            rows = [
                (
                    _when(one.at, opened),
                    one.who,
                    one.address or "–",
                    t(ACTIONS.get(one.action, one.action), LANG),
                    one.target,
                    t(one.result, LANG),
                )
                for one in entries
            ]
            table(t("Audit log", LANG), heads, rows, left=6)

        show(as_json, {"entries": entries}, for_people)


def _link(secret: str, address: str, as_json: bool) -> None:
    link = f"{address.rstrip('/')}/join/{secret}"

    def for_people() -> None:
        _say(link)
        note(t("Send it yourself: it is shown this once, and works once.", LANG))

    show(as_json, {"link": link}, for_people)


def _by() -> By:
    """The person at the terminal, by the name of the system's account."""
    try:
        return By(f"terminal:{getpass.getuser()}")
    except (OSError, KeyError):  # an account without a name, as in some containers
        return By("terminal")


def _when(at: datetime | None, shop: Shop) -> str:
    return moment(at, LANG, shop.settings.time_zone) if at else "–"


def _say(text: str) -> None:
    people.print(text, highlight=False, soft_wrap=True)
