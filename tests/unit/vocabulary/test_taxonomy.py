"""Names, channels and touchpoints as SEMANTICS 1 and 3 say."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.vocabulary import Clues, taxonomy, touchpoint_label
from periplo.vocabulary.taxonomy import plain

ECOMMERCE_V2 = """Products Searched,Product List Viewed,Product List Filtered,Promotion Viewed,Promotion Clicked,
Product Clicked,Product Viewed,Product Added,Product Removed,Cart Viewed,Checkout Started,Checkout Step Viewed,
Checkout Step Completed,Payment Info Entered,Order Updated,Order Completed,Order Refunded,Order Cancelled,
Coupon Entered,Coupon Applied,Coupon Denied,Coupon Removed,Product Added to Wishlist,Product Removed from Wishlist,
Wishlist Product Added to Cart,Product Shared,Cart Shared,Product Reviewed""".replace("\n", "").split(",")

OWN = [
    *("Order Shipped", "Order Delivered", "Delivery Delayed", "Order Returned", "Order Exchanged"),
    *("Subscription Started", "Subscription Renewed", "Subscription Cancelled", "Payment Failed"),
    *("Product Out Of Stock Viewed", "Product Back In Stock", "Store Visited", "Loyalty Points Earned"),
    *("Loyalty Points Redeemed", "Survey Shown", "Survey Answered", "Ticket Opened", "Ticket Replied"),
    *("Ticket Resolved", "Ad Clicked", "Unsubscribed", "Element Clicked", "Form Started", "Form Submitted"),
    "Error Shown",
    *(
        f"{channel} {what}"
        for channel in ("Email", "SMS", "Push", "WhatsApp")
        for what in ("Sent", "Delivered", "Opened", "Clicked", "Bounced", "Complained")
    ),
]


def test_all_canonical_events_are_there() -> None:
    assert len(ECOMMERCE_V2) == 28
    assert set(ECOMMERCE_V2 + OWN) <= set(taxonomy().events)


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("Viewed Product", "Product Viewed"),
        ("Completed Order", "Order Completed"),
        ("view_item", "Product Viewed"),
        ("add_to_cart", "Product Added"),
        ("begin_checkout", "Checkout Started"),
        ("add_payment_info", "Payment Info Entered"),
        ("purchase", "Order Completed"),
        ("refund", "Order Refunded"),
        ("view_search_results", "Products Searched"),
        ("ViewContent", "Product Viewed"),
        ("AddToCart", "Product Added"),
        ("InitiateCheckout", "Checkout Started"),
        ("Purchase", "Order Completed"),
        ("product_viewed", "Product Viewed"),
        ("productViewed", "Product Viewed"),
        ("product viewed", "Product Viewed"),
        ("ORDER-COMPLETED", "Order Completed"),
    ],
)
def test_other_names_are_understood_and_kept(sent: str, canonical: str) -> None:
    assert taxonomy().canonical(sent) == (canonical, sent)


@pytest.mark.parametrize("name", ["Order Completed", "Gift Wrapped", "", "ñandú", "★"])
def test_canonical_and_unknown_names_stay_as_they_are(name: str) -> None:
    assert taxonomy().canonical(name) == (name, None)


def test_no_other_name_has_two_meanings() -> None:
    meanings: dict[str, set[str]] = {plain(name): {name} for name in taxonomy().events}
    for family in taxonomy().aliases.values():
        for alias, name in family.items():
            meanings.setdefault(plain(alias), set()).add(name)
    assert {alias: names for alias, names in meanings.items() if len(names) > 1} == {}


@given(st.lists(st.sampled_from([None, "view_item", "Order Completed", "Gift", "PURCHASE", ""])))
def test_columns_of_names_agree_with_single_names(names: list[str | None]) -> None:
    canonical, original = taxonomy().canonical_column(pa.array(names, pa.string()))
    expected = [(None, None) if name is None else taxonomy().canonical(name) for name in names]
    assert list(zip(canonical.to_pylist(), original.to_pylist(), strict=True)) == expected


@pytest.mark.parametrize(
    ("clues", "channel"),
    [
        (Clues(), "web"),
        (Clues(type="screen"), "app"),
        (Clues(type="page"), "web"),
        (Clues(type="track", library="analytics-android"), "app"),
        (Clues(type="track", library="analytics.js"), "web"),
        (Clues(explicit="in-store", event="Email Opened", default="web"), "store"),
        (Clues(explicit="server", default="app"), "app"),
        (Clues(event="Email Opened", default="web"), "email"),
        (Clues(event="WhatsApp Clicked"), "whatsapp"),
        (Clues(event="Ad Clicked"), "ads"),
        (Clues(event="Store Visited"), "store"),
        (Clues(default="pos", medium="cpc"), "store"),
        (Clues(medium="CPC", source="google"), "ads"),
        (Clues(medium="paid_social", source="facebook"), "ads"),
        (Clues(medium="Email"), "email"),
        (Clues(source="instagram"), "social"),
        (Clues(page="https://shop.es/?gclid=x"), "ads"),
        (Clues(page="https://shop.es/a?b=1&FBCLID=x"), "social"),
        (Clues(page="https://shop.es/?fbclid=x", medium="cpc"), "ads"),
        (Clues(page="/p?msclkid=x"), "ads"),
        (Clues(page="/p?ttclid=x"), "ads"),
        (Clues(page="/p?notgclid=x"), "web"),
        (Clues(referrer="https://www.google.es/"), "search"),
        (Clues(referrer="android-app://com.google.android.gm/"), "email"),
        (Clues(referrer="https://l.instagram.com/?u=x"), "social"),
        (Clues(referrer="https://www.amazon.es/dp/1"), "marketplace"),
        (Clues(referrer="https://un-blog.es/post"), "referral"),
        (Clues(referrer="https://www.shop.es/a", page="https://shop.es/b"), "web"),
        (Clues(referrer="https://checkout.shop.es/a", page="https://www.shop.es/b"), "web"),
        (Clues(referrer="https://myshop.es/a", page="https://shop.es/b"), "referral"),
        (Clues(referrer="https://www.paypal.com/checkout", page="https://shop.es/b"), "web"),
        (Clues(referrer="not an address"), "web"),
        (Clues(referrer="http://["), "web"),
    ],
)
def test_channel_of_an_event(clues: Clues, channel: str) -> None:
    assert taxonomy().channel_of(clues) == channel


CLUES = {
    "explicit": ["app", "nonsense", None],
    "event": ["Email Opened", "Order Completed", None],
    "default": ["store", None],
    "medium": ["cpc", "email", None],
    "page": ["https://shop.es/?gclid=1", "https://shop.es/", None],
    "referrer": ["https://google.com", "https://shop.es/x", None],
    "type": ["screen", "track", None],
}


@given(st.lists(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CLUES.items()}), max_size=20))
def test_columns_of_clues_agree_with_single_events(rows: list[dict[str, str | None]]) -> None:
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in CLUES}
    expected = [taxonomy().channel_of(Clues(**{k: v or "" for k, v in row.items()})) for row in rows]
    assert taxonomy().channel_column(len(rows), **columns).to_pylist() == expected


def test_a_plain_text_is_a_clue_for_all_rows() -> None:
    assert taxonomy().channel_column(2, default="store", event=None).to_pylist() == ["store", "store"]


def test_touchpoints_are_channel_and_contact() -> None:
    assert taxonomy().contact("Email Clicked") == "click"
    assert taxonomy().contact("Gift Wrapped") == "other"
    assert touchpoint_label("email", "click", "en") == "Email click"
    assert touchpoint_label("store", "purchase", "en") == "Store purchase"
    assert touchpoint_label("store", "purchase", "es") == "Compra en la tienda"
    assert touchpoint_label("web", "product page", "es") == "Ficha de producto en la web"


def test_labels_in_one_language_differ_from_event_to_event() -> None:
    for lang in ("en", "es"):
        labels = sorted(kind.label(lang) for kind in taxonomy().events.values())  # type: ignore[arg-type]
        assert [a for a, b in pairwise(labels) if a == b] == []


def test_default_stages_in_order_with_their_events() -> None:
    stages = taxonomy().stages
    assert [stage.es for stage in stages] == [
        *("Descubrimiento", "Consideración", "Compra", "Servicio", "Fidelización", "Recomendación")
    ]
    held, unless = stages[2].where["all"]
    assert "Order Completed" in held["event"]
    assert unless == {"not": {"any": [{"event": "Order Completed", "did": "Order Completed", "at_least": 2}]}}


def test_identity_limits_of_semantics_2() -> None:
    rules = taxonomy().identifiers
    assert rules.limits == {"user_id": 1, "email": 5, "phone": 5, "loyalty_card": 3, "device": 100, "anonymous_id": 100}
    assert rules.priority[:4] == ("user_id", "loyalty_card", "email", "phone")
