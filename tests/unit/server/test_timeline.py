"""A customer's events by day and session."""

from datetime import UTC, datetime, timedelta
from typing import Any

from periplo.events.schema import STORED
from periplo.server.timeline import Stage, Words, days, sessions
from periplo.vocabulary import taxonomy

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
BUYING = Stage("purchase", "Compra", 3)


def happened(minutes: float, channel: str | None = "web", name: str = "Page Viewed", **fields: Any) -> dict[str, Any]:
    usual: dict[str, Any] = dict.fromkeys(STORED.names)
    return usual | {"event": name, "channel": channel, "occurred_at": START + timedelta(minutes=minutes)} | fields


def words(zone: str = "Europe/Madrid") -> Words:
    return Words("es", zone, "EUR", taxonomy())


def test_a_session_ends_after_half_an_hour_of_silence_in_its_channel() -> None:
    found = sessions([happened(0), happened(29.9), happened(30, "app"), happened(59.8), happened(90, None)])
    assert [(one.channel, len(one.events)) for one in found] == [("web", 3), ("app", 1), ("other", 1)]
    assert len(sessions([happened(0), happened(30)])) == 2
    assert sessions([]) == []


def test_days_are_those_of_the_zone_and_a_session_stands_under_the_day_it_began() -> None:
    events = [happened(50), happened(70), happened(23 * 60)]
    assert [day["date"] for day in days(events, [None] * 3, words())] == ["28 mar 2026", "29 mar 2026"]
    assert [day["date"] for day in days(events, [None] * 3, words("Asia/Tokyo"))] == ["29 mar 2026", "30 mar 2026"]
    told = days(events, [None] * 3, words())[0]["sessions"][0]["told"]
    assert told == "2 eventos · 20 min"


def test_clocks_show_the_hour_that_was_skipped_in_spring() -> None:
    shown = days([happened(60 * 2.5), happened(60 * 3.5)], [None] * 2, words())
    times = [event["at"].strftime("%H:%M") for day in shown for one in day["sessions"] for event in one["events"]]
    assert times == ["01:30", "03:30"]


def test_an_event_says_what_is_known_of_it() -> None:
    bought = happened(
        0, name="Order Completed", revenue_minor=4990, order_id="A-1", coupon="A-1", quantity=2, query="blue"
    )
    [event] = days([bought], [BUYING], words())[0]["sessions"][0]["events"]
    assert event["label"] == "Pedido completado"
    assert event["details"] == "«blue» · ×2 · A-1"
    assert event["sum"].replace("\xa0", " ") == "49,90 €"
    assert (event["stage"], event["hue"], event["back"]) == ("Compra", 3, False)


def test_money_given_back_is_told_apart() -> None:
    [event] = days([happened(0, name="Order Refunded", revenue_minor=500)], [None], words())[0]["sessions"][0]["events"]
    assert event["back"]
    assert event["sum"].startswith("−")
