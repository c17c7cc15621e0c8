"""Numbers as people write them, exact to the millionth."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake_reading import Reader, Writer
from periplo.intake.cells.amounts import SignEvidence, millionths, read_amounts, to_minor_units


@pytest.mark.parametrize(
    ("text", "style", "amount"),
    [
        ("1,234.56", "point", "1234.56"),
        ("1.234,56 €", "comma", "1234.56"),
        ("€ 12", "point", "12"),
        ("EUR 1 234,50", "comma", "1234.5"),
        ("1'234.50 CHF", "point", "1234.5"),
        ("R$ 12,00", "comma", "12"),
        ("$12.00 USD", "point", "12"),
        ("(12.00)", "point", "-12"),
        ("12-", "point", "-12"),
        ("−3.5", "point", "-3.5"),
        ("2.5E-05", "point", "0.000025"),
        (".5", "point", "0.5"),
        ("12,5", "point", None),
        ("1.23,4", "point", None),
        ("abc", "point", None),
        ("1e99", "point", None),
        ("99999999999999", "point", None),
    ],
)
def test_ways_to_write_an_amount(text: str, style: str, amount: str | None) -> None:
    assert millionths(text, style) == (None if amount is None else int(Decimal(amount) * 1_000_000))


@pytest.mark.parametrize(
    ("values", "country", "style", "open_question"),
    [
        (["1,5", "2"], "US", "comma", False),
        (["1.50"], "ES", "point", False),
        (["1.234", "1.234,5"], "US", "comma", False),
        (["1.234.567"], "US", "comma", False),
        (["1.234"], "ES", "comma", True),
        (["1.234"], "US", "point", True),
        (["0.125"], "ES", "point", False),
        (["12", "13"], "ES", "point", False),
    ],
)
def test_the_decimal_sign_is_decided_from_the_whole_column(
    values: list[str], country: str, style: str, open_question: bool
) -> None:
    evidence = SignEvidence()
    evidence.see(pa.array(values))
    assert (evidence.style(country), evidence.open) == (style, open_question)


@given(st.lists(st.decimals(-1_000_000, 1_000_000, places=4), min_size=1, max_size=20))
def test_text_and_typed_columns_agree(values: list[Decimal]) -> None:
    wanted = [int(value * 1_000_000) for value in values]
    columns = [
        pa.array(values, pa.decimal128(20, 4)),
        pa.array(list(map(float, values))),
        pa.array(list(map(str, values))),
    ]
    assert [read_amounts(column, "point").millionths.tolist() for column in columns] == [wanted] * 3


def test_missing_and_bad_values() -> None:
    read = read_amounts(pa.array(["1", None, "", "x", "NULL"]), "point")
    assert read.there.tolist() == [True, False, False, True, False]
    assert read.bad.tolist() == [False, False, False, True, False]
    floats = read_amounts(pa.array([1.5, None, float("nan"), float("inf")]), "point")
    assert (floats.there.tolist(), floats.bad.tolist()) == ([True, False, False, True], [False, False, False, True])


def test_minor_units_follow_the_currency() -> None:
    amounts = np.array([1_234_567, 1_234_567, 1_234_567, -1_235_000])
    assert to_minor_units(amounts, np.array([0, 2, 3, 2])).tolist() == [1, 123, 1235, -124]


def test_money_of_other_currencies(read: Reader, write: Writer) -> None:
    text = "order_id;date;total;currency\n1;2024-05-01;1.500;JPY\n2;2024-05-01;1,5;kwd\n3;2024-05-01;2,50;€\n"
    text += "4;2024-05-01;1,0;XXQ\n"
    found = read(write("a.csv", text))
    assert [(e["revenue_minor"], e["currency"]) for e in found.events] == [(1500, "JPY"), (1500, "KWD"), (250, "EUR")]
    assert found.reasons() == ["“XXQ” is not a currency. Write its ISO 4217 code, such as EUR."]


def test_what_can_be_decimal_or_thousands_is_said(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", "order_id;date;total\n1;2024-05-01;1.500\n"))
    assert found.events[0]["revenue_minor"] == 150_000
    assert found.notes() == [
        "a.csv: “1.500” in “total” was read as thousands; it could be decimals. If that is wrong, give the decimal "
        "style in a mapping file."
    ]


def test_signs_of_another_currency_are_said(read: Reader, write: Writer) -> None:
    head = "order_id;date;total\n"
    for number, (amount, sign) in enumerate(
        [("$12.50", "$"), ("£ 3.20", "£"), ("12.50 USD", "USD"), ("US$1.20", "US$")]
    ):
        [note] = read(write(f"{number}.csv", head + f"1;2024-05-01;4.20\n2;2024-05-01;{amount}\n")).notes()
        assert f"amounts in “total” are written with “{sign}” and were read in EUR" in note
    for number, amount in enumerate(["3.20 €", "EUR 3.20", "3.20"], 10):
        assert read(write(f"{number}.csv", head + f"1;2024-05-01;{amount}\n")).notes() == []
    assert read(write("20.csv", "order_id;date;total;currency\n1;2024-05-01;$3.20;USD\n")).notes() == []
