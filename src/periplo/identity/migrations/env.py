"""The migration environment of state.db."""

from periplo.log.database import run_migrations

run_migrations()
