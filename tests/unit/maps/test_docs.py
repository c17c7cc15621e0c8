"""The reference says all that a map file may say, and what the guide shows works."""

from __future__ import annotations

import re
from textwrap import dedent

import msgspec
import pytest

from periplo.maps import SUFFIXES, MapDefinition, templates
from periplo.maps.model import COMPUTED, WRITTEN, Journey, Lane, Persona, Settings, Stage
from support import ROOT

REFERENCE = (ROOT / "docs/reference/maps.md").read_text("utf-8")
GUIDE = (ROOT / "docs/howto/map.md").read_text("utf-8")


@pytest.mark.parametrize("part", [Journey, Stage, Persona, Settings, Lane])
def test_every_field_is_documented(part: type[msgspec.Struct]) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(part)]
    assert [name for name in names if f"| `{name}` |" not in REFERENCE] == []


def test_every_lane_template_and_ending_is_documented() -> None:
    assert [name for name in (*COMPUTED, *WRITTEN, *templates(), *SUFFIXES) if f"`{name}`" not in REFERENCE] == []
    assert [name for name in COMPUTED if f"| `{name}` |" not in REFERENCE] == []


def test_the_maps_of_the_guide_can_be_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)
    assert len(blocks) == 3
    made = MapDefinition.parse("\n".join(["title: Guide", *(dedent(block.rstrip()) for block in blocks)]))
    assert [name for name, _ in made.stages] == ["trial", "purchase"]
    assert made.persona is not None
