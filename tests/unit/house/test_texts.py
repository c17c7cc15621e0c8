"""Every text a user can see stands in both languages."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import periplo.errors
from periplo.language.catalogue import spanish
from support import ROOT

SOURCE = ROOT / "src" / "periplo"
ERRORS = {
    name
    for name, kind in vars(periplo.errors).items()
    if isinstance(kind, type) and issubclass(kind, periplo.errors.PeriploError) and name != "UnknownName"
}


def texts_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in {"t", "Definition", "help_text", "Help", "question"} and node.args:
            yield from literals(node.args[0])
        if name in ERRORS:
            shown = [*node.args, *(kw.value for kw in node.keywords if kw.arg in {"why", "fix"})]
            for argument in shown:
                yield from literals(argument)


def literals(node: ast.expr) -> Iterator[str]:
    """The texts an expression can be: a literal, or either branch of a conditional."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_every_text_has_its_spanish(path: Path) -> None:
    missing = [text for text in texts_of(path) if text not in spanish()]
    assert not missing


def test_spanish_keeps_the_values() -> None:
    for english, text in spanish().items():
        fields = set(re.findall(r"\{(\w*)", english)), set(re.findall(r"\{(\w*)", text))
        assert fields[0] == fields[1], english


def test_a_text_stands_in_one_catalogue() -> None:
    files = sorted((SOURCE / "language" / "es").glob("*.yaml"))
    texts = [text for file in files for text in YAML(typ="safe").load(file.read_text("utf-8"))]
    assert not [text for text, times in Counter(texts).items() if times > 1]


ALWAYS_MANY = {
    "This batch has {n} events.",
    "The newest {n} events",
    "Events of each of the last {n} days",
    "The tag is {n} times on the page; one is enough, and different keys count visits twice.",
    "One visit sent {n} page views of the same page: something tracks it twice.",
}
COUNTED = re.compile(r"\{(n|rows|events|customers|persons|orders|files|lines|days|rejects|others)\} (\w+ )?\w+s\b")


def test_what_is_counted_has_a_word_for_one() -> None:
    assert {text for text in spanish() if COUNTED.search(text)} == ALWAYS_MANY
