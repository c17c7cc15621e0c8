"""The key figures (SEMANTICS 9): how each is called, what it means, what it is measured on and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from periplo.analysis import kpi_measures as m
from periplo.analysis.facts import CART_CHANGES, CHECKOUT, ORDERED, PAGES, Facts
from periplo.analysis.kpi_measures import Measured
from periplo.analysis.kpis_result import Unit

How = Literal["ratio", "sum", "median", "p90", "spread", "beyond"]
"""``ratio`` of sums; ``sum``; quantiles; ``spread`` of ratios between splits; share ``beyond`` the p90 gap."""


@dataclass(frozen=True)
class Spec:
    """``needs``: of each tuple of events at least one must occur; ``column``: a property that some event must have;
    ``survey``: the kind of survey that must have been answered; ``again``: some customer must have ordered twice.
    ``split``: what must not be added up."""

    id: str
    label: str
    meaning: str
    unit: Unit
    how: How
    measure: Callable[[Facts], Measured]
    needs: tuple[tuple[str, ...], ...] = ()
    column: str = ""
    split: Literal["", "currency", "channel"] = ""
    survey: str = ""
    again: bool = False


_ORDERS = ((ORDERED,),)
_BACK = (("Order Refunded", "Order Cancelled"),)
_MONEY = "revenue_minor"


def _delivered(what: str) -> tuple[tuple[str, ...], ...]:
    return tuple(f"{kind} {what}" for kind in m.MESSAGES), tuple(f"{kind} Delivered" for kind in m.MESSAGES)


SPECS = (
    Spec("customers", "customers", "Known customers with an event in the period.", "count", "sum", m.customers),
    Spec(
        "conversion_rate",
        "conversion rate of sessions",
        "Sessions with an Order Completed / all sessions.",
        "share",
        "ratio",
        m.session_with_order,
        _ORDERS,
    ),
    Spec(
        "customer_conversion_rate",
        "conversion rate of customers",
        "Customers with an Order Completed / all customers.",
        "share",
        "ratio",
        m.buyers,
        _ORDERS,
    ),
    Spec(
        "conversion_spread",
        "conversion spread between channels",
        "Highest minus lowest conversion rate of sessions among channels with 30 sessions or more.",
        "share",
        "spread",
        m.session_with_order_per_channel,
        _ORDERS,
        split="channel",
    ),
    Spec(
        "bounce_rate",
        "bounce rate",
        "Sessions with one page view and no other contact / sessions.",
        "share",
        "ratio",
        m.bounced,
        (PAGES,),
    ),
    Spec(
        "pages_per_session",
        "pages per session",
        "Page views / sessions that have any.",
        "number",
        "ratio",
        m.pages_in_session,
        (PAGES,),
    ),
    Spec(
        "time_on_page",
        "median time on page",
        "From a page view to the next event of its session; the last one of a session has none.",
        "seconds",
        "median",
        m.page_time,
        (PAGES,),
    ),
    Spec(
        "exit_rate",
        "exit rate",
        "Page views that ended their session / page views; by page it is the exit rate of each.",
        "share",
        "ratio",
        m.page_left,
        (PAGES,),
    ),
    Spec(
        "session_time",
        "median time in a session",
        "From the first event of a session to its last; by channel it is the time in each.",
        "seconds",
        "median",
        m.session_length,
    ),
    Spec(
        "cart_abandonment",
        "cart abandonment",
        "Carts with no order within 24 hours of their last change / carts for which that time is over or that were "
        "ordered.",
        "share",
        "ratio",
        m.cart_abandoned,
        (CART_CHANGES,),
    ),
    Spec(
        "checkout_abandonment",
        "checkout abandonment",
        "Checkouts begun with no order within 24 hours / checkouts for which that time is over or that were ordered.",
        "share",
        "ratio",
        m.checkout_abandoned,
        ((CHECKOUT,),),
    ),
    Spec("orders", "orders", "Orders completed, also of unknown customers.", "count", "sum", m.orders, _ORDERS),
    Spec(
        "revenue",
        "revenue, gross",
        "Revenue of the orders completed.",
        "money",
        "sum",
        m.revenue,
        _ORDERS,
        _MONEY,
        "currency",
    ),
    Spec(
        "refunds",
        "money given back",
        "Money given back for refunded and cancelled orders.",
        "money",
        "sum",
        m.refunds,
        _BACK,
        _MONEY,
        "currency",
    ),
    Spec(
        "net_revenue",
        "revenue, net",
        "Revenue of the orders completed, less the money given back in the same period.",
        "money",
        "sum",
        m.net_revenue,
        _ORDERS,
        _MONEY,
        "currency",
    ),
    Spec(
        "refund_rate",
        "refund rate",
        "Money given back / revenue of the orders completed.",
        "share",
        "ratio",
        m.refund_rate,
        (*_ORDERS, *_BACK),
        _MONEY,
        "currency",
    ),
    Spec(
        "returned_orders",
        "refunded and cancelled orders",
        "Refunds and cancellations, each counted once.",
        "count",
        "sum",
        m.returned,
        _BACK,
    ),
    Spec(
        "average_order_value",
        "average order value",
        "Revenue of the orders completed / orders whose revenue is known.",
        "money",
        "ratio",
        m.order_value,
        _ORDERS,
        _MONEY,
        "currency",
    ),
    Spec(
        "repeat_purchase_rate",
        "repeat purchase rate",
        "Customers with two orders or more / customers with one or more.",
        "share",
        "ratio",
        m.ordered_again,
        _ORDERS,
    ),
    Spec(
        "time_between_orders",
        "median time between orders",
        "Between two consecutive orders of a customer.",
        "seconds",
        "median",
        m.time_between_orders,
        _ORDERS,
        again=True,
    ),
    Spec(
        "time_between_orders_p90",
        "time between orders, 90 % within",
        "Between two consecutive orders of a customer, the time within which nine of ten fall.",
        "seconds",
        "p90",
        m.time_between_orders,
        _ORDERS,
        again=True,
    ),
    Spec(
        "churned_customers",
        "churned customers",
        "Customers whose last order is longer ago than nine of ten times between orders of the shop ({days} days) / "
        "customers with an order.",
        "share",
        "beyond",
        m.silent,
        _ORDERS,
        again=True,
    ),
    Spec(
        "customer_value",
        "customer value so far",
        "Mean order value x orders per year x years as a customer: what a customer with an order has spent so far.",
        "money",
        "ratio",
        m.value_so_far,
        _ORDERS,
        _MONEY,
        "currency",
    ),
    Spec(
        "acquisition_cost",
        "acquisition cost",
        "Costs of winning customers / customers with a first order in the period.",
        "money",
        "ratio",
        m.acquisition_cost,
        _ORDERS,
        "acquisition_cost_minor",
        "currency",
    ),
    Spec(
        "retention_cost",
        "retention cost",
        "Costs of keeping customers / customers who ordered again.",
        "money",
        "ratio",
        m.retention_cost,
        _ORDERS,
        "retention_cost_minor",
        "currency",
    ),
    Spec(
        "channel_switches",
        "channel switches",
        "Changes of channel per cycle; a cycle goes up to one order and what follows it.",
        "number",
        "ratio",
        m.cycle_switches,
    ),
    Spec(
        "multichannel_cycles",
        "cycles through several channels",
        "Cycles with touches in two channels or more / cycles.",
        "share",
        "ratio",
        m.multichannel,
    ),
    Spec(
        "journey_duration",
        "median journey to an order",
        "From the first touch of a cycle to its order.",
        "seconds",
        "median",
        m.journey_time,
        _ORDERS,
    ),
    Spec(
        "journey_duration_p90",
        "journey to an order, 90 % within",
        "From the first touch of a cycle to its order, the time within which nine of ten fall.",
        "seconds",
        "p90",
        m.journey_time,
        _ORDERS,
    ),
    Spec(
        "contact_frequency",
        "touchpoints per customer and week",
        "Contacts of known customers / weeks since their first one, at least one week each.",
        "number",
        "ratio",
        m.touches_per_week,
    ),
    Spec(
        "message_open_rate",
        "open rate of messages",
        "Messages opened / delivered.",
        "share",
        "ratio",
        m.opens,
        _delivered("Opened"),
    ),
    Spec(
        "message_click_rate",
        "click rate of messages",
        "Clicks in messages / messages delivered.",
        "share",
        "ratio",
        m.clicks,
        _delivered("Clicked"),
    ),
    Spec(
        "promotion_click_rate",
        "click rate of promotions",
        "Promotions clicked / seen.",
        "share",
        "ratio",
        m.promotion_clicks,
        (("Promotion Clicked",), ("Promotion Viewed",)),
    ),
    Spec(
        "ad_click_rate",
        "click rate of ads",
        "Ads clicked / seen.",
        "share",
        "ratio",
        m.ad_clicks,
        (("Ad Clicked",), ("Ad Viewed",)),
    ),
    Spec(
        "first_response",
        "median time to the first reply",
        "From a customer's first message to the first reply.",
        "seconds",
        "median",
        m.first_reply,
        (("Ticket Opened",), ("Ticket Replied",)),
    ),
    Spec(
        "resolution_time",
        "median time to the solution",
        "From a customer's first message to the ticket being resolved.",
        "seconds",
        "median",
        m.resolution,
        (("Ticket Opened",), ("Ticket Resolved",)),
    ),
    Spec(
        "nps",
        "NPS",
        "Share of 9 and 10 minus share of 0 to 6, on a scale of 0 to 10, in points.",
        "number",
        "ratio",
        m.promoters,
        (("Survey Answered",),),
        "score",
        survey="nps",
    ),
    Spec(
        "csat",
        "CSAT",
        "Answers of 5 on a scale of 1 to 5 / answers.",
        "share",
        "ratio",
        m.satisfied,
        (("Survey Answered",),),
        "score",
        survey="csat",
    ),
    Spec(
        "ces",
        "CES",
        "Answers of 7 on a scale of 1 to 7 / answers.",
        "share",
        "ratio",
        m.easy,
        (("Survey Answered",),),
        "score",
        survey="ces",
    ),
)
"""All key figures, in the order they are shown."""
