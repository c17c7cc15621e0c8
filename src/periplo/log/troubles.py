"""What a database says when it cannot do what it should, as errors of ours."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from periplo.errors import CannotWrite, DamagedShop, ShopBusy, ShopError


def told(error: DatabaseError, engine: Engine) -> ShopError:
    """The error in our words."""
    name, said = Path(engine.url.database or "").name, str(error.orig)
    if "locked" in said:
        return ShopBusy("Another process is writing {name}.", fix="Try again when it has finished.", name=name)
    if "disk is full" in said or "disk I/O error" in said or "No space left" in said:
        return CannotWrite(
            "{name} cannot be written: the disk is full or does not answer.",
            why="The database says: {detail}.",
            fix="Free some space; what was acknowledged is safe.",
            name=name,
            detail=said,
        )
    if "readonly" in said or "unable to open" in said or "read-only" in said:
        return CannotWrite(
            "{name} cannot be written: its folder may only be read.",
            why="The database says: {detail}.",
            fix="Let Periplo write in the folder of the shop.",
            name=name,
            detail=said,
        )
    if engine.dialect.name == "postgresql" and isinstance(error, OperationalError):
        return ShopBusy(
            "The database {name} does not answer.",
            why="It says: {detail}.",
            fix="Start it, or look whether its address in periplo.toml is right.",
            name=name,
            detail=said.strip(),
        )
    return DamagedShop(
        "{name} cannot be used.",
        why="The database says: {detail}.",
        fix="If it is damaged, put back a copy of this file, or import your files into a new shop.",
        name=name,
        detail=said,
    )
