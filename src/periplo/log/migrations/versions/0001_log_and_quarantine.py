"""The log, its sequence and the quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("seq", KEY, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("source", "event_id", name="event_key"),
    )
    op.create_table(
        "sequence",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "reservation",
        sa.Column("first_seq", KEY, primary_key=True, autoincrement=False),
        sa.Column("import_id", sa.Text, nullable=False),
    )
    op.create_table(
        "reading",
        sa.Column("import_id", sa.Text, primary_key=True),
        sa.Column("preset", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text),
    )
    op.create_table(
        "reject",
        sa.Column("reject_id", sa.Text, primary_key=True),
        sa.Column("import_id", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reason_values", sa.Text, nullable=False),
        sa.Column("header", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("rejected_us", sa.BigInteger, nullable=False),
        sa.Column("replayed_us", sa.BigInteger),
    )
    op.create_index("ix_reject_rejected_us", "reject", ["rejected_us"])
    op.execute("INSERT INTO sequence (name, last) VALUES ('events', 0)")
