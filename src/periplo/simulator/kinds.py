"""The kinds of message the simulated shop sends, with the stage of the retail map that each one belongs to."""

from __future__ import annotations

from enum import IntEnum

AWARENESS, CONSIDERATION, PURCHASE, SERVICE, LOYALTY, ADVOCACY = STAGES = (
    "awareness",
    "consideration",
    "purchase",
    "service",
    "loyalty",
    "advocacy",
)
NO_STAGE = ""
CLICK = "awareness, or loyalty after an order"
ORDER = "purchase, or loyalty from the second on"

NAMINGS = ("canonical", "ga4", "v1")
"""How a shop's tag manager or an old app names its events."""


class Kind(IntEnum):
    """One kind of message: Segment call, name, stage, and its names in GA4 and Ecommerce v1 where they differ.

    Stages are written down here a second time, apart from the product's vocabulary: they are a truth to test it with.
    """

    call: str
    title: str
    stage: str
    ga4: str
    v1: str

    def __new__(cls, call: str, title: str, stage: str = NO_STAGE, ga4: str = "", v1: str = "") -> Kind:
        member = int.__new__(cls, len(cls.__members__))
        member._value_ = len(cls.__members__)
        member.call, member.title, member.stage = call, title, stage
        member.ga4, member.v1 = ga4 or title, v1 or title
        return member

    HOME_PAGE = "page", "Home", AWARENESS
    LANDING_PAGE = "page", "Campaign", AWARENESS
    HELP_PAGE = "page", "Delivery and returns", AWARENESS
    STORES_PAGE = "page", "Our stores", AWARENESS
    HOME_SCREEN = "screen", "Home", AWARENESS
    HELP_SCREEN = "screen", "Delivery and returns", AWARENESS
    IDENTIFY = "identify", ""

    AD_CLICKED = "track", "Ad Clicked", AWARENESS
    PROMOTION_VIEWED = "track", "Promotion Viewed", AWARENESS, "view_promotion", "Viewed Promotion"
    PROMOTION_CLICKED = "track", "Promotion Clicked", AWARENESS, "select_promotion", "Clicked Promotion"
    PRODUCTS_SEARCHED = "track", "Products Searched", CONSIDERATION, "view_search_results", "Searched Products"
    LIST_VIEWED = "track", "Product List Viewed", CONSIDERATION, "view_item_list", "Viewed Product Category"
    LIST_FILTERED = "track", "Product List Filtered", CONSIDERATION, "", "Filtered Product List"
    PRODUCT_VIEWED = "track", "Product Viewed", CONSIDERATION, "view_item", "Viewed Product"
    OUT_OF_STOCK = "track", "Product Out Of Stock Viewed", CONSIDERATION
    WISHED = "track", "Product Added to Wishlist", CONSIDERATION, "add_to_wishlist"
    SIGNED_UP = "track", "Signed Up", CONSIDERATION, "sign_up"
    SIGNED_IN = "track", "Signed In", NO_STAGE, "login"
    FORM_SUBMITTED = "track", "Form Submitted"
    ERROR_SHOWN = "track", "Error Shown"
    STORE_VISITED = "track", "Store Visited", CONSIDERATION

    PRODUCT_ADDED = "track", "Product Added", PURCHASE, "add_to_cart", "Added Product"
    PRODUCT_REMOVED = "track", "Product Removed", PURCHASE, "remove_from_cart", "Removed Product"
    CART_VIEWED = "track", "Cart Viewed", PURCHASE, "view_cart", "Viewed Cart"
    CHECKOUT_STARTED = "track", "Checkout Started", PURCHASE, "begin_checkout", "Started Checkout"
    CHECKOUT_STEP = "track", "Checkout Step Completed", PURCHASE, "add_shipping_info", "Completed Checkout Step"
    COUPON_ENTERED = "track", "Coupon Entered", PURCHASE
    COUPON_APPLIED = "track", "Coupon Applied", PURCHASE
    COUPON_DENIED = "track", "Coupon Denied", PURCHASE
    PAYMENT_ENTERED = "track", "Payment Info Entered", PURCHASE, "add_payment_info", "Entered Payment Info"
    PAYMENT_FAILED = "track", "Payment Failed", PURCHASE
    ORDER_COMPLETED = "track", "Order Completed", ORDER, "purchase", "Completed Order"

    ORDER_SHIPPED = "track", "Order Shipped", SERVICE
    DELIVERY_DELAYED = "track", "Delivery Delayed", SERVICE
    ORDER_DELIVERED = "track", "Order Delivered", SERVICE
    ORDER_RETURNED = "track", "Order Returned", SERVICE
    ORDER_REFUNDED = "track", "Order Refunded", SERVICE
    TICKET_OPENED = "track", "Ticket Opened", SERVICE
    TICKET_REPLIED = "track", "Ticket Replied", SERVICE
    TICKET_RESOLVED = "track", "Ticket Resolved", SERVICE
    SURVEY_SHOWN = "track", "Survey Shown"
    SURVEY_ANSWERED = "track", "Survey Answered"
    RECOMMENDED = "track", "Survey Answered", ADVOCACY  # 9 or 10 of 10
    POINTS_EARNED = "track", "Loyalty Points Earned", LOYALTY
    POINTS_REDEEMED = "track", "Loyalty Points Redeemed", LOYALTY
    REVIEWED = "track", "Product Reviewed", ADVOCACY, "", "Reviewed Product"
    SHARED = "track", "Product Shared", ADVOCACY, "share", "Shared Product"

    EMAIL_SENT = "track", "Email Sent"
    EMAIL_DELIVERED = "track", "Email Delivered"
    EMAIL_BOUNCED = "track", "Email Bounced"
    EMAIL_OPENED = "track", "Email Opened"
    EMAIL_CLICKED = "track", "Email Clicked", CLICK
    SMS_SENT = "track", "SMS Sent"
    SMS_DELIVERED = "track", "SMS Delivered"
    SMS_BOUNCED = "track", "SMS Bounced"
    SMS_CLICKED = "track", "SMS Clicked", CLICK
    PUSH_SENT = "track", "Push Sent"
    PUSH_DELIVERED = "track", "Push Delivered"
    PUSH_BOUNCED = "track", "Push Bounced"
    PUSH_CLICKED = "track", "Push Clicked", CLICK
    WHATSAPP_SENT = "track", "WhatsApp Sent"
    WHATSAPP_DELIVERED = "track", "WhatsApp Delivered"
    WHATSAPP_BOUNCED = "track", "WhatsApp Bounced"
    WHATSAPP_OPENED = "track", "WhatsApp Opened"
    WHATSAPP_CLICKED = "track", "WhatsApp Clicked", CLICK
    UNSUBSCRIBED = "track", "Unsubscribed"

    def named(self, naming: int) -> str:
        """The name this kind goes by in one of ``NAMINGS``."""
        return (self.title, self.ga4, self.v1)[naming]
