"""The tables of log.db. The migrations lead here: their sum is this schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

HEAD = "0001"
"""The newest migration."""

# SQLite keeps rows in the order of an INTEGER key, and of no other.
_KEY = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

event = Table(
    "event",
    metadata,
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the event, MessagePack
    UniqueConstraint("source", "event_id", name="event_key"),
)
"""The tail of the log: events that are not in the archive yet."""

sequence = Table(
    "sequence",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""The last number given out of the one sequence of the shop."""

reservation = Table(
    "reservation",
    metadata,
    Column("first_seq", _KEY, primary_key=True, autoincrement=False),
    Column("import_id", Text, nullable=False),
)
"""Ranges given to imports that have not committed yet."""

reading = Table(
    "reading",
    metadata,
    Column("import_id", Text, primary_key=True),
    Column("preset", Text, nullable=False),
    Column("mapping", Text),  # the mapping file, whole
)
"""How an import that refused rows read them, so that they can be read again the same way."""

reject = Table(
    "reject",
    metadata,
    Column("reject_id", Text, primary_key=True),
    Column("import_id", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_values", Text, nullable=False),  # JSON
    Column("header", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),  # UTF-8, as a Zstandard frame where that is shorter
    Column("rejected_us", BigInteger, nullable=False, index=True),
    Column("replayed_us", BigInteger),
)
"""The quarantine: what was refused, whole, with the reason."""
