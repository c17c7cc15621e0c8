"""The collecting door: takes events from the SDKs that shops have, without the cost of the rest of the server."""

from periplo.server.collect.door import CollectDoor, no_host

__all__ = ["CollectDoor", "no_host"]
