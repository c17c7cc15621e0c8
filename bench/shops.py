"""A real import, the demo's map and its page, each as users have them: the `periplo` command, or the library."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from urllib.request import urlopen

import msgspec

from bench.measuring import Figure, repeated
from periplo.analysis import Journeys
from periplo.maps import read as read_map
from periplo.workspace import Shop

HERE = Path(__file__).parent
DATA = Path(os.environ.get("PERIPLO_DATA", HERE.parents[1] / "shared" / "data"))
FOLDER = HERE / "data"
PERIPLO = [sys.executable, "-m", "periplo"]
KNOWN = {"read": 541_909, "events": 25_898, "customers": 4_372}
IMPORT_S, IMPORT_GB, MAP_S, PAGE_S = 25.0, 1.5, 0.5, 1.0


def figures() -> Iterator[Figure]:
    yield from importing(DATA / "uci_online_retail.parquet")
    with Shop.open(demo()) as shop:
        yield reading(shop)
    yield from showing(demo())


def importing(file: Path) -> Iterator[Figure]:
    """An import in a process of its own, from a cold start to the end of the command."""
    if not file.exists():
        print(f"left out: {file.name} is not in PERIPLO_DATA")
        return
    shop = FOLDER / "uci"
    shutil.rmtree(shop, ignore_errors=True)
    begun = perf_counter()
    command = [*PERIPLO, "import", str(file), "--into", str(shop), "--no-browser", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    report = msgspec.json.decode(process.stdout.read())
    _, _, used = os.wait4(process.pid, 0)
    seconds, gigabytes = perf_counter() - begun, used.ru_maxrss * 1024 / 1e9
    equal = all(report[key] == number for key, number in KNOWN.items())
    yield Figure(
        name="import of uci_online_retail (541,909 rows)",
        ours_s=seconds,
        goal=f"{IMPORT_S:g} s",
        equal=equal,
        met=equal and seconds < IMPORT_S,
    )
    yield Figure(
        name="largest memory of that import",
        amount=f"{gigabytes:.2f} GB",
        goal=f"{IMPORT_GB:g} GB",
        equal=equal,
        met=equal and gigabytes < IMPORT_GB,
    )


def demo() -> Path:
    """The demo shop, made once."""
    from periplo.cli.serving import make_demo

    if not Shop.exists(FOLDER / "demo"):
        make_demo(FOLDER / "demo")
    return FOLDER / "demo"


def reading(shop: Shop) -> Figure:
    """The map of the demo, computed anew from its journeys every time."""
    definition, found = shop.map_definition(), shop.journeys()

    def fresh() -> Journeys:
        return Journeys(
            found.columns,
            currency=found.currency,
            zone=found.zone,
            taxonomy=found.taxonomy,
            segments=found.segments,
        )

    seconds = repeated(lambda: read_map(fresh(), definition), 7)
    events = found.evidence.events
    equal = all(stage.entered == stage.went_on + stage.dropped + stage.still_open for stage in found.stages().stages)
    return Figure(
        name=f"map of the demo read ({events:,} events), warm",
        ours_s=seconds,
        goal=f"{MAP_S:g} s",
        equal=equal,
        met=equal and seconds < MAP_S,
    )


def showing(shop: Path) -> Iterator[Figure]:
    """The map page of a server that runs: the first time it is asked for, and after that."""
    with served(shop) as address:
        begun = perf_counter()
        first = fetched(address)
        cold = perf_counter() - begun
        warm = repeated(lambda: fetched(address), 7)
    equal = b"<svg" in first
    for name, seconds in (("page of the demo, first time", cold), ("page of the demo, after that", warm)):
        yield Figure(name=name, ours_s=seconds, goal=f"{PAGE_S:g} s", equal=equal, met=equal and seconds < PAGE_S)


@contextmanager
def served(shop: Path) -> Iterator[str]:
    """The address of a server of this shop, as soon as it tells it."""
    command = [*PERIPLO, "serve", str(shop), "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))) + "/"
    finally:
        process.terminate()
        process.wait()


def fetched(address: str) -> bytes:
    with urlopen(address, timeout=60) as answer:
        return bytes(answer.read())
