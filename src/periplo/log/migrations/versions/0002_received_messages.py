"""Messages as they were received, sources with their write keys, and why live messages were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("event") as event:
        event.drop_constraint("event_key", type_="unique")
        event.alter_column("body", existing_type=sa.LargeBinary, nullable=True)
    op.create_table(
        "receipt",
        sa.Column("first_seq", KEY, primary_key=True, autoincrement=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("received_us", sa.BigInteger, nullable=False),
        sa.Column("call", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("sent_at", sa.Text),
        sa.Column("user_agent", sa.Text),
        sa.Column("context", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "source",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("write_key", sa.Text, nullable=False, unique=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("origins", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
    )
    op.add_column("reject", sa.Column("stage", sa.Text, nullable=False, server_default="import"))
    op.add_column("reject", sa.Column("rule", sa.Text, nullable=False, server_default=""))
    op.execute("INSERT INTO sequence (name, last) VALUES ('trimmed', 0), ('lake', 0), ('sources', 0)")
