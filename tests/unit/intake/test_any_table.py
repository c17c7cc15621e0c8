"""Tables made of plausible columns and implausible values: refused or read, never a crash, nothing lost."""

from __future__ import annotations

import csv
import random
from contextlib import suppress
from pathlib import Path

import pytest

from intake_reading import read_all
from periplo.errors import PeriploError
from periplo.intake import replay
from periplo.intake.mappings.mapping import names, sources
from periplo.intake.mappings.preset_files import preset_mappings
from periplo.intake.mappings.synonyms import synonyms

CELLS = (
    *("", "1", "2.5", "-3", "1.234,5", "12.0", "0", "-0", "1e400", "NaN", "NULL", "999999999999999999", "C12"),
    *("2024-01-01", "2024-05-01 10:00:00", "31/12/2024", "12/31/2024", "2024-13-45", "1704103200", "May 5, 2024"),
    *("view", "purchase", "a@x.es", "600111222", "EUR", "€", "ñ", 'q"q', "a,b", "a\nb", "\0", "https://x.es/a?gclid=1"),
)


def header(rng: random.Random) -> list[str]:
    if rng.random() < 0.5:
        return [rng.choice(known) for known in rng.choices(list(synonyms().values()), k=rng.randint(1, 9))]
    mapping = rng.choice([mapping for mapping in preset_mappings() if not mapping.skip])
    more = [value.column for _, value in sources(mapping) if value.column and rng.random() < 0.6]
    return list(dict.fromkeys(rng.choice(names(column)) for column in [*mapping.signature, *more]))


@pytest.mark.parametrize("seed", range(40))
def test_any_table_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    columns = header(rng)
    pools = [rng.sample(CELLS, rng.randint(1, 6)) for _ in columns]
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        rows = [[rng.choice(pool) for pool in pools] for _ in range(rng.randint(0, 12))]
        csv.writer(file, delimiter=rng.choice(",;\t")).writerows([columns, *rows])
    with suppress(PeriploError):
        found = read_all(path)
        told = [reject.tell("es") for reject in found.rejects]
        again = list(replay(found.rejects, preset=found.intake.preset, mapping=found.intake.mapping_text))
        assert sum(batch.rows for batch in again) == len(told)
