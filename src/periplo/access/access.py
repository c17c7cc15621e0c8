"""``Access``: who may do what in one workspace, over the database that keeps its people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from periplo.access.audit import Audit
from periplo.access.entrance import Entrance
from periplo.access.factors import Factors
from periplo.access.links import Links
from periplo.access.people import People
from periplo.access.seal import Seal
from periplo.access.sessions import Sessions
from periplo.access.tables import HEAD
from periplo.access.tokens import Tokens
from periplo.access.workspace import Workspace
from periplo.log.database import Database
from periplo.operation.ages import wall_us

ONLY = "shop"
"""The workspace of a database that keeps the people of one shop."""


class Access:
    """``place``: the path of an SQLite file, made when it is first needed, or a database URL that shops may share.

    ``key``: the file of the key that second factors are sealed with; beside an SQLite file when left out.
    """

    def __init__(
        self,
        place: Path | str,
        workspace: str = ONLY,
        now_us: Callable[[], int] = wall_us,
        *,
        key: Path | None = None,
    ) -> None:
        self._file = place if isinstance(place, Path) else None
        self._database = Database(place, migrations="periplo.access:migrations", head=HEAD)
        self._peopled = False
        self.workspace = workspace
        here = Workspace(self._database, workspace, now_us)
        self.people, self.links, self.entrance = People(here), Links(here), Entrance(here)
        self.sessions, self.tokens, self.audit = Sessions(here), Tokens(here), Audit(here)
        self.factors = Factors(here, Seal(key or (self._file.with_suffix(".key") if self._file else None)))

    def deserted(self) -> bool:
        """Whether nobody is there yet. Looking does not make the file. Once somebody is, an owner stays for ever."""
        if not self._peopled and (self._file is None or self._file.exists()):
            self._peopled = self.people.count() > 0
        return not self._peopled

    @property
    def shared(self) -> bool:
        """Whether the database keeps the people of other shops too."""
        return self.workspace != ONLY

    def databases(self) -> dict[str, Database]:
        """The database by the name of what it keeps; none while there is no file."""
        return {"access": self._database} if self._file is None or self._file.exists() else {}

    def close(self) -> None:
        self._database.close()
