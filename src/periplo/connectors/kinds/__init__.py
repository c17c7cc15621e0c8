"""The systems that are understood, each in a file of its own."""

from __future__ import annotations

from collections.abc import Mapping

from periplo.connectors.kinds import mailgun, postmark, sendgrid, ses, shopify, woocommerce
from periplo.connectors.kinds.kind import Kind

KINDS: Mapping[str, Kind] = {
    one.name: one for one in (shopify.KIND, woocommerce.KIND, ses.KIND, sendgrid.KIND, postmark.KIND, mailgun.KIND)
}
"""All but ``mapped``, whose mapping is the shop's own."""
