"""Seeds, sizes and faults."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from periplo.errors import UsageError
from periplo.language import tell
from periplo.simulator import simulate

FILES = ("events.jsonl.zst", "truth.json", "truth_customers.parquet", "truth_stages.parquet", "shop.toml")


def written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    simulate(150, 70, 3, tmp_path / "one")
    simulate(150, 70, 3, tmp_path / "two")
    assert written(tmp_path / "one") == written(tmp_path / "two")


def test_another_seed_makes_other_customers(tmp_path: Path) -> None:
    one, two = (simulate(150, 30, seed, tmp_path / str(seed)) for seed in (3, 4))
    assert Path(one.file).read_bytes() != Path(two.file).read_bytes()


@pytest.mark.parametrize(("customers", "days"), [(1, 1), (1, 200), (40, 1), (2, 3)])
def test_small_shops_are_honest(tmp_path: Path, customers: int, days: int) -> None:
    report = simulate(customers, days, 11, tmp_path)
    assert report.customers == customers
    assert 0 < report.events < 300 * customers
    assert report.ratios["cart_abandonment"] is None or 0 <= report.ratios["cart_abandonment"] <= 1
    assert all(incident.affected <= customers for incident in report.incidents)


def test_a_short_window_holds_only_the_incidents_that_lie_in_it(tmp_path: Path) -> None:
    assert simulate(5, 20, 1, tmp_path).incidents == []
    assert [i.name for i in simulate(5, 40, 1, tmp_path).incidents] == ["slow_weekend_replies", "late_carrier"]


@pytest.mark.parametrize(("customers", "days", "seed"), [(0, 10, 1), (-1, 10, 1), (10, 0, 1), (10, 10, -1)])
def test_sizes_that_make_no_shop_are_refused(tmp_path: Path, customers: int, days: int, seed: int) -> None:
    with pytest.raises(UsageError) as caught:
        simulate(customers, days, seed, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    said = tell(caught.value, "es")
    assert said["what"].startswith(("Una tienda simulada", "La semilla"))
    assert said["fix"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(UsageError, match="is a file"):
        simulate(1, 1, 1, tmp_path / "file")


def test_the_settings_say_that_the_shop_is_simulated(tmp_path: Path) -> None:
    report = simulate(1, 1, 1, tmp_path)
    assert tomllib.loads(Path(report.settings).read_text("utf-8")) == {
        "name": "Casa Azahar",
        "currency": "EUR",
        "time_zone": "Europe/Madrid",
        "country": "ES",
        "simulated": True,
    }


def test_progress_goes_up_to_the_whole(tmp_path: Path) -> None:
    shares: list[float] = []
    simulate(5, 5, 1, tmp_path, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
