"""How senders prove that it is them. Every comparison takes the same time whether it fits or not."""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from periplo.connectors.connector import Delivery


def is_password(key: str, delivery: Delivery) -> bool:
    """The secret itself, in the address or as a password."""
    return bool(key) and hmac.compare_digest(key.encode(), delivery.password.encode())


def is_signed(key: str, body: bytes, signature: str) -> bool:
    """HMAC-SHA256 over the body, in base64 or hexadecimal; ``sha256=`` before it is passed over."""
    made = hmac.new(key.encode(), body, sha256)
    given = signature.removeprefix("sha256=").encode()
    fits = [hmac.compare_digest(one, given) for one in (base64.b64encode(made.digest()), made.hexdigest().encode())]
    return bool(key) and any(fits)


def is_signed_by(public_key: str, body: bytes, signature: str) -> bool:
    """ECDSA with SHA-256; key and signature in base64."""
    try:
        key = load_der_public_key(base64.b64decode(public_key))
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(base64.b64decode(signature), body, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, TypeError, binascii.Error):
        return False
    return True
