"""The pages of sources and of what was refused, as a reader without script sees and uses them."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from periplo.access import Permission
from periplo.server.legible import Piece, pieces
from periplo.workspace import Shop
from support_access import TEST, Browser, session
from support_collect import basic, batch, track

ODD = b'{"batch": [{"event": "caf\xe9 \x00<b>\xe2\x80\xae"'
MAIL = "ana@example.com"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.sources.add("web", origins=["https://shop.example"])
    return shop


@pytest.fixture
def editor(shop: Shop, client: TestClient[Any]) -> Browser:
    return Browser(client, session(shop.access, "editor@shop.example"))


def send(shop: Shop, client: TestClient[Any], *messages: Any) -> list[str]:
    """Sends messages; answers the ids of those that were refused."""
    client.post("/v1/batch", content=batch(*messages), headers=basic(shop.sources.all()[0].write_key))
    return list(shop.quarantine.waiting_messages())


def test_a_source_tells_how_it_does(editor: Browser, shop: Shop) -> None:
    send(shop, editor.client, track(1), track(2, event="Product Vewed"), track(3, event=""))
    text = unescape(editor.get("/sources").text)
    assert text.count("<rect") == 28 * 2
    assert "today: 2" in text
    assert "Did you mean “Product Viewed”" in text
    assert "/quarantine?source=web&stage=parse&rule=no_event_name" in text
    assert shop.sources.all()[0].write_key in text


def test_keys_are_made_changed_and_refused_on_the_page(editor: Browser, shop: Shop) -> None:
    made = editor.post("/sources/add", name="till", channel="store", sites="https://a.example https://b.example")
    assert (made.status_code, made.headers["location"]) == (303, "/sources#till")
    [till] = [one for one in shop.sources.all() if one.name == "till"]
    assert (till.channel, till.origins) == ("store", ("https://a.example", "https://b.example"))
    editor.post("/sources/allow", name="till", sites="https://c.example")
    editor.post("/sources/rotate", name="till")
    [changed] = [one for one in shop.sources.all() if one.name == "till"]
    assert changed.origins[-1] == "https://c.example"
    assert changed.write_key != till.write_key
    editor.post("/sources/remove", name="till")
    assert [one.name for one in shop.sources.all()] == ["web"]
    noted = [one.action for one in shop.access.audit.list(limit=4)]
    assert noted == ["source_removed", "source_rotated", "source_allowed", "source_added"]


@pytest.mark.parametrize(
    ("form", "problem"),
    [({"name": "Till 1"}, "cannot be the name"), ({"name": "web"}, "already"), ({"name": "x", "channel": "y"}, "“y”")],
)
def test_what_is_no_source_is_told_on_the_page(editor: Browser, form: dict[str, str], problem: str) -> None:
    answer = editor.post("/sources/add", **form)
    assert answer.status_code == 400
    assert problem in answer.text


def test_a_refused_message_is_mended_and_goes_in(editor: Browser, shop: Shop) -> None:
    [one] = send(shop, editor.client, track(1, event="", properties={"price": "12", "n": 3}))
    page = editor.get(f"/quarantine/{one}").text
    fields = dict(re.findall(r'name="(place:[^"]+)" value="([^"]*)"', page))
    assert next(iter(fields)) == "place:event"
    assert (unescape(fields["place:properties.price"]), fields["place:properties.n"]) == ('"12"', "3")
    typed = {name: unescape(value) for name, value in fields.items()}
    assert editor.post(f"/quarantine/{one}", then="save", **typed).status_code == 303
    assert shop.quarantine.show(one).mended is None
    new = {"new-place": "properties.coupon", "new-value": "ENERO"}
    editor.post(f"/quarantine/{one}", then="replay", **typed | {"place:event": "Product Viewed"} | new)
    assert "and went in" in editor.get(f"/quarantine/{one}").text
    mended = json.loads(shop.quarantine.show(one).mended or "")
    assert (mended["event"], mended["properties"]) == (
        "Product Viewed",
        {"price": "12", "n": 3, "coupon": "ENERO"},
    )
    assert [one.action for one in shop.access.audit.list(limit=2)] == ["replay_refused", "mend_refused"]


def test_bytes_that_are_no_text_are_shown_and_written_anew(editor: Browser, shop: Shop) -> None:
    key = shop.sources.all()[0].write_key
    editor.client.post("/v1/batch", content=ODD, headers=basic(key))
    [one] = shop.quarantine.waiting_messages()
    page = editor.get(f"/quarantine/{one}").text
    assert '<b class="sign">\\xe9</b>' in page
    assert '<b class="sign">\\u202e</b>' in page
    assert "&lt;b&gt;" in page
    assert f"{len(ODD)} bytes" in page
    assert "\x00" not in page
    editor.post(f"/quarantine/{one}", then="replay", text=batch(track(1)).decode().replace(", ", ",\r\n"))
    assert (shop.quarantine.count(), shop.quarantine.show(one).size) == (0, len(ODD))


def test_pieces_leave_nothing_unseen() -> None:
    assert pieces("a\udcff\u200b\n") == [
        Piece("a", False),
        Piece("\\xff", True),
        Piece("\\u200b", True),
        Piece("\n", False),
    ]


def test_rows_are_found_paged_read_again_and_discarded(editor: Browser, shop: Shop) -> None:
    ids = send(shop, editor.client, *(track(number, event="") for number in range(60)), track(99, timestamp="never"))
    assert "51 to 61 of 61" in editor.get("/quarantine?page=2").text
    found = editor.get("/quarantine?rule=no_time").text
    assert found.count('type="checkbox"') == 1
    assert "Nothing waits here" in editor.get("/quarantine?source=nobody").text
    gone = editor.post("/quarantine/settle", then="discard", rule="no_event_name", **{f"row:{ids[0]}": "yes"})
    assert gone.headers["location"] == "/quarantine?rule=no_event_name&gone=1"
    assert "Forgotten: 1" in editor.get(gone.headers["location"]).text
    shop.mend(ids[1], changes={"event": "Product Viewed"})
    shop.mend(ids[2], changes={"event": "Product Viewed"})
    back = editor.post("/quarantine/settle", then="replay", **{f"row:{ids[1]}": "yes"})
    assert back.headers["location"] == "/quarantine?read=1&went_in=1"
    back = editor.post("/quarantine/replay", rule="no_event_name")
    assert "Read again: 58; went in: 1" in editor.get(back.headers["location"]).text
    assert shop.quarantine.discard([ids[1]]) == 0  # it went in: its row stays
    assert shop.quarantine.count() == 58


def test_whoever_may_not_see_customers_sees_no_one_here(editor: Browser, shop: Shop) -> None:
    """A token for editing alone, and whoever hides the names: they can mend what they are not shown."""
    [one] = send(shop, editor.client, track(1, event="", userId=MAIL, properties={"price": 3, "note": "for Ana"}))
    assert MAIL in editor.get(f"/quarantine/{one}").text
    _, token = shop.access.tokens.make("edits", [Permission.EDIT], 1, TEST)
    program = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    for path in (f"/quarantine/{one}", "/quarantine", f"/api/v1/quarantine/{one}", "/api/v1/quarantine"):
        text = editor.client.get(path, headers=program).text
        assert MAIL not in text
        assert "Ana" not in text
        assert "price" in text
    changes = {"changes": {"event": "Product Viewed"}}
    answer = editor.client.post(f"/api/v1/quarantine/{one}/mend", json=changes, headers=program)
    assert MAIL not in answer.text
    assert json.loads(shop.quarantine.show(one).mended or "")["userId"] == MAIL
    editor.headers["Cookie"] += "; periplo_names=hidden"
    hidden = editor.get(f"/quarantine/{one}").text
    assert MAIL not in hidden
    assert "<textarea" not in hidden
    editor.post(f"/quarantine/{one}", then="replay", **{"place:userId": "…", "place:event": "Product Added"})
    assert json.loads(shop.quarantine.show(one).mended or "")["userId"] == MAIL
    assert shop.quarantine.count() == 0


def test_a_table_is_hidden_by_its_cells(shop: Shop, tmp_path: Path) -> None:
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    (tmp_path / "orders.csv").write_text(f'{head}\n1,A,"B, b",6,2010-12-01 08:26:00,-2,7,Spain\n', "utf-8")
    shop.import_files([tmp_path / "orders.csv"], preset="order-lines")
    [row] = shop.hidden().quarantine.list(stage="import")
    assert row.raw == "…,…,…,6,…,…,…,…"
    assert shop.hidden().places(row)["Quantity"] == "6"
