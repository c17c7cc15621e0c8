"""A shop whose making was killed is finished when it is next opened."""

from pathlib import Path

from periplo.workspace import Shop


def test_killed_while_the_archive_was_made(tmp_path: Path) -> None:
    (tmp_path / "shop" / "lake" / "events" / "_delta_log").mkdir(parents=True)
    (tmp_path / "shop" / "periplo.toml").write_text('name = "Gifts"\n', "utf-8")
    with Shop.open(tmp_path / "shop") as shop:
        assert shop.journeys().columns.events == 0
        assert [finding.level for finding in shop.doctor() if finding.level == "error"] == []
