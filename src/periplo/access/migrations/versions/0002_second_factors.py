"""Second factors, their recovery codes, and the workspaces that ask everybody for one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("session", sa.Column("factor_us", sa.BigInteger))
    op.create_table(
        "factor",
        sa.Column("user_id", sa.Text, sa.ForeignKey("person.user_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("since_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery",
        sa.Column("user_id", sa.Text, sa.ForeignKey("person.user_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
    )
    op.create_table(
        "demand",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("since_us", sa.BigInteger, nullable=False),
    )
