"""``periplo backup``, ``backups`` and ``restore``: a shop kept elsewhere, and put back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, show, table
from periplo.language import moment, number, t
from periplo.workspace import Backup, Shop, backups, restore

Target = Annotated[Path, typer.Argument(metavar="TARGET", help=help_text("The folder of the backups."))]
NewShop = Annotated[Path, typer.Argument(metavar="SHOP", help=help_text("The folder to restore into."))]
Keep = Annotated[
    int | None, typer.Option(min=1, help=help_text("Keep so many backups, the newest; all when left out."))
]
Forget = Annotated[
    bool, typer.Option("--forget", help=help_text("The backups there are gone: erasures no longer look for them."))
]
Name = Annotated[
    str | None, typer.Option("--backup", help=help_text("Which one, by its name; the newest when left out."))
]
Force = Annotated[bool, typer.Option("--force", help=help_text("Replace the shop that is there."))]


def register(app: typer.Typer) -> None:
    app.command("backup", help=help_text("Copy a shop, also while it is served."))(back_up)
    app.command("backups", help=help_text("The backups in a folder."))(list_backups)
    app.command("restore", help=help_text("Make a shop of a backup again."))(restore_shop)


def back_up(shop: ShopPath, target: Target, keep: Keep = None, forget: Forget = False, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        if forget:
            opened.backup_targets.forget(target)
            show(as_json, {"forgotten": target}, lambda: note(t("Forgotten: {path}", LANG, path=target)))
            return
        made = opened.back_up(target, keep=keep)
    show(as_json, told(made), lambda: _list([made], target))


def list_backups(target: Target, as_json: Json = False) -> None:
    found = backups(target)
    show(as_json, {"backups": [told(one) for one in found]}, lambda: _list(found, target))


def restore_shop(target: Target, shop: NewShop, name: Name = None, force: Force = False, as_json: Json = False) -> None:
    used = restore(target, shop, name=name, force=force)
    done = t("The backup {name} is the shop {path} now.", LANG, name=used.name, path=shop)
    show(as_json, told(used) | {"shop": str(shop)}, lambda: note(done))


def told(backup: Backup) -> dict[str, object]:
    """A backup for programs."""
    its = backup.manifest
    return {
        "name": backup.name,
        "folder": str(backup.folder),
        "shop": its.name,
        "made_at": its.made_at,
        "seq": its.seq,
        "files": len(its.files),
        "bytes": backup.bytes,
    }


def _list(found: list[Backup], target: Path) -> None:
    heads = [t("name", LANG), t("when", LANG), t("files", LANG), "MB"]
    rows = [
        (
            one.name,
            moment(one.manifest.made_at, LANG, "UTC"),
            number(len(one.manifest.files), LANG),
            number(one.bytes // 1_000_000, LANG),
        )
        for one in found
    ]
    table(t("Backups in {path}", LANG, path=target), heads, rows, left=2)
