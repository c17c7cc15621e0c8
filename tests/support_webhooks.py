"""What tests of connectors share: a shop with all of them, and requests signed as each sender signs."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET = "the secret of the shop"
KEY = ec.derive_private_key(0x5EED, ec.SECP256R1())
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

SETTINGS = f"""
[connectors.shopify]
kind = "shopify"
secret = "{SECRET}"

[connectors.woo]
kind = "woocommerce"
secret = "env:WOO_SECRET"

[connectors.ses]
kind = "ses"
secret = "{SECRET}"

[connectors.sendgrid]
kind = "sendgrid"
secret = "{PUBLIC_KEY}"

[connectors.postmark]
kind = "postmark"
secret = "{SECRET}"

[connectors.mailgun]
kind = "mailgun"
secret = "{SECRET}"

[connectors.erp]
kind = "mapped"
secret = "{SECRET}"
mapping = "erp.yaml"
channel = "phone"

[connectors.signed]
kind = "mapped"
secret = "{SECRET}"
mapping = "erp.yaml"
signature = "X-Signature"
"""

ERP = """
event: {column: kind, values: {sale: Order Completed, call: Ticket Opened}}
time: sale.at
id: sale.number
currency: {constant: EUR}
fields:
  order_id: sale.number
  email: buyer.email
  phone: buyer.phone
  revenue: sale.total
consent: {marketing: buyer.newsletter}
properties: {clerk: sale.clerk}
"""


def seal(body: bytes, secret: str = SECRET) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()


def shopify(topic: str, told: Any, *, secret: str = SECRET, **headers: str) -> dict[str, Any]:
    body = json.dumps(told).encode()
    signed = {"X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": seal(body, secret), "X-Shopify-Webhook-Id": "w1"}
    return {"url": "/v1/webhooks/shopify", "content": body, "headers": signed | headers}


def woo(topic: str, told: Any, secret: str = SECRET) -> dict[str, Any]:
    body = json.dumps(told).encode()
    signed = {
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": seal(body, secret),
        "X-WC-Webhook-Delivery-ID": "1",
    }
    return {"url": "/v1/webhooks/woo", "content": body, "headers": signed}


def sendgrid(*events: Any, key: ec.EllipticCurvePrivateKey = KEY) -> dict[str, Any]:
    body, stamp = json.dumps(events).encode(), "1764319200"
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    return {"url": "/v1/webhooks/sendgrid", "content": body, "headers": headers}


def mailgun(event: Any, secret: str = SECRET) -> dict[str, Any]:
    stamp, token = "1764319200", "a" * 50
    signature = hmac.new(secret.encode(), f"{stamp}{token}".encode(), sha256).hexdigest()
    told = {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": event}
    return {"url": "/v1/webhooks/mailgun", "json": told}


def postmark(report: Any, secret: str = SECRET) -> dict[str, Any]:
    return {"url": "/v1/webhooks/postmark", "json": report, "auth": ("hook", secret)}


def ses(event: Any, secret: str = SECRET) -> dict[str, Any]:
    told = {"Type": "Notification", "MessageId": "sns-1", "Message": json.dumps(event)}
    return {"url": "/v1/webhooks/ses", "params": {"key": secret}, "json": told}


def erp(told: Any, secret: str = SECRET) -> dict[str, Any]:
    return {"url": "/v1/webhooks/erp", "params": {"key": secret}, "json": told}
