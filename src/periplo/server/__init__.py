"""The web door: the living map in a browser, and the same numbers as JSON."""

from periplo.server.app import create_app
from periplo.server.run import serve

__all__ = ["create_app", "serve"]
