"""``periplo.toml``: usual values, clear refusals."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from periplo.errors import BadSettings, UnknownName
from periplo.privacy import Privacy, SourcePolicy
from periplo.workspace import Settings, Shop
from periplo.workspace.settings import Setting, all_settings
from support import ROOT


def settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "periplo.toml"
    file.write_text(text, "utf-8")
    return Settings.read(file, "Folder")


def test_every_setting_has_a_usual_value(tmp_path: Path) -> None:
    assert settings(tmp_path, "") == Settings(name="Folder")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    mine = Settings(name='Casa "Ñu"', currency="MXN", time_zone="America/Mexico_City", country="MX", simulated=True)
    assert settings(tmp_path, mine.as_toml()) == mine


def test_what_is_written_of_privacy_is_read_again(tmp_path: Path) -> None:
    rules = Privacy(ip="drop", sources={'my "web"': SourcePolicy(denied="drop")})
    mine = Settings(name="x", privacy=rules)
    assert mine.as_toml().count("[privacy") == 2
    assert "[privacy" not in Settings(name="x").as_toml()
    assert settings(tmp_path, mine.as_toml()) == mine


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currency = EUR", "TOML says"),
        ('currency = "EURO"', "currency code.*Did you mean “EUR”"),
        ('currency = "eur"', "Did you mean “EUR”"),
        ('time_zone = "Europe/Madird"', "Did you mean “Europe/Madrid”"),
        ('country = "Spain"', "country code"),
        ("simulated = 1", "true or false"),
        ("name = 7", "text in quotes"),
        ('name = ""', "text in quotes"),
        ('[privacy]\nip = "half"', "privacy.ip.*half.*one of: drop, keep, truncate"),
        ('[privacy]\nip = "truncated"', "Did you mean “truncate”"),
        ("server = 1", "table"),
        ("[server]\nport = 70000", "whole number from 0 to 65535"),
        ('[server]\nport = "8765"', "whole number"),
        ("[server]\ngrace_s = true", "whole number"),
        ("[collect]\nmost_request_kb = 499", "collect.most_request_kb cannot be 499.*from 500 to 4096"),
        ("[collect]\nmost_request_kb = 5000", "whole number from 500 to 4096"),
        ('[collect]\nmost_request_kb = "x"', "whole number from 500 to 4096"),
        ('[server]\ntrusted_proxies = "10.0.0.1"', "in brackets"),
        ('[server]\ntrusted_proxies = ["proxy"]', "address of a proxy"),
        ('[logs]\nlevel = "warn"', "Did you mean “warning”"),
        ("privacy = 1", "privacy"),
        ('[privacy.sources.web]\ndenid = "drop"', "denid"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_what_to_write(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSettings, match=message):
        settings(tmp_path, text)


def test_an_unknown_setting_proposes_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="“time_zone”"):
        settings(tmp_path, 'timezone = "UTC"')


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "periplo.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(BadSettings):
        Settings.read(tmp_path / "periplo.toml", "x")


def test_a_shop_takes_its_name_from_its_folder_and_its_settings_from_a_file(tmp_path: Path) -> None:
    assert Shop.open(tmp_path / "casa", create=True).settings.name == "casa"
    mine = tmp_path / "mine.toml"
    mine.write_text('# ours\nname = "Ours"\nsimulated = true\n', "utf-8")
    shop = Shop.create(tmp_path / "other", settings_file=mine)
    assert (shop.settings.name, shop.settings.simulated) == ("Ours", True)
    assert (shop.path / "periplo.toml").read_text("utf-8").startswith("# ours")


def in_environment(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    file = tmp_path / "periplo.toml"
    file.write_text(text, "utf-8")
    return Settings.read(file, "Folder", environment)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    found = in_environment(
        tmp_path,
        'currency = "EUR"\n[server]\nport = 1\nhost = "::1"',
        PERIPLO_CURRENCY="MXN",
        PERIPLO_SERVER_PORT="9000",
        PERIPLO_SERVER_TRUSTED_PROXIES="10.0.0.7, 10.1.0.0/16",
        PERIPLO_PRIVACY_REFUSE_ERASED="no",
        PERIPLO_LOGS_FORMAT="json",
    )
    assert (found.currency, found.server.port, found.server.host) == ("MXN", 9000, "::1")
    assert found.server.trusted_proxies == ["10.0.0.7", "10.1.0.0/16"]
    assert (found.privacy.refuse_erased, found.logs.format) == (False, "json")


def test_a_secret_is_read_from_the_file_that_the_environment_names(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://shop:secret@db/shop\n", "utf-8")
    found = in_environment(tmp_path, PERIPLO_DATABASE_FILE=str(secret))
    assert found.database == "postgresql://shop:secret@db/shop"
    with pytest.raises(BadSettings, match="both set"):
        in_environment(tmp_path, PERIPLO_DATABASE_FILE=str(secret), PERIPLO_DATABASE="")
    with pytest.raises(BadSettings, match="cannot be read"):
        in_environment(tmp_path, PERIPLO_DATABASE_FILE=str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PERIPLO_SERVER_PORT", "many", "PERIPLO_SERVER_PORT cannot be .*whole number"),
        ("PERIPLO_SERVER_PORT", "²", "whole number"),
        ("PERIPLO_COLLECT_MOST_REQUEST_KB", "4097", "from 500 to 4096"),
        ("PERIPLO_SIMULATED", "perhaps", "true or false"),
        ("PERIPLO_COUNTRY", "EP", "country code"),
        ("PERIPLO_SERVER_PROT", "9000", "Did you mean “PERIPLO_SERVER_PORT”"),
        ("PERIPLO_DATABSE", "x", "Did you mean “PERIPLO_DATABASE”"),
        ("PERIPLO_LOGS_COLOUR", "x", "no setting named"),
    ],
)
def test_what_the_environment_says_is_checked_too(tmp_path: Path, name: str, value: str, message: str) -> None:
    with pytest.raises((BadSettings, UnknownName), match=message):
        in_environment(tmp_path, **{name: value})


def test_the_environment_of_others_is_left_alone(tmp_path: Path) -> None:
    others = {"PERIPLO_PORT": "tcp://10.0.0.1:80", "PERIPLO_LANG": "es", "PERIPLO_DEBUG": "1", "PERIPLO_DATA": "/data"}
    assert in_environment(tmp_path, **others, SERVER_PORT="x") == Settings(name="Folder")


def test_an_opened_shop_is_told_by_the_environment_and_its_file_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERIPLO_NAME", "Elsewhere")
    with Shop.open(tmp_path / "casa", create=True) as shop:
        assert shop.settings.name == "Elsewhere"
        assert 'name = "casa"' in (shop.path / "periplo.toml").read_text("utf-8")
    monkeypatch.delenv("PERIPLO_NAME")
    assert Shop.open(tmp_path / "casa").settings.name == "casa"


def test_every_setting_stands_in_the_reference() -> None:
    """``PERIPLO_WRITE_DOCS=1`` writes the tables anew."""
    page = ROOT / "docs" / "reference" / "settings.md"
    text = written = page.read_text("utf-8")
    declared = list(all_settings(Settings))
    for section in dict.fromkeys(setting.section for setting in declared):
        rows = [row(setting) for setting in declared if setting.section == section]
        table = "| setting | in the environment | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows)
        mark = section or "shop"
        written = re.sub(
            rf"<!-- {mark} -->\n.*?<!-- end -->",
            lambda _, m=mark, t=table: f"<!-- {m} -->\n{t}\n<!-- end -->",
            written,
            flags=re.S,
        )
        assert f"<!-- {mark} -->" in text, f"the page has no place for [{section}]"
    assert all(setting.meaning for setting in declared)
    if os.environ.get("PERIPLO_WRITE_DOCS"):
        page.write_text(written, "utf-8")
    else:
        assert text == written


def row(setting: Setting) -> str:
    usual = {
        "name": "the folder's name",
        "database": "none",
        "privacy.sources": "none",
        "plan.sources": "none",
        "drops": "none",
        "connectors": "none",
    }.get(setting.path)
    variable = f"`{setting.variable}`" if setting.variable else ""
    return f"| `{setting.name}` | {variable} | {usual or f'`{json.dumps(setting.default)}`'} | {setting.meaning} |"
