"""The tables of access.db. The migrations lead here: their sum is this schema.

A workspace is one shop; several may keep their people in one database. Secrets are kept as digests only.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

HEAD = "0002"
"""The newest migration."""

# SQLite numbers an INTEGER key by itself, and no other.
_KEY = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()


def _user(**options: Any) -> Column[str]:
    return Column("user_id", Text, ForeignKey("person.user_id", ondelete="CASCADE"), **options)


person = Table(
    "person",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),  # an Argon2id hash with its parameters
    Column("joined_us", BigInteger, nullable=False),
)
"""People who can sign in, to whichever workspaces they are members of."""

membership = Table(
    "membership",
    metadata,
    Column("workspace", Text, primary_key=True),
    _user(primary_key=True),
    Column("role", Text, nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Index("ix_membership_user_id", "user_id"),
)

session = Table(
    "session",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    _user(nullable=False),
    Column("began_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Column("factor_us", BigInteger),  # when the second factor was given
    Index("ix_session_user_id", "user_id"),
)
"""Signed-in browsers. What is revoked is deleted."""

factor = Table(
    "factor",
    metadata,
    _user(primary_key=True),
    Column("sealed", Text, nullable=False),  # the secret shared with the app, encrypted: see Seal
    Column("step", BigInteger, nullable=False),  # the time step of the newest code that was used
    Column("since_us", BigInteger, nullable=False),
)
"""People's second factors. One that was not confirmed is not here."""

recovery = Table(
    "recovery",
    metadata,
    _user(primary_key=True),
    Column("digest", Text, primary_key=True),
)
"""Recovery codes that were not used yet."""

demand = Table(
    "demand",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("since_us", BigInteger, nullable=False),
)
"""The workspaces where everybody needs a second factor."""

token = Table(
    "token",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    _user(nullable=True),  # null: of the workspace itself
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("beginning", Text, nullable=False),  # its first characters, to be recognised by
    Column("scopes", Text, nullable=False),  # permissions, separated by spaces
    Column("made_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("used_us", BigInteger),
    Column("revoked_us", BigInteger),
    Index("ix_token_workspace", "workspace"),
)
"""What programs bring with each request."""

link = Table(
    "link",
    metadata,
    Column("link_id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # owner, invitation, reset
    Column("email", Text, nullable=False),  # empty for the first owner, who chooses it
    Column("role", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Index("ix_link_workspace", "workspace"),
)
"""One-time links that were not used yet."""

attempt = Table(
    "attempt",
    metadata,
    Column("what", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)
"""Sign-ins that failed, and until when the next must wait."""

audit = Table(
    "audit",
    metadata,
    Column("seq", _KEY, primary_key=True, autoincrement=True),
    Column("workspace", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("result", Text, nullable=False),
    Index("ix_audit_workspace_seq", "workspace", "seq"),
)
"""Append-only: the database itself refuses to change or delete a row."""
