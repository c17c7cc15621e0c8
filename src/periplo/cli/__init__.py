"""The command line: a door that translates words into calls and results into text or JSON."""

from periplo.cli.main import main

__all__ = ["main"]
