"""What stands on screen for the words of profiles."""

from __future__ import annotations

from periplo.language import Lang, t
from periplo.privacy import State
from periplo.profiles.orders import OrderState


def consent_label(state: State, lang: Lang) -> str:
    """Whether somebody consented."""
    labels: dict[State, str] = {
        "granted": t("granted", lang),
        "denied": t("denied", lang),
        "pending": t("not answered", lang),
    }
    return labels[state]


def order_label(state: OrderState, lang: Lang) -> str:
    """How far an order has come."""
    labels: dict[OrderState, str] = {
        "completed": t("completed", lang),
        "shipped": t("shipped", lang),
        "delayed": t("delayed", lang),
        "delivered": t("delivered", lang),
        "exchanged": t("exchanged", lang),
        "returned": t("returned", lang),
        "partly_refunded": t("partly refunded", lang),
        "refunded": t("refunded", lang),
        "cancelled": t("cancelled", lang),
    }
    return labels[state]


def identifier_label(kind: str, lang: Lang) -> str:
    """What kind of identifier somebody is known by, or found by."""
    labels = {
        "name": t("Name", lang),
        "user_id": t("Account", lang),
        "loyalty_card": t("Loyalty card", lang),
        "email": t("Email", lang),
        "phone": t("Phone", lang),
        "anonymous_id": t("Device", lang),
        "order": t("Order", lang),
    }
    return labels.get(kind, kind)
