"""What a database says when it cannot do what it should, as errors of ours."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from periplo.errors import DamagedShop, ShopBusy, ShopError
from periplo.operation.disk import trouble

_MET = {"23505", "40001", "40P01", "55P03"}
"""What PostgreSQL says to one of two that met: the same row was new to both, they fit into no order, each waited for
the other, a lock was not free (appendix A of its manual, classes 23, 40 and 55)."""


def told(error: Exception, engine: Engine) -> ShopError:
    """The error in our words: one of SQLAlchemy, or of the driver that it uses."""
    cause = getattr(error, "orig", error)
    name, said = Path(engine.url.database or "").name, str(cause)
    if "locked" in said or getattr(cause, "sqlstate", None) in _MET:
        return ShopBusy("Another process is writing {name}.", fix="Try again when it has finished.", name=name)
    if unwritten := trouble(said, name, "The database says: {detail}."):
        return unwritten
    if engine.dialect.name == "postgresql" and isinstance(cause, engine.dialect.loaded_dbapi.OperationalError):
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
