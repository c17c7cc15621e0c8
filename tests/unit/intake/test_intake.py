"""An intake as a whole: which files, how far it is, and reading refused rows once more."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_reading import Reader, Writer, read_all
from periplo.errors import PeriploError
from periplo.events import EVENTS
from periplo.intake import Progress, open_intake, replay

ROWS = "order_id,date,email,total\n{n},2024-05-01,ana@x.es,{n}.50\n"


def orders(read: Reader, *paths: Path | str) -> list[str]:
    return [event["order_id"] for event in read(*paths).events]


def test_folders_patterns_and_files_in_a_stable_order(read: Reader, write: Writer) -> None:
    for n, name in enumerate(["b.csv", "a.csv", "sub/c.CSV", "sub/d.txt.gz", ".hidden.csv", "_SUCCESS", "notes.md"], 1):
        path = write(f"in/{name}", ROWS.format(n=n))
    folder = path.parent
    assert orders(read, folder) == ["2", "1", "3", "4"]
    assert orders(read, folder / "*.csv") == ["5", "2", "1"] or orders(read, folder / "*.csv") == ["2", "1"]
    assert orders(read, folder / "**" / "*.CSV") == ["3"]
    assert orders(read, folder / "b.csv", folder, folder / "b.csv") == ["1", "2", "3", "4"]


def test_a_name_with_brackets_is_a_file(read: Reader, write: Writer) -> None:
    assert orders(read, write("orders[1].csv", ROWS.format(n=1))) == ["1"]


def test_files_of_several_kinds(read: Reader, write: Writer) -> None:
    found = read(
        write("a.csv", ROWS.format(n=1)),
        write("b.csv", "event_time,event_type,product_id,user_id,user_session\n2019-10-01,view,7,42,s1\n"),
        write("c.csv", ROWS.format(n=2)),
    )
    orders, clicks = found.intake.preset.split(" + ")
    assert (orders.rpartition("-")[0], clicks) == ("order-completed", "clickstream")
    assert sorted(found.names()) == ["Order Completed", "Order Completed", "Product Viewed"]


def test_files_with_the_same_columns_have_the_same_source(read: Reader, write: Writer) -> None:
    first, second = read(write("january.csv", ROWS.format(n=1))), read(write("copy.csv", ROWS.format(n=1)))
    assert first.events == second.events


def test_progress_tells_bytes_rows_and_the_time_left(write: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.intake.files.blocks.BLOCK", 1000)
    monkeypatch.setattr("periplo.intake.files.opening._CHUNK", 1000)
    text = "event_time,event_type,product_id,user_id,user_session\n" + "2019-10-01,view,7,42,s1\n" * 400
    first, second = write("a.csv", text), write("b.csv", text)
    told: list[Progress] = []
    for _ in open_intake([first, second]).batches(told.append):
        pass
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)
    assert 0 < told[0].bytes_done < told[0].bytes_total == 2 * len(text)
    assert (told[-1].bytes_done, told[-1].rows) == (2 * len(text), 800)


def test_rate_and_time_left() -> None:
    step = Progress(bytes_done=250, bytes_total=1000, rows=5000, seconds=2.0)
    assert (step.rate, step.seconds_left) == (2500, 6.0)
    assert Progress(0, 1000, 0, 0.0).seconds_left is None
    assert Progress(0, 1000, 0, 0.0).rate == 0


def test_batches_have_the_columns_of_events(write: Writer) -> None:
    for text in (ROWS.format(n=1), "order_id,date,sku,price\n1,2024-01-01,A,2\nx\n"):
        batches = list(open_intake([write("a.csv", text)]).batches())
        assert all(batch.events.schema.equals(EVENTS) for batch in batches)
        assert all(column.validate(full=True) is None for batch in batches for column in batch.events.columns)


def test_a_time_ahead_of_the_import_is_repaired(read: Reader, write: Writer) -> None:
    (event,) = read(write("a.csv", "order_id,date,email\n1,2150-01-01,a@x.es\n")).events
    assert event["clock_flag"] == "future"
    assert event["occurred_at"] <= datetime.now(UTC)
    assert event["original_at"].year == 2150


def test_identifiers_come_in_one_form(read: Reader, write: Writer) -> None:
    text = (
        "order_id,date,customer_id,email,phone\n1,2024-01-01,17850.0, ANA@X.es ,600 111 222\n2,2024-01-01,guest,NULL,\n"
    )
    first, second = read(write("a.csv", text)).events
    assert (first["user_id"], first["email"], first["phone"]) == ("17850", "ana@x.es", "+34600111222")
    assert not {"user_id", "email", "phone"} & second.keys()


def test_refused_rows_are_read_once_more(read: Reader, write: Writer) -> None:
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    good = "1,A,Mug,1,2024-01-01,2,7,Spain\n"
    bad = '2,A,"Mug\nred",1,someday,2,7,Spain\n3,A,Mug,1,2024-01-01,-2,7,Spain\n4,A,Mug,one,2024-01-01,2,,Spain\n5,A\n'
    found = read(write("a.csv", header + good + bad))
    assert len(found.rejects) == 4
    again = list(replay(found.rejects, preset="order-lines"))
    rejects = {reject.reject_id: reject.line for batch in again for reject in batch.rejects}
    assert rejects == {reject.reject_id: reject.line for reject in found.rejects}


def test_a_mended_mapping_brings_refused_rows_in(read: Reader, write: Writer) -> None:
    mapping = "event: {column: what, values: {buy: Order Completed, see: null}}\ntime: at\nfields: {user_id: who}\n"
    for name, text in (
        ("a.csv", "at,what,who\n2024-01-01,buy,1\n2024-01-02,see,2\n"),
        ("a.jsonl", '{"at":"2024-01-01","what":"buy","who":1}\n{"at":"2024-01-02","what":"see","who":2}\n'),
    ):
        found = read(write(name, text), mapping=write("m.yaml", mapping))
        assert len(found.rejects) == 1
        (batch,) = replay(found.rejects, mapping=mapping.replace("null", "Product Viewed"))
        assert (batch.rows, batch.rejects) == (1, [])
        (event,) = batch.events.select(["event", "user_id", "source"]).to_pylist()
        assert event == {"event": "Product Viewed", "user_id": "2", "source": "mapping"}


def test_ids_of_rows_do_not_depend_on_the_rows_around_them(read: Reader, write: Writer) -> None:
    mapping = write("m.yaml", "event: Visit\ntime: at\nfields: {user_id: who}\nproperties: all\n")
    plain, rich = '{"at":"2024-01-01","who":1}\n', '{"who":2,"at":"2024-01-02","extra":{"x":1}}\n'
    alone = read(write("a.jsonl", plain), mapping=mapping).events[0]["event_id"]
    together = read(write("b.jsonl", rich + plain), mapping=mapping).events[1]["event_id"]
    assert alone == together == read(write("c.csv", "who,at\n1,2024-01-01\n"), mapping=mapping).events[0]["event_id"]


def test_rows_without_the_time_that_others_have(read: Reader, write: Writer) -> None:
    mapping = write("m.yaml", "event: Visit\ntime: at\nfields: {user_id: who}\n")
    found = read(write("a.jsonl", '{"at":"2024-01-01","who":1}\n{"who":2}\n'), mapping=mapping)
    assert (len(found.events), found.reasons()) == (1, ["There is no time. Fill in “at”."])


GOOD = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    '500,S1,"Mug, red",2,2024-05-01 10:00:00,3.50,17850,Spain\n'
    "501,S2,Cup,1,2024-05-02 10:00:00,1.50,17851,Spain\n",
    '{"type":"track","event":"A","userId":"u","timestamp":"2024-01-01T00:00:00Z","properties":{"revenue":"1"}}\n' * 2,
    '{"event_name":"purchase","event_timestamp":"1704103200000000","user_pseudo_id":"p","event_params":[{"key":"a",'
    '"value":{"int_value":"1"}}],"items":[{"item_id":"x","quantity":"2"}],"ecommerce":{"purchase_revenue":1.5}}\n',
)
EDIT = st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=4))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(GOOD), st.lists(EDIT, max_size=4))
def test_no_file_crashes_an_import(
    tmp_path_factory: pytest.TempPathFactory, text: str, edits: list[tuple[int, int, bytes]]
) -> None:
    data = bytearray(text.encode())
    for place, removed, added in edits:
        data[place : place + removed] = added
    path = tmp_path_factory.mktemp("fuzz") / "a.csv"
    path.write_bytes(data)
    with suppress(PeriploError):
        read_all(path)
