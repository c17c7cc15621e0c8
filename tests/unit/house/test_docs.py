"""What people can use stands in the documentation: commands, options, errors, settings; links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer.main

import periplo.errors
from periplo.analysis import Journeys, questions
from periplo.cli.main import app
from support import ROOT

QUESTIONS = questions(Journeys)
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands() -> Iterator[tuple[str, click.Command]]:
    """All but the questions, whose options are those of their pages, tested there."""
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        if name.replace("-", "_") in QUESTIONS:
            continue
        if inner is None:
            yield name, command
        else:
            yield from ((f"{name} {sub}", part) for sub, part in inner.items())


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda x: x if isinstance(x, str) else "")
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    text = (ROOT / "docs/reference/cli.md").read_text("utf-8")
    section = re.search(rf"^## `periplo {name}`\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, f"docs/reference/cli.md has no section for periplo {name}"
    for param in command.params:
        for option in param.opts if param.param_type_name == "option" else []:
            assert f"`{option}" in section[1], f"periplo {name} {option} is not documented"


def test_every_error_code_is_documented() -> None:
    text = (ROOT / "docs/reference/errors.md").read_text("utf-8")
    kinds = [k for k in vars(periplo.errors).values() if isinstance(k, type) and issubclass(k, Exception)]
    for kind in kinds:
        row = f"| `{kind.code}` | {kind.exit_code} | {kind.http_status} |"  # type: ignore[attr-defined]
        assert row in text


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_both_readmes_say_the_same() -> None:
    """The same headings, links and commands; pictures and names of files are in their own language."""
    english, spanish = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.es.md"))
    for part in (
        r"^#+ ",
        r"\]\((docs/(?!images)[^)]+|https?:[^)]+)\)",
        r"^(make .+|\.venv/\S+ \w+)",
        r"^```\w*$",
        r"`(make \w+|PERIPLO_\w+)",
    ):
        assert sorted(re.findall(part, english, re.M)) == sorted(re.findall(part, spanish, re.M)), part


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_docs_speak_of_the_project_only(path: Path) -> None:
    assert not re.search(r"/work/|/root/|pypi\.org|registry\.npmjs", path.read_text("utf-8"))
