"""From a seed to a shop's export, with the truth beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from periplo.errors import UsageError
from periplo.simulator.messages import in_order, write
from periplo.simulator.report import IncidentTruth, SimulationReport, ratios, settings, truth
from periplo.simulator.story import Story, tell_story
from periplo.simulator.truth import customers_table, stages_table, totals, write_json, write_parquet
from periplo.simulator.world import World


def simulate(
    customers: int, days: int, seed: int, out: Path, *, progress: Callable[[float], None] | None = None
) -> SimulationReport:
    """Simulate ``customers`` true customers of an invented shop over ``days`` days and write into the folder ``out``:

    - ``events.jsonl.zst``: Segment messages in the order in which they were received
    - ``truth.json``: totals, ratios and the planted incidents; ``truth_customers.parquet``: every identifier of every
      true customer; ``truth_stages.parquet``: when each entered each stage
    - ``shop.toml``: the settings of the shop

    Equal arguments write equal bytes. ``progress`` is called with the share of the messages written, 0 to 1.
    Raises ``UsageError`` for sizes that make no shop, and where ``out`` is a file.
    """
    _check(customers, days, seed, out)
    began = perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    world = World(customers, days, seed)
    story = tell_story(world)
    order = in_order(world, story.rows)
    write(world, story.identities, story.rows, order, out / "events.jsonl.zst", progress)
    counted = totals(story.rows, order.row)
    write_json(truth(world, story, counted), out / "truth.json")
    write_parquet(customers_table(world.texts, story.rows), out / "truth_customers.parquet")
    write_parquet(stages_table(story.rows), out / "truth_stages.parquet")
    (out / "shop.toml").write_text(settings(world.parameters), "utf-8")
    return _report(world, story, len(order.row), out, perf_counter() - began)


def _check(customers: int, days: int, seed: int, out: Path) -> None:
    if customers < 1 or days < 1:
        raise UsageError(
            "A simulated shop needs at least one customer and one day; given were {customers} and {days}.",
            fix="Ask for more, for example 20000 customers and 120 days.",
            customers=customers,
            days=days,
        )
    if seed < 0:
        raise UsageError("The seed {seed} is negative.", fix="Give 0 or any positive whole number.", seed=seed)
    if out.exists() and not out.is_dir():
        raise UsageError("{out} is a file.", fix="Give a folder; it is made when it does not exist.", out=out)


def _report(world: World, story: Story, written: int, out: Path, seconds: float) -> SimulationReport:
    return SimulationReport(
        file=str(out / "events.jsonl.zst"),
        truth=str(out / "truth.json"),
        settings=str(out / "shop.toml"),
        customers=world.customers,
        days=world.days,
        seed=world.seed,
        events=len(story.rows),
        duplicates=written - len(story.rows),
        orders=len(story.orders),
        ratios=ratios(story),
        incidents=[
            IncidentTruth(cost.incident.name, len(cost.affected), len(cost.lost) - cost.gained) for cost in story.costs
        ],
        seconds=round(seconds, 3),
    )
