"""Every text of the pages stands in both languages, also those that are not written out in a call."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment

import periplo.server
from periplo.access import ACTIONS
from periplo.language.catalogue import spanish
from periplo.server.faults import FAULTS, NAMED
from periplo.server.naming import FLOW
from periplo.server.pages.audit import ALSO
from periplo.server.pages.map import FILES, PERIOD_LABELS
from periplo.server.pages.quarantine import STAGES
from periplo.server.pages.roles import PERMISSION_LABELS, ROLE_LABELS

TEMPLATES = Path(periplo.server.__file__).parent / "templates"
CALL = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')""")


@pytest.mark.parametrize("path", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_templates_speak_both_languages(path: Path) -> None:
    texts = [double or single for double, single in CALL.findall(path.read_text("utf-8"))]
    assert [text for text in texts if text not in spanish()] == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_templates_say_nothing_outside_the_catalogue(path: Path) -> None:
    source = path.read_text("utf-8")
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", source, flags=re.S)
    words = set(re.findall(r"[^\W\d_]{2,}", bare))
    assert words <= {"Periplo", "API", "api", "openapi", "json"}
    Environment(autoescape=True).parse(source)


def test_listed_texts_speak_both_languages() -> None:
    faults = [part for fault in (*FAULTS.values(), *NAMED) for part in fault[1:] if part]
    listed = [*faults, *FILES.values(), *PERIOD_LABELS.values(), *FLOW.values()]
    listed += [*ACTIONS.values(), *ALSO.values(), *STAGES.values(), *ROLE_LABELS.values(), *PERMISSION_LABELS.values()]
    assert [text for text in listed if text not in spanish()] == []
