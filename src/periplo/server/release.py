"""Which Periplo this is."""

from importlib.metadata import version

RELEASE = version("periplo")
