"""Questions on Spark answer what the shop answers by itself, asked of two executors: processes of their own.

PERIPLO_SPARK_MASTER names another master.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import small_shop
from periplo.analysis import Journeys, Result, options_of, questions
from periplo.errors import UnknownName
from periplo.workspace import Shop
from periplo.workspace.spark import AnsweredHere, SparkJourneys, on_spark

MASTER = os.environ.get("PERIPLO_SPARK_MASTER", "local-cluster[2,1,1024]")
STEPS = ("Product Viewed", "Order Completed")


@pytest.fixture(scope="module")
def spark() -> Iterator:
    if shutil.which("java") is None:
        message = "needs Java 17 on the path"
        pytest.fail(message) if os.environ.get("PERIPLO_NEED_SPARK") else pytest.skip(message)
    import pyspark
    from pyspark.sql import SparkSession

    # Executors are started by scripts of Spark's folder, and run the Python and the code that the tests run.
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(Path(pyspark.__file__).parent)}
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "1g",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.session.timeZone": "America/Bogota",
    }
    session = SparkSession.builder.master(MASTER).config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.open(small_shop.make(tmp_path_factory.mktemp("spark"))) as shop:
        shop.archive()
        yield shop


@pytest.fixture(scope="module")
def far(spark, shop: Shop) -> SparkJourneys:
    return on_spark(spark, shop.path / "lake" / "events", parts=3)


def given(name: str) -> tuple[tuple[str, ...], dict[str, str]]:
    options = options_of(getattr(Journeys, name))
    spread = STEPS if any(option.spread for option in options) else ()
    return spread, {each.parameter: STEPS[0] for each in options if each.required and not each.spread}


def plain(value):
    """Lists in one order: ties have none of their own."""
    if isinstance(value, Result):
        return plain(msgspec.to_builtins(value))
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((plain(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return float(f"{value:.9g}") if isinstance(value, float) else value


@pytest.mark.parametrize("name", questions(Journeys))
def test_every_question_answers_the_same(far: SparkJourneys, shop: Shop, name: str) -> None:
    spread, options = given(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnsweredHere)
        found = getattr(far, name)(*spread, **options)
    assert plain(found) == plain(getattr(shop.journeys(), name)(*spread, **options))


def test_the_plain_ones_run_on_spark_alone(far: SparkJourneys, shop: Shop) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", AnsweredHere)
        for ask in (
            lambda j: j.kpis(),
            lambda j: j.sessions(),
            lambda j: j.rfm(),
            lambda j: j.clv(),
            lambda j: j.plain_value(by="device"),
        ):
            assert plain(ask(far)) == plain(ask(shop.journeys()))


def test_narrowed_alike(far: SparkJourneys, shop: Shop) -> None:
    def narrowed(journeys: Journeys) -> Journeys:
        return journeys.between("2026-01-01", "2026-02-22").where({"did": "Product Viewed"}).channel("app")

    assert plain(narrowed(far).sessions()) == plain(narrowed(shop.journeys()).sessions())
    with pytest.raises(UnknownName):
        far.channel("appp")


OPENED = {
    "cohorts": ("cohort/2026-01/0",),
    "cycles": ("cycles/with_order", "cycles/first/web/web"),
    "funnel": ("funnel/2/customers", "funnel/1/dropped"),
    "kpis": ("kpi/orders", "kpi/conversion_rate"),
    "lifecycle": ("lifecycle/2026-W02/new",),
    "loops": ("loops/all",),
    "plain_value": ("plain_value/EUR",),
    "retention": ("retention/all/size",),
    "rfm": ("rfm/new", "rfm/asleep"),
    "sequences": ("sequence/all",),
    "sessions": ("sessions/web", "sessions/all/with_order"),
    "stickiness": ("stickiness/at_least/1",),
    "transitions": ("transition/start/web:product page",),
}
"""Numbers whose customers the executors find."""


@pytest.mark.parametrize("name", OPENED)
def test_the_executors_find_the_customers_behind_a_number(far: SparkJourneys, shop: Shop, name: str) -> None:
    spread, options = given(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error", AnsweredHere)
        there = getattr(far, name)(*spread, **options)
        near = shop.journeys()
        here = getattr(near, name)(*spread, **options)
        for ref in OPENED[name]:
            found = there.behind(ref)
            assert far.customers(found) == near.customers(here.behind(ref))
            assert [*far.each(found)] == [*near.each(here.behind(ref))]
        warnings.simplefilter("ignore", AnsweredHere)
        with pytest.raises(UnknownName):
            there.behind("no/such/number")


def test_what_depends_on_all_customers_is_opened_by_the_shop(far: SparkJourneys, shop: Shop) -> None:
    near = shop.journeys()
    with pytest.warns(AnsweredHere):
        found = far.sankey(start="Product Viewed").behind("sankey/0/web:product page")
    assert far.customers(found) == near.customers(
        near.sankey(start="Product Viewed").behind("sankey/0/web:product page")
    )


def test_a_shop_without_events(spark, tmp_path: Path) -> None:
    with Shop.create(tmp_path / "empty"):
        empty = on_spark(spark, tmp_path / "empty")
    assert empty.evidence.events == 0
