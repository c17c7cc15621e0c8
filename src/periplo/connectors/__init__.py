"""Connectors: what other systems report by webhook, proven to come from them, becomes messages for the collector.

``taking`` does it; only ``Connector``, which settings name, is loaded with the room.
"""

from periplo.connectors.connector import PLACE, Connector, Delivery

__all__ = ["PLACE", "Connector", "Delivery"]
