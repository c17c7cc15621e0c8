"""When a customer and the shop were last in contact, in each channel and in both directions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from periplo.profiles.rows import Row, Seen
from periplo.vocabulary import Taxonomy

MESSAGE = "message"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """``by_customer``: what they did last in the channel; ``by_shop``: the last message that was sent to them."""

    channel: str
    by_customer: Seen | None
    by_shop: Seen | None


def last_contacts(rows: Sequence[Row], words: Taxonomy) -> list[Contact]:
    """The last contacts per channel, of events in time order; the channel of the newest comes first."""
    by_customer: dict[str, Seen] = {}
    by_shop: dict[str, Seen] = {}
    for row in rows:
        kind = words.events.get(row["event"])
        if not row["channel"]:
            continue
        seen = Seen(row["occurred_at"], row["event"])
        if kind is None or kind.touch:
            by_customer[row["channel"]] = seen
        elif kind.contact == MESSAGE:
            by_shop[row["channel"]] = seen
    channels = {*by_customer, *by_shop}
    found = [Contact(channel=one, by_customer=by_customer.get(one), by_shop=by_shop.get(one)) for one in channels]
    return sorted(found, key=lambda one: (-_newest(one), one.channel))


def _newest(contact: Contact) -> float:
    return max(seen.at.timestamp() for seen in (contact.by_customer, contact.by_shop) if seen)
