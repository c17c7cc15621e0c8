"""The tables of state.db. The migrations lead here: their sum is this schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

HEAD = "0002"
"""The newest migration."""

metadata = MetaData()

cursor = Table(
    "cursor",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""Up to which place of the sequence each consumer has read; it commits together with what it wrote."""

identity_part = Table(
    "identity_part",
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("identifiers", LargeBinary, nullable=False),
    Column("spellings", LargeBinary, nullable=False),
    Column("edges", LargeBinary, nullable=False),
)
"""What identity knows, append-only, as columns (Arrow IPC streams): millions of facts in a second."""

identity_decision = Table(
    "identity_decision",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""What people decided about identity, as JSON, by its place in the sequence. Append-only."""
