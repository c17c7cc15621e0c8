"""Mail services: what became of a message, once for each time it happened, and whose it was."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from periplo.connectors import Connector
from periplo.connectors.confirming import asked_to_confirm, confirm
from periplo.errors import ShopBusy
from periplo.workspace import Shop
from support_collect import Client, events, verdicts
from support_webhooks import SECRET, mailgun, postmark, sendgrid, ses

ANA, AT = "ana@example.com", 1_764_319_200
ALL = [
    "Email Delivered",
    "Email Opened",
    "Email Clicked",
    "Email Bounced",
    "Email Complained",
    "Unsubscribed",
]
MAIL = {"messageId": "0100-1", "timestamp": "2026-11-28T08:00:00.000Z", "destination": [ANA]}


def of_ses(kind: str, **told: Any) -> dict[str, Any]:
    part = {"Subscription": "subscription"}.get(kind, kind.lower())
    return ses({"eventType": kind, "mail": MAIL, part: {"timestamp": "2026-11-28T08:01:00.000Z"} | told})


def of_sendgrid(kind: str, **told: Any) -> dict[str, Any]:
    return sendgrid({"event": kind, "email": ANA, "timestamp": AT, "sg_event_id": f"{kind}-1"} | told)


def of_mailgun(kind: str, **told: Any) -> dict[str, Any]:
    return mailgun({"event": kind, "id": f"{kind}-1", "timestamp": AT + 0.25, "recipient": ANA} | told)


def of_postmark(kind: str, stamp: str, **told: Any) -> dict[str, Any]:
    return postmark(
        {"RecordType": kind, "MessageID": "00000000-1", "Recipient": ANA, stamp: "2026-11-28T08:01:00Z"} | told
    )


SENT: dict[str, list[dict[str, Any]]] = {
    "ses": [
        of_ses("Delivery"),
        of_ses("Open"),
        of_ses("Click", link="https://shop.example/sale"),
        of_ses("Bounce", bounceType="Permanent", bouncedRecipients=[{"emailAddress": ANA}]),
        of_ses("Complaint", complainedRecipients=[{"emailAddress": ANA}]),
        of_ses("Subscription"),
    ],
    "sendgrid": [
        of_sendgrid("delivered"),
        of_sendgrid("open"),
        of_sendgrid("click", url="https://shop.example/sale"),
        of_sendgrid("bounce", type="bounce", reason="550 no such user"),
        of_sendgrid("spamreport"),
        of_sendgrid("group_unsubscribe"),
    ],
    "mailgun": [
        of_mailgun("delivered"),
        of_mailgun("opened"),
        of_mailgun("clicked", url="https://shop.example/sale"),
        of_mailgun("failed", severity="permanent"),
        of_mailgun("complained"),
        of_mailgun("unsubscribed"),
    ],
    "postmark": [
        of_postmark("Delivery", "DeliveredAt"),
        of_postmark("Open", "ReceivedAt"),
        of_postmark("Click", "ReceivedAt", OriginalLink="https://shop.example/sale"),
        of_postmark("Bounce", "BouncedAt", Type="HardBounce"),
        of_postmark("SpamComplaint", "BouncedAt"),
        of_postmark("SubscriptionChange", "ChangedAt", SuppressSending=True, SuppressionReason="ManualSuppression"),
    ],
}
PASSING = [
    of_ses("Bounce", bounceType="Transient", bouncedRecipients=[{"emailAddress": ANA}]),
    of_ses("DeliveryDelay"),
    of_sendgrid("deferred"),
    of_sendgrid("bounce", type="blocked"),
    of_mailgun("failed", severity="temporary"),
    of_postmark("Bounce", "BouncedAt", Type="SoftBounce"),
    of_postmark("SubscriptionChange", "ChangedAt", SuppressSending=True, SuppressionReason="HardBounce"),
]


@pytest.mark.parametrize("service", SENT)
def test_what_became_of_a_mail_counts_once(shop: Shop, client: Client, service: str) -> None:
    for one in SENT[service]:
        assert verdicts(client.post(**one)) == ["accepted"]
        assert verdicts(client.post(**one)) == ["duplicate"]
    found = events(shop)
    assert [event["event"] for event in found] == ALL
    assert {(event["email"], event["channel"], event["source"]) for event in found} == {(ANA, "email", service)}
    assert json.loads(found[2]["properties"])["url"] == "https://shop.example/sale"
    assert {event["occurred_at"].date().isoformat() for event in found} <= {"2026-11-28", "2025-11-28"}
    assert shop.quarantine.count() == 0


@pytest.mark.parametrize("request_", PASSING)
def test_what_is_tried_again_is_no_bounce(shop: Shop, client: Client, request_: dict[str, Any]) -> None:
    answer = client.post(**request_)
    assert (answer.status_code, verdicts(answer)) == (200, [])
    assert not events(shop)


def test_many_events_at_once_and_one_that_is_unknown(shop: Shop, client: Client) -> None:
    several = [{"event": "open", "email": ANA, "timestamp": AT + n, "sg_event_id": str(n)} for n in range(50)]
    told = verdicts(client.post(**sendgrid(*several, {"event": "teleported"})))
    assert sorted(told) == ["accepted"] * 50 + ["quarantined"]
    assert json.loads(shop.quarantine.list()[0].raw) == {"event": "teleported"}


ASKED = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Token=t"}


def test_amazon_is_not_answered_unless_that_is_allowed(shop: Shop, client: Client) -> None:
    answer = client.post("/v1/webhooks/ses", params={"key": SECRET}, json=ASKED)
    assert (answer.status_code, verdicts(answer)) == (200, ["quarantined"])
    [kept] = shop.quarantine.list()
    assert kept.rule == "unconfirmed"
    assert ASKED["SubscribeURL"] in kept.tell("en")


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        (ASKED["SubscribeURL"], True),
        ("http://sns.eu-west-1.amazonaws.com/", False),
        ("https://amazonaws.com.evil.example/", False),
        ("https://evil.example/?.amazonaws.com", False),
        ("https://[broken", False),
    ],
)
def test_only_amazons_addresses_are_opened(address: str, opened: bool) -> None:
    body = json.dumps(ASKED | {"SubscribeURL": address}).encode()
    allows = Connector(kind="ses", secret="x", confirm=True)
    assert (asked_to_confirm(allows, body) == address) is opened
    assert asked_to_confirm(Connector(kind="ses", secret="x"), body) is None
    assert asked_to_confirm(allows, b'["SubscriptionConfirmation"]') is None


def test_the_answer_is_a_request_to_that_address() -> None:
    asked: list[str] = []

    class Amazon(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Amazon)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    confirm(f"http://127.0.0.1:{server.server_port}/?Token=t")
    thread.join()
    server.server_close()
    assert asked == ["/?Token=t"]
    with pytest.raises(ShopBusy):
        confirm(f"http://127.0.0.1:{server.server_port}/?Token=t")
