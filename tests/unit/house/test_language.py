"""Numbers, money, durations and the choice of language."""

from datetime import UTC, datetime

import pytest

from periplo.errors import UnknownName, UsageError, did_you_mean
from periplo.language import choose, day, duration, moment, money, number, percent, t, tell


def test_numbers_as_each_language_writes_them() -> None:
    assert number(1234.5, "en", 1) == "1,234.5"
    assert number(1234.5, "es", 1) == "1.234,5"
    assert percent(0.1234, "en") == "12.3%"
    assert percent(0.1234, "es") == "12,3 %"


def test_money_knows_the_minor_digits_of_its_currency() -> None:
    assert money(123456, "EUR", "es").replace("\xa0", " ") == "1.234,56 €"
    assert money(123456, "EUR", "en") == "€1,234.56"
    assert money(1234, "JPY", "en") == "JP¥1,234"
    assert money(123456, "GBP", "en", whole=True) == "£1,235"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (59, "59 s"), (60, "1 min"), (725, "12 min"), (3700, "1 h 1 min"), (277_200, "3 d 5 h")],
)
def test_durations_in_their_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds, "en") == text


def test_dates_follow_the_zone_of_the_shop() -> None:
    when = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert day(when, "es", "Europe/Madrid") == "29 mar 2026"
    assert moment(when, "en", "Europe/Madrid") == "29 Mar 2026 00:30:00"


def test_the_reader_chooses_the_language() -> None:
    assert choose("es-ES,es;q=0.9,en;q=0.8") == "es"
    assert choose("de, en;q=0.5, es;q=0.4") == "en"
    assert choose("es_MX") == "es"
    assert choose("xx;q=oops", default="es") == "es"
    assert choose(None) == "en"


def test_an_unknown_name_proposes_the_nearest() -> None:
    error = UnknownName("event", "order_complete", ["Order Completed", "Product Viewed"])
    assert "“Order Completed”" in str(error)
    assert "¿Quería decir" in tell(error, "es")["fix"]
    assert did_you_mean("zzz", ["Order Completed"]) == ""


def test_a_text_without_translation_stays_readable() -> None:
    assert t("No such text {n}", "es", n=3) == "No such text 3"


@pytest.mark.parametrize(
    ("n", "english", "spanish"),
    [
        ("0", "Quarantine: 0 rows wait.", "Cuarentena: 0 filas esperan."),
        ("1", "Quarantine: 1 row waits.", "Cuarentena: 1 fila espera."),
        ("1.000", "Quarantine: 1.000 rows wait.", "Cuarentena: 1.000 filas esperan."),
    ],
)
def test_one_is_not_many(n: str, english: str, spanish: str) -> None:
    text = "Quarantine: {n} {n:row waits|rows wait}."
    assert (t(text, "en", n=n), t(text, "es", n=n)) == (english, spanish)
    assert str(UsageError(text, n=n)) == tell(UsageError(text, n=n), "en")["what"] == english
