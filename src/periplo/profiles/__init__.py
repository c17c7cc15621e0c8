"""Profiles: who one customer is and what they did, read from their events."""

from periplo.profiles.carts import Cart, CartLine
from periplo.profiles.consents import Consent, Proof
from periplo.profiles.contacts import Contact
from periplo.profiles.devices import Device
from periplo.profiles.labels import consent_label, identifier_label, order_label
from periplo.profiles.orders import Order, OrderState, Step
from periplo.profiles.profile import Profile, read_profile
from periplo.profiles.rows import COLUMNS, Seen
from periplo.profiles.traits import Value

__all__ = [
    "COLUMNS",
    "Cart",
    "CartLine",
    "Consent",
    "Contact",
    "Device",
    "Order",
    "OrderState",
    "Profile",
    "Proof",
    "Seen",
    "Step",
    "Value",
    "consent_label",
    "identifier_label",
    "order_label",
    "read_profile",
]
