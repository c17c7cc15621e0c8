"""The models against published figures, against direct integration, and against buyers with known parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from scipy.stats import gamma as gamma_law

from periplo.analysis.value import bgnbd, fit_money, fit_orders, gammagamma, paretonbd
from periplo.analysis.value.buyers import Ahead, Buyers
from periplo.analysis.value.futures import orders_drawn, spent_drawn
from periplo.analysis.value.likelihood import Maximum
from periplo.analysis.value.models import MoneyModel, OrderModel, fit_buyers
from periplo.errors import DataError, UsageError
from support import oracle
from value_simulated import stopping_after_orders, stopping_at_a_time

KINDS = {"bg/nbd": bgnbd, "pareto/nbd": paretonbd}
positive = st.floats(0.3, 20)
parameters = st.tuples(positive, positive, positive, positive).map(np.array)
buyers = st.tuples(st.integers(0, 30), st.floats(0, 1), st.floats(0.1, 80)).map(
    lambda drawn: Buyers.of([drawn[0]], [drawn[1] * drawn[2] if drawn[0] else 0], [drawn[2]])
)


def cdnow(name: str) -> np.ndarray:
    return np.genfromtxt(oracle(f"lifetimes/datasets/{name}.csv"), delimiter=",", names=True)


def test_bgnbd_on_cdnow() -> None:
    table = cdnow("cdnow_customers_summary")
    fitted = fit_orders(table["frequency"], table["recency"], table["T"])
    assert fitted.customers == 2357
    assert fitted.maximum.values == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=6e-4)
    assert fitted.maximum.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_pareto_nbd_on_cdnow() -> None:
    table = cdnow("cdnow_customers_summary")
    fitted = fit_orders(table["frequency"], table["recency"], table["T"], "pareto/nbd")
    assert fitted.maximum.values == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=1.2e-3)
    assert fitted.maximum.log_likelihood == pytest.approx(-9595.0, abs=0.05)


def test_gamma_gamma_on_cdnow() -> None:
    table = cdnow("cdnow_customers_summary_with_transactions")
    fitted = fit_money(table["x"], table["zbar"])
    assert fitted.customers == 946
    assert fitted.maximum.values == pytest.approx([6.25, 3.74, 15.44], abs=8e-3)
    assert fitted.maximum.log_likelihood == pytest.approx(-4055.92, abs=0.005)


def test_what_is_published_of_single_customers() -> None:
    """Fader and Hardie's spreadsheets: the customer with x = 2, t_x = 30.43, T = 38.86, 39 weeks ahead."""
    one = Buyers.of([2], [30.43], [38.86])
    assert bgnbd.expected(np.array([0.243, 4.414, 0.793, 2.426]), one, Ahead(39)) == pytest.approx(1.226, abs=2e-3)


@pytest.mark.parametrize("model", KINDS)
@for_all(parameters, buyers)
def test_slopes_are_those_of_the_likelihood(model: str, at: np.ndarray, one: Buyers) -> None:
    _, slopes = KINDS[model].log_likelihood(at, one)
    for k, slope in enumerate(slopes[:, 0]):
        step = np.where(np.arange(4) == k, 1e-6 * at[k], 0)
        up, down = (KINDS[model].log_likelihood(at + sign * step, one)[0][0] for sign in (1, -1))
        assert slope == pytest.approx((up - down) / (2e-6 * at[k]), rel=2e-4, abs=2e-4)


@for_all(st.tuples(positive, positive, positive).map(np.array), st.integers(1, 30), st.floats(0.1, 500))
def test_slopes_of_spending(at: np.ndarray, orders: int, mean: float) -> None:
    given = np.array([float(orders)]), np.array([mean])
    _, slopes = gammagamma.log_likelihood(at, *given)
    for k, slope in enumerate(slopes[:, 0]):
        step = np.where(np.arange(3) == k, 1e-6 * at[k], 0)
        up, down = (gammagamma.log_likelihood(at + sign * step, *given)[0][0] for sign in (1, -1))
        assert slope == pytest.approx((up - down) / (2e-6 * at[k]), rel=2e-4, abs=2e-4)


U = np.linspace(-120, 12, 4001)
"""Integrals over rates run over their logarithms: sums of so even and smooth a thing are exact to many digits."""
RATES = np.exp(U)
V = np.linspace(-120, 120, 4001)
CHANCES, STAYING = 1 / (1 + np.exp(-V)), 1 / (1 + np.exp(V))


def over_rates(shape: float, rate: float, values: np.ndarray) -> float:
    """The mean of ``values`` (one per rate of ``RATES``) under a gamma law, which is normalised by summing too."""
    weights = np.exp(shape * U - rate * RATES)
    return float((values * weights).sum() / weights.sum())


def over_chances(a: float, b: float, values: np.ndarray) -> float:
    """The mean of ``values`` (one per chance of ``CHANCES``) under a beta law."""
    weights = np.exp(a * np.log(CHANCES) + b * np.log(STAYING))
    return float((values * weights).sum() / weights.sum())


@for_all(parameters, buyers)
def test_bgnbd_is_the_integral_over_rates_and_chances(at: np.ndarray, one: Buyers) -> None:
    (r, alpha, a, b), x, last, age = at, one.frequency[0], one.recency[0], one.age[0]
    expected = over_rates(r, alpha, np.exp(x * U - RATES * age)) * over_chances(a, b, STAYING**x)
    if x:
        stopped = over_chances(a, b, CHANCES * STAYING ** (x - 1))
        expected += over_rates(r, alpha, np.exp(x * U - RATES * last)) * stopped
    assert bgnbd.log_likelihood(at, one)[0][0] == pytest.approx(np.log(expected), abs=1e-7)


@settings(max_examples=25)
@for_all(parameters, buyers)
def test_pareto_nbd_is_the_integral_over_both_rates(at: np.ndarray, one: Buyers) -> None:
    (r, alpha, s, beta), x, last, age = at, one.frequency[0], one.recency[0], one.age[0]
    u = np.linspace(-100, 8, 801)
    orders, stops = np.exp(u)[:, None], np.exp(u)[None, :]
    law = np.exp(r * u - alpha * np.exp(u))[:, None] * np.exp(s * u - beta * np.exp(u))[None, :]
    both = orders + stops
    likely = stops * np.exp(-both * last) + orders * np.exp(-both * age)
    expected = (orders**x / both * likely * law).sum() / law.sum()
    assert paretonbd.log_likelihood(at, one)[0][0] == pytest.approx(np.log(expected), abs=1e-5)


@for_all(st.integers(1, 6), st.floats(0.3, 5), st.floats(0.5, 6), st.floats(1.5, 6), st.floats(0.5, 5))
def test_gamma_gamma_is_the_integral_over_spending(x, mean, p, q, gamma) -> None:
    expected = over_rates(q, gamma, gamma_law.pdf(mean, p * x, scale=1 / (RATES * x)))
    found = gammagamma.log_likelihood(np.array([p, q, gamma]), np.array([float(x)]), np.array([mean]))[0][0]
    assert found == pytest.approx(np.log(expected), abs=1e-7)


@for_all(parameters, buyers, st.floats(0.5, 100))
def test_bgnbd_expects_what_integration_over_chances_says(at: np.ndarray, one: Buyers, ahead: float) -> None:
    """E[(1 - exp(-rate p t)) / p], rates gamma(r + x, alpha + T), p beta(a, b + x): until the next stop or the end."""
    (r, alpha, a, b), x, age = at, one.frequency[0], one.age[0]
    until = -np.expm1(-(r + x) * np.log1p(CHANCES * ahead / (alpha + age))) / CHANCES
    expected = over_chances(a, b + x, until) * bgnbd.alive(at, one)[0]
    assert bgnbd.expected(at, one, Ahead(ahead))[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)


@for_all(parameters, buyers, st.floats(0.5, 100))
def test_pareto_nbd_expects_what_integration_over_stopping_says(at: np.ndarray, one: Buyers, ahead: float) -> None:
    """E[rate] E[(1 - exp(-mu t)) / mu], rates gamma(r + x, alpha + T), mu gamma(s, beta + T)."""
    (r, alpha, s, beta), x, age = at, one.frequency[0], one.age[0]
    lasting = over_rates(s, beta + age, -np.expm1(-RATES * ahead) / RATES)
    expected = paretonbd.alive(at, one)[0] * over_rates(r + x, alpha + age, RATES) * lasting
    assert paretonbd.expected(at, one, Ahead(ahead))[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_gap_of_the_formula_at_a_equal_to_one_is_closed() -> None:
    one = Buyers.of([3], [10], [20])
    around = [bgnbd.expected(np.array([0.5, 4, a, 2]), one, Ahead(30))[0] for a in (1 - 1e-4, 1, 1 + 1e-4)]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-7)
    near = [paretonbd.expected(np.array([0.5, 4, s, 2]), one, Ahead(30))[0] for s in (1 - 1e-5, 1, 1 + 1e-5)]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-7)


@pytest.mark.parametrize("model", KINDS)
def test_futures_have_the_expected_mean(model) -> None:
    some = Buyers.of([0, 1, 5, 12], [0, 3, 30, 20], [40, 40, 38, 39])
    fitted = OrderModel(model, Maximum(KINDS[model].NAMES, np.array([0.9, 6.0, 1.4, 9.0]), 0.0, None), 4)
    drawn = orders_drawn(fitted, some, 26.0, draws=60_000)
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - fitted.expected(some, 26.0)) < 4 * error).all()
    money = MoneyModel(Maximum(gammagamma.NAMES, np.array([6.0, 5.0, 15.0]), 0.0, None), 4)
    orders, mean = some.frequency, np.array([0.0, 20.0, 35.0, 5.0])
    spent = spent_drawn(money, drawn, orders, mean)
    expected = fitted.expected(some, 26.0) * money.expected(orders, mean)
    assert (np.abs(spent.mean(axis=0) - expected) < 4 * spent.std(axis=0) / np.sqrt(len(spent))).all()


@pytest.mark.parametrize("model", KINDS)
def test_never_ordering_again_only_lowers_the_hope(model) -> None:
    at = np.array([0.6, 8.0, 0.7, 10.0])
    silent = Buyers.of([4] * 30, [10] * 30, np.linspace(10, 200, 30))
    hope = KINDS[model].alive(at, silent)
    assert (np.diff(hope) < 0).all()
    assert (hope > 0).all()
    assert (hope <= 1).all()


@pytest.mark.parametrize(
    ("model", "planted", "make"),
    [
        ("bg/nbd", (0.8, 6.0, 1.0, 3.0), stopping_after_orders),
        ("pareto/nbd", (0.9, 8.0, 0.8, 15.0), stopping_at_a_time),
    ],
)
def test_planted_parameters_are_found_again(model, planted, make) -> None:
    fitted = fit_buyers(make(*planted, n=4000, seed=3), model)
    for truth, found in zip(planted, fitted.maximum.parameters(0.999), strict=True):
        assert found.low < truth < found.high
        assert found.se < 0.6 * truth


def test_planted_spending_is_found_again() -> None:
    random = np.random.default_rng(5)
    orders = random.integers(1, 12, 4000).astype(float)
    nu = random.gamma(4.0, 1 / 30.0, 4000)
    mean = random.gamma(6.0 * orders) / nu / orders
    for truth, found in zip((6.0, 4.0, 30.0), fit_money(orders, mean).maximum.parameters(0.999), strict=True):
        assert found.low < truth < found.high


def test_standard_errors_shrink_with_the_root_of_customers() -> None:
    table = cdnow("cdnow_customers_summary")
    once = fit_orders(table["frequency"], table["recency"], table["T"]).maximum
    four = fit_orders(*(np.tile(table[name], 4) for name in ("frequency", "recency", "T"))).maximum
    assert four.values == pytest.approx(once.values, rel=1e-5)
    assert four.log_likelihood == pytest.approx(4 * once.log_likelihood, rel=1e-10)
    for one, another in zip(once.parameters(0.95), four.parameters(0.95), strict=True):
        assert another.se == pytest.approx(one.se / 2, rel=1e-3)


@pytest.mark.parametrize("model", KINDS)
def test_neither_order_nor_the_unit_of_time_matters(model) -> None:
    table = cdnow("cdnow_customers_summary")
    given = np.stack([table[name] for name in ("frequency", "recency", "T")])[:, :600]
    whole = fit_orders(*given, model=model)
    shuffled = given[:, np.random.default_rng(1).permutation(600)]
    assert fit_orders(*shuffled, model=model).maximum.values.tolist() == whole.maximum.values.tolist()
    days = fit_orders(given[0], given[1] * 7, given[2] * 7, model)
    scale = [7 if name in {"alpha", "beta"} else 1 for name in days.maximum.names]
    assert days.maximum.values == pytest.approx(whole.maximum.values * scale, rel=1e-4)


def test_what_does_not_settle_the_parameters_is_said() -> None:
    """Everybody orders once a week and nobody stops: any law without spread and without stopping fits."""
    fitted = fit_orders([20] * 50, [20] * 50, [20] * 50)
    assert fitted.maximum.covariance is None
    assert [parameter.se for parameter in fitted.maximum.parameters(0.95)] == [None] * 4


@pytest.mark.parametrize(
    ("frequency", "recency", "age"),
    [([1], [5], [4]), ([0], [2], [4]), ([-1], [0], [4]), ([1.5], [1], [4]), ([1, 2], [1], [4]), ([1], [1], [np.nan])],
)
def test_numbers_that_cannot_be_are_refused(frequency, recency, age) -> None:
    with pytest.raises(UsageError):
        fit_orders(frequency, recency, age)


def test_too_little_to_learn_from_is_said() -> None:
    for args in (([], [], []), ([3], [4], [5]), ([0] * 100, [0] * 100, [9] * 100)):
        with pytest.raises(DataError, match="ordered again"):
            fit_orders(*args)
    with pytest.raises(DataError, match="one instant"):
        fit_orders([1] * 20, [0] * 20, [0] * 20)
    with pytest.raises(DataError, match="the same"):
        fit_money([2] * 20, [9.99] * 20)
    with pytest.raises(DataError, match="ordered again"):
        fit_money([0] * 20, [0] * 20)
    with pytest.raises(UsageError):
        fit_money([1, 2], [np.nan, 3])
