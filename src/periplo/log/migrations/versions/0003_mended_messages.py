"""Refused messages with how they came and how they were mended; what is only counted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("reject", sa.Column("receipt", sa.LargeBinary))
    op.add_column("reject", sa.Column("mended", sa.LargeBinary))
    op.add_column("reject", sa.Column("mended_us", sa.BigInteger))
    op.create_table(
        "tally",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("last_us", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO sequence (name, last) VALUES ('planned', 0)")
