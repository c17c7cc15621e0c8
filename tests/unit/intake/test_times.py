"""Times as people and systems write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest

from periplo.errors import UsageError
from periplo.intake.cells.times import Evidence, read_times
from periplo.intake.cells.timetext import EPOCH, order_of, read, way_of
from periplo.intake.cells.zones import to_utc


def moment(value: str, way: str) -> tuple[str, bool] | None:
    found = read(value, way)
    return found and ((EPOCH + timedelta(microseconds=found.us)).isoformat(" "), found.local)


@pytest.mark.parametrize(
    ("value", "way", "said", "local"),
    [
        ("2010-12-01 08:26:00", "iso", "2010-12-01 08:26:00", True),
        ("2010-12-01", "iso", "2010-12-01 00:00:00", True),
        ("2010/12/1 8:26", "iso", "2010-12-01 08:26:00", True),
        ("20101201", "iso", "2010-12-01 00:00:00", True),
        ("2010-12-01T08:26:00.25Z", "iso", "2010-12-01 08:26:00.250000", False),
        ("2019-10-01 00:00:00 UTC", "iso", "2019-10-01 00:00:00", False),
        ("2024-02-20 10:00:00 +0530", "iso", "2024-02-20 04:30:00", False),
        ("2024-01-01T10:00:00+01:00[Europe/Paris]", "iso", "2024-01-01 09:00:00", False),
        ("1/12/2010 8:26", "day-first", "2010-12-01 08:26:00", True),
        ("1.12.10", "day-first", "2010-12-01 00:00:00", True),
        ("31-12-2020 11:05 p. m.", "day-first", "2020-12-31 23:05:00", True),
        ("12/25/2020 12:05 AM", "month-first", "2020-12-25 00:05:00", True),
        ("1 Dec 2010 08:26", "words", "2010-12-01 08:26:00", True),
        ("Wed, 01 Dec 2010 08:26:00 GMT", "words", "2010-12-01 08:26:00", False),
        ("December 1st, 2010 8:26 pm", "words", "2010-12-01 20:26:00", True),
        ("1 de diciembre de 2010, 8:26", "words", "2010-12-01 08:26:00", True),
        ("01-ago-2010", "words", "2010-08-01 00:00:00", True),
        ("Wed Dec 01 2010 08:26:00 GMT+0100 (CET)", "words", "2010-12-01 07:26:00", False),
        ("1285891200", "epoch", "2010-10-01 00:00:00", False),
        ("1285891200123", "epoch", "2010-10-01 00:00:00.123000", False),
        ("1285891200123456", "epoch", "2010-10-01 00:00:00.123456", False),
        ("01|12|10", "%d|%m|%y", "2010-12-01 00:00:00", True),
        ("01.12.2010 +0200", "%d.%m.%Y %z", "2010-11-30 22:00:00", False),
    ],
)
def test_ways_to_write_a_time(value: str, way: str, said: str, local: bool) -> None:
    assert moment(value, way) == (said, local)


@pytest.mark.parametrize(
    ("value", "way"),
    [
        ("2010-13-01", "iso"),
        ("31/12/2020", "month-first"),
        ("30/02/2020", "day-first"),
        ("0001-01-01", "iso"),
        ("x", "iso"),
    ],
)
def test_what_is_no_time(value: str, way: str) -> None:
    assert read(value, way) is None


def test_ways_are_told_apart() -> None:
    values = ["2010-12-01", "1/2/2010", "1 Dec 2010", "1285891200", "12", "hello"]
    assert [way_of(value) for value in values] == ["iso", "numeric", "words", "epoch", "", ""]
    assert [order_of(value) for value in ["13/2/2010", "2/13/2010", "2/3/2010"]] == ["day-first", "month-first", ""]


@pytest.mark.parametrize(
    ("values", "country", "way"),
    [
        (["01/02/2024", "13/02/2024"], "US", "day-first"),
        (["01/02/2024", "02/13/2024"], "ES", "month-first"),
        (["01/02/2024", "03/04/2024"], "ES", "day-first"),
        (["01/02/2024", "03/04/2024"], "US", "month-first"),
        (["13/02/2024", "14/02/2024", "02/13/2024"], "ES", "day-first"),
        (["2024-01-01", "2024-01-02", "13/02/2024"], "ES", "iso"),
        (["x", "y", "2024-01-01"], "ES", "iso"),
    ],
)
def test_day_or_month_first_is_decided_from_the_whole_column(values: list[str], country: str, way: str) -> None:
    evidence = Evidence()
    evidence.see(pa.array(values))
    assert evidence.way(country) == way


def test_typed_columns() -> None:
    noon = datetime(2024, 7, 1, 12)
    seconds = int(noon.replace(tzinfo=UTC).timestamp())
    columns = {
        "naive": pa.array([noon, None]),
        "zoned": pa.array([noon.replace(tzinfo=timezone(timedelta(hours=2))), None], pa.timestamp("ms", "UTC")),
        "date": pa.array([date(2024, 7, 1), None]),
        "seconds": pa.array([seconds, None]),
        "float": pa.array([seconds + 0.5, None]),
    }
    found = {name: read_times(column, "iso", "Europe/Madrid") for name, column in columns.items()}
    hours = {name: (times.us[0] / 1e6 - seconds) / 3600 for name, times in found.items()}
    assert hours == {"naive": -2, "zoned": -2, "date": -14, "seconds": 0, "float": 0.5 / 3600}
    assert all(times.there.tolist() == [True, False] and not times.bad.any() for times in found.values())


def test_the_quick_and_the_thorough_way_agree() -> None:
    for values in (["2024-07-01 12:00:00", "2024-01-01"], ["2024-07-01T12:00:00Z", "2024-01-01 00:00:00+02:00"]):
        quick = read_times(pa.array(values), "iso", "Europe/Madrid")
        slow = read_times(pa.array([*values, "x"]), "iso", "Europe/Madrid")
        assert quick.us.tolist() == slow.us.tolist()[:2]
        assert slow.bad.tolist() == [False, False, True]


def test_summer_time() -> None:
    local = np.array(
        ["2024-01-15T12:00", "2024-07-15T12:00", "2024-03-31T02:30", "2024-10-27T02:30"], "datetime64[us]"
    ).astype(np.int64)
    said = to_utc(local, "Europe/Madrid").astype("datetime64[us]").astype("datetime64[m]").astype(str).tolist()
    assert said == ["2024-01-15T11:00", "2024-07-15T10:00", "2024-03-31T01:30", "2024-10-27T00:30"]


def test_a_time_zone_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=r"Did you mean “Europe/Madrid”"):
        to_utc(np.zeros(1, np.int64), "Europe/Madird")
