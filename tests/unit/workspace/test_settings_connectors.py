"""Connectors in ``periplo.toml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from periplo.connectors import Connector
from periplo.errors import BadSettings
from periplo.workspace import Settings


def test_what_is_written_of_connectors_is_read_again(tmp_path: Path) -> None:
    mine = Settings(name="x", connectors={"my shop": Connector(kind="shopify", secret="s", channel="app")})
    (tmp_path / "periplo.toml").write_text(mine.as_toml(), "utf-8")
    assert Settings.read(tmp_path / "periplo.toml", "x") == mine


@pytest.mark.parametrize(
    "text", ['[connectors.a]\nkind = "shopfy"\nsecret = "x"', '[connectors.a]\nkind = "ses"', "connectors = 3"]
)
def test_one_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "periplo.toml").write_text(text, "utf-8")
    with pytest.raises(BadSettings, match="connectors"):
        Settings.read(tmp_path / "periplo.toml", "x")
