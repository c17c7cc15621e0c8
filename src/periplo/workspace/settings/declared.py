"""All settings, each declared once: its kind, its bounds, its unit in its name, its usual value and its meaning.

What may be written, the environment's names and the tables of the reference follow from this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from periplo.collect.limits import MOST_BYTES, USUAL_KB
from periplo.collect.plan import PlanSettings
from periplo.connectors import Connector
from periplo.operation.lines import Format, Level
from periplo.privacy import Privacy
from periplo.workspace.settings.drops import Drop
from periplo.workspace.settings.reading import read
from periplo.workspace.settings.writing import written


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[server]``."""

    host: Annotated[
        str,
        Meta(min_length=1, description="the address to listen on; on any but this machine's own everybody signs in"),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="the port; 0 takes a free one")] = 8765
    hosts: Annotated[
        list[str],
        Meta(
            description="the names under which the shop is asked, as `map.example.com`, where one server serves several"
        ),
    ] = msgspec.field(default_factory=list)
    trusted_proxies: Annotated[
        list[str],
        Meta(
            description="addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed"
        ),
    ] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    grace_s: Annotated[
        int, Meta(ge=0, le=600, description="how many seconds requests may take to end after SIGTERM or Ctrl-C")
    ] = 10
    most_connections: Annotated[
        int, Meta(ge=1, le=1_000_000, description="how many connections are held at once; more wait for their turn")
    ] = 4096


class People(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[people]``."""

    database: Annotated[
        str,
        Meta(
            description="the URL of a database that keeps the people of several shops; without one they are where the "
            "log is"
        ),
    ] = ""
    workspace: Annotated[
        str,
        Meta(description="what the shop is called in it; the folder's name without one. No two shops have the same"),
    ] = ""
    key: Annotated[
        str,
        Meta(
            description="the file of the key that second factors are sealed with, from the shop's folder on: one for "
            "all shops of that database"
        ),
    ] = ""


class Logs(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[logs]``."""

    level: Annotated[
        Level, Meta(description="what is told at least: `debug`, `info`, `warning` or `error`; requests are `info`")
    ] = "warning"
    format: Annotated[Format, Meta(description="`text` to be read, or `json`: one object a line")] = "text"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[health]``."""

    least_free_mb: Annotated[
        int,
        Meta(ge=0, le=1_000_000_000, description="with less room on the disk, in megabytes, the server is not ready"),
    ] = 200
    most_lag_s: Annotated[
        int,
        Meta(
            ge=0,
            le=31_536_000,
            description="nor when identity is so many seconds behind the log; 0: that does not matter",
        ),
    ] = 300


class Collect(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[collect]``."""

    most_request_kb: Annotated[
        int,
        Meta(
            ge=USUAL_KB,
            le=MOST_BYTES // 1024,
            description="how large one request of Segment's and RudderStack's SDKs may be, unpacked, in kilobytes",
        ),
    ] = USUAL_KB


Days = Annotated[int, Meta(ge=0, le=36_500)] | Literal["forever"]


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[keep]``."""

    log_days: Annotated[
        Days,
        Meta(
            description="how many days the log keeps what the archive holds too, as it was received; 0: it goes at "
            'once; `"forever"`'
        ),
    ] = 7
    settled_days: Annotated[
        Days,
        Meta(
            description='how many days the quarantine keeps rows that went in since, from then on; `"forever"`; what '
            "waits stays"
        ),
    ] = 90


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one shop."""

    name: Annotated[str, Meta(min_length=1, description="the shop's name, as it stands on the map")]
    currency: Annotated[str, Meta(description="ISO 4217 code for amounts that come without one")] = "EUR"
    time_zone: Annotated[
        str, Meta(description="IANA zone for calendar questions and for times that come without a zone")
    ] = "UTC"
    country: Annotated[str, Meta(description="ISO 3166 code; how phone numbers without a prefix are read")] = "ES"
    simulated: Annotated[bool, Meta(description="true for an invented shop; its map says so")] = False
    database: Annotated[
        str,
        Meta(
            description="the URL of a PostgreSQL database (`postgresql://user:password@host/name`) for the log, the "
            "state and the people, in schemas of their own; without one they are SQLite files in the shop's folder"
        ),
    ] = ""
    connectors: Annotated[
        dict[str, Connector], Meta(description="the systems that report by webhook: [connectors](connectors.md)")
    ] = {}
    drops: Annotated[
        dict[str, Drop],
        Meta(description="folders whose files are imported: [drop folders](connectors.md#drop-folders)"),
    ] = {}
    privacy: Privacy = Privacy()
    collect: Collect = Collect()
    plan: PlanSettings = PlanSettings()
    keep: Keep = Keep()
    people: People = People()
    server: Server = Server()
    logs: Logs = Logs()
    health: Health = Health()

    @classmethod
    def read(cls, file: Path, name: str, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings in a file, over them those of an environment (none unless given); ``name`` holds where neither
        gives one. Raises ``BadSettings``, ``UnknownName``."""
        return msgspec.convert({"name": name} | read(cls, file, environment or {}), cls)

    def as_toml(self) -> str:
        """The settings as the text of a ``periplo.toml``."""
        return written(self)
