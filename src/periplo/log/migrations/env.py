"""The migration environment of log.db."""

from periplo.log.database import run_migrations

run_migrations()
