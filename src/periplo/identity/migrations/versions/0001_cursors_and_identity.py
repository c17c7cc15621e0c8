"""The cursors of the consumers, and what identity knows."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "cursor",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "identity_part",
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identifiers", sa.LargeBinary, nullable=False),
        sa.Column("spellings", sa.LargeBinary, nullable=False),
        sa.Column("edges", sa.LargeBinary, nullable=False),
    )
    op.execute("INSERT INTO cursor (consumer, seq) VALUES ('identity', 0)")
