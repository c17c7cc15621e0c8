"""The migration environment of access.db."""

from periplo.log.database import run_migrations

run_migrations()
