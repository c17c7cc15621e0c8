"""What is archived stays in the log for some time; rows that went in stay in the quarantine for some time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "moved",
        sa.Column("last_seq", KEY, primary_key=True, autoincrement=False),
        sa.Column("moved_us", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_reject_replayed_us", "reject", ["replayed_us"])
    op.execute("INSERT INTO sequence (name, last) SELECT 'dropped', last FROM sequence WHERE name = 'trimmed'")
