"""What the clock told is noted now and then: ages go by the time that passed, also over a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("passed_us", KEY, primary_key=True, autoincrement=False),
        sa.Column("told_us", sa.BigInteger, nullable=False),
    )
