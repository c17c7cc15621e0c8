"""The tables of log.db. The migrations lead here: their sum is this schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

HEAD = "0005"
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
    Column("body", LargeBinary),  # the event, MessagePack; null where the message lies in its receipt
)
"""The tail of the log: events that are not in the archive yet; before it some that are.

No index makes the keys unique: with ids in no order it would cost more than all else. The log does, when it appends.
"""

receipt = Table(
    "receipt",
    metadata,
    Column("first_seq", _KEY, primary_key=True, autoincrement=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("call", Text),  # what messages are that do not say it: track, page, ...
    Column("channel", Text, nullable=False),  # the source's default, empty for none
    Column("sent_at", Text),  # of messages that do not say it
    Column("user_agent", Text),
    Column("context", LargeBinary),  # JSON, shared by the messages
    Column("body", LargeBinary, nullable=False),  # the messages as received, a JSON array, as a Zstandard frame
)
"""Messages that came in one request, and what is known of them all. They have the places first_seq to last_seq."""

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("write_key", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("origins", Text, nullable=False),  # JSON
    Column("created_us", BigInteger, nullable=False),
)
"""The systems that may send events, each with its key."""

sequence = Table(
    "sequence",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""``events``: the last number given out of the one sequence of the shop. ``trimmed``: up to there events are the
archive's, ``dropped``: up to there they left the log. ``lake``: the commit of the archive that the log relies on.
``sources``: how often the sources were changed. ``planned``: up to there events were held against the tracking plan."""

moved = Table(
    "moved",
    metadata,
    Column("last_seq", _KEY, primary_key=True, autoincrement=False),
    Column("moved_us", BigInteger, nullable=False),
)
"""When the events up to a place were in the archive: they stay in the log for some time after that."""

clock = Table(
    "clock",
    metadata,
    Column("passed_us", _KEY, primary_key=True, autoincrement=False),
    Column("told_us", BigInteger, nullable=False),
)
"""How much time had passed while something ran, and what the machine's clock told then; noted about every hour."""

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
    Column("replayed_us", BigInteger, index=True),
    Column("stage", Text, nullable=False, server_default="import"),  # where: import, parse, read, dedupe
    Column("rule", Text, nullable=False, server_default=""),  # which, in one word; empty for rows that are no events
    Column("receipt", LargeBinary),  # how a live message came, JSON
    Column("mended", LargeBinary),  # how somebody would have it instead, packed as ``raw``
    Column("mended_us", BigInteger),
)
"""The quarantine: what was refused, whole, with the reason."""

tally = Table(
    "tally",
    metadata,
    Column("day", Text, primary_key=True),  # UTC, as 2026-01-31
    Column("source", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
)
"""What is only counted: how often something happened to the messages of a source."""
