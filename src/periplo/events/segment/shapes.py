"""What is read of a message: the names that say something, of any type; senders are not to be trusted with types."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, defstruct

_TOLD = """
    email phone loyalty_card loyalty_id url path name title referrer device country address channel quantity
    revenue total value currency products items product_id productId item_id sku category item_category order_id
    orderId transaction_id cart_id cartId ticket_id ticketId case_id caseId conversation_id conversationId
    coupon query search_term
"""

Told = defstruct("Told", [(name, Any, None) for name in _TOLD.split()], gc=False)
"""Properties and traits, under all the names that are read of them."""


class Page(Struct, gc=False):
    url: Any = None
    path: Any = None
    title: Any = None
    referrer: Any = None


class Campaign(Struct, gc=False):
    name: Any = None
    medium: Any = None
    source: Any = None


class Machine(Struct, gc=False):
    category: Any = None
    type: Any = None
    model: Any = None


class Named(Struct, gc=False):
    name: Any = None


class Linked(Struct, gc=False):
    url: Any = None


class Place(Struct, gc=False):
    country: Any = None


class Context(Struct, gc=False, rename={"user_agent": "userAgent"}):
    """What is read of the context."""

    channel: Any = None
    user_agent: Any = None
    locale: Any = None
    page: Page | None = None
    campaign: Campaign | None = None
    device: Machine | None = None
    library: Named | None = None
    referrer: Linked | None = None
    location: Place | None = None
    traits: Told | None = None  # type: ignore[valid-type]
