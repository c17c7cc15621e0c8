"""The stages that questions use by default are those of the retail map: one definition, two places to read it."""

from pathlib import Path

import pytest

from periplo.maps import MapDefinition
from periplo.simulator import simulate
from periplo.workspace import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder: Path = tmp_path_factory.mktemp("stages")
    made = simulate(300, 60, 5, folder / "simulated")
    shop = Shop.create(folder / "shop", settings_file=made.settings)
    shop.import_files([made.file], preset="segment")
    return shop


def test_default_stages_are_those_of_the_retail_map(shop: Shop) -> None:
    definition = MapDefinition.load("retail")
    of_map = shop.journeys().stages(definition.stages)
    of_words = shop.journeys().stages()
    assert of_words.rows() == of_map.rows()
    assert all(stage.entered > 0 for stage in of_words.stages)
