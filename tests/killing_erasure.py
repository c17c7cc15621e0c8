"""Erasures and exports killed at chosen points, each in a process of its own, then run again: a script of the test.

    python killing_erasure.py SHOP FOLDER [SERVER]

Writes one JSON line per trial: the point, whether the process died there, what of the person was found after the shop
was opened again (of an export: what is missing in the second one), and whether all other answers are those of an
undisturbed run. SERVER: the data folder of a PostgreSQL server whose database ``postgres`` the shop's tables lie in,
at the URL in PERIPLO_DATABASE; each trial has a copy of it.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

from killing import in_child, killed_at_call, killed_at_name, warm_up
from periplo.workspace import Shop, write_export
from searching import found_in
from support_erasing import PERSON, SECRETS, answers
from support_shop import message, write_messages

Point = tuple[str, str, str]

NAMED: dict[str, Point] = {
    "noted, nothing done": ("return", "erasures.py", "begin"),
    "archive rewritten": ("return", "lake.py", "erase"),
    "identity forgot, not committed": ("return", "erasing.py", "forget"),
    "identity forgot": ("return", "erasing.py", "_forget"),
    "refused rows gone": ("return", "quarantine.py", "erase"),
    "old files removed": ("return", "lake.py", "scrub"),
    "databases compacted": ("return", "database.py", "compact"),
    "noted as done": ("return", "erasures.py", "note"),
    "told": ("return", "recording.py", "record"),
}
NAMED_IN_POSTGRES: dict[str, Point] = {
    "some tables written anew": ("call", "forgetting.py", "rewrite"),
    "write-ahead log not overwritten": ("call", "forgetting.py", "overwrite_log"),
}
RANDOM_CALLS, RANDOM_CALLS_IN_POSTGRES = 4, 2
EXPORTS: dict[str, Point] = {
    "known, not written": ("return", "exporting.py", "exported"),
    "a file of it written": ("return", "exporting.py", "_put"),
}


def erasing(folder: Path, profile: Any) -> Callable[[], int]:
    def work() -> int:
        with Shop.open(folder) as shop:
            number = shop.customer_number(PERSON)
            sys.setprofile(profile)
            shop.erase_person(number)
            sys.setprofile(None)
        return getattr(profile, "calls", 0)

    return work


def opened_again(folder: Path, beside: list[Path]) -> Callable[[], dict[str, Any]]:
    """What is left once the shop was opened, and, where the erasure had not begun, erased."""

    def work() -> dict[str, Any]:
        with Shop.open(folder) as shop:
            if not shop.erasures():
                shop.erase_person(shop.customer_number(PERSON))
        left = {one for place in (folder, *beside) for one in found_in(place, SECRETS)}
        with Shop.open(folder) as shop:
            healthy = all(finding.level != "error" for finding in shop.doctor())
            told = [one.events for one in shop.erasures()], (folder / "privacy" / "erasing.json").exists()
            return {"left": sorted(left), "answers": [answers(shop), told, healthy]}

    return work


def exporting(folder: Path, target: Path, profile: Any) -> Callable[[], dict[str, Any]]:
    """All of a person's files; what is missing in them, and that nothing of an export before it lies beside them."""

    def work() -> dict[str, Any]:
        with Shop.open(folder) as shop:
            number = shop.customer_number(PERSON)
            sys.setprofile(profile)
            write_export(shop.export_person(number), target)
            sys.setprofile(None)
        files = {file.name: file.stat().st_size for file in target.iterdir() if file.name != "about.json"}
        return {"left": sorted(set(SECRETS) - found_in(target, SECRETS).keys()), "answers": files}

    return work


@contextmanager
def copied(shop: Path, to: Path, server: Path | None) -> Iterator[list[Path]]:
    """A copy of the shop and of its database; gives the folders in which the copy of the database lies."""
    copytree(shop, to)
    if server is None:
        yield []
        return
    import psycopg

    name, url = f"trial_{to.name.replace('-', '_').replace(',', '')}", os.environ["PERIPLO_DATABASE"]
    with psycopg.connect(url.replace("/postgres?", "/template1?"), autocommit=True) as connection:
        # Not by way of the write-ahead log: what the trial should not find would be in it.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE postgres STRATEGY file_copy")  # type: ignore[arg-type]
        [(oid,)] = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", [name]).fetchall()
        os.environ["PERIPLO_DATABASE"] = url.replace("/postgres?", f"/{name}?")
        try:
            yield [*(one for one in server.iterdir() if one.name != "base"), server / "base" / str(oid)]
        finally:
            os.environ["PERIPLO_DATABASE"] = url
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
            rmtree(to)


def noticed(server: Path | None) -> None:
    """The server sees that a killed process is gone only when it next speaks to it."""
    if server is None:
        return
    import psycopg

    with psycopg.connect(os.environ["PERIPLO_DATABASE"], autocommit=True) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while connection.execute(others).fetchone() != (0,):
            time.sleep(0.01)


def main(shop: Path, folder: Path, server: Path | None = None) -> None:
    warm_up(write_messages(folder / "one.jsonl", [message(1)]))
    answer, target = folder / "answer.json", folder / "hers"

    def erased(name: str, profile: Any) -> tuple[bool, Any, Any]:
        place = folder / name.replace(" ", "-")
        with copied(shop, place, server) as beside:
            killed = in_child(erasing(place, profile), answer)
            calls = None if killed else json.loads(answer.read_text("utf-8"))
            noticed(server)
            in_child(opened_again(place, beside), answer)
        return killed, calls, json.loads(answer.read_text("utf-8"))

    def exported(name: str, profile: Any) -> tuple[bool, Any, Any]:
        killed = in_child(exporting(shop, target, profile), answer)
        if killed:
            in_child(exporting(shop, target, None), answer)
        rmtree(target)
        return killed, None, json.loads(answer.read_text("utf-8"))

    _, _, handed_over = exported("undisturbed", killed_at_call(-1))
    for name, point in EXPORTS.items():
        tell(name, exported(name, killed_at_name(point)), handed_over)
    _, calls, undisturbed = erased("undisturbed", killed_at_call(-1))
    for name, profile in trials(calls, server):
        tell(name, erased(name, profile), undisturbed)


def tell(name: str, trial: tuple[bool, Any, Any], undisturbed: Any) -> None:
    killed, _, after = trial
    equal = after["answers"] == undisturbed["answers"]
    print(json.dumps({"point": name, "killed": killed, "left": after["left"], "equal": equal}), flush=True)


def trials(calls: int, server: Path | None) -> Iterator[tuple[str, Any]]:
    named = NAMED_IN_POSTGRES if server else NAMED
    most = RANDOM_CALLS_IN_POSTGRES if server else RANDOM_CALLS
    yield from ((name, killed_at_name(point)) for name, point in named.items())
    for call in sorted(random.Random(3).sample(range(1, calls), most)):
        yield f"call {call} of {calls}", killed_at_call(call)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
