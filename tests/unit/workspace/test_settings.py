"""``periplo.toml``: usual values, clear refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from periplo.errors import BadSettings, UnknownName
from periplo.privacy import Privacy, SourcePolicy
from periplo.workspace import Settings, Shop


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
        ('[privacy]\nip = "half"', "privacy.*'half'.*ip"),
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
