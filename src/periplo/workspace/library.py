"""Journeys for a notebook: of a shop, or straight from a file."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa

from periplo.analysis import Journeys
from periplo.errors import UnreadableFile, UsageError
from periplo.workspace.engine import quiet
from periplo.workspace.filters import Filters
from periplo.workspace.shop import Shop

ALL = Filters()


def open(path: Path | str) -> Shop:
    """The shop in a folder. Raises ``NotAShop``."""
    return Shop.open(path)


def read(
    files: Path | str | Sequence[Path | str],
    *,
    preset: str | None = None,
    mapping: Path | None = None,
    customer: str | None = None,
    time: str | None = None,
    event: str | None = None,
    channel: str | None = None,
    revenue: str | None = None,
    currency: str | None = None,
    zone: str = "UTC",
    filters: Filters = ALL,
) -> Journeys:
    """The journeys in a file, without a shop.

    With ``customer``, ``time`` and ``event`` (names of columns) every row of the one file is an event, and all other
    columns are properties; ``channel`` and ``revenue`` name columns too. Without them the files are read exactly as
    an import reads them, into a shop that lasts as long as the process.

    Raises ``UnreadableFile``, ``WrongPreset``, ``MissingColumn``, ``UsageError``.
    """
    paths = [files] if isinstance(files, str | Path) else list(files)
    if customer and time and event and len(paths) == 1:
        from periplo.analysis.reading import from_table  # with all that reads times

        found = from_table(
            _table(Path(paths[0])),
            customer=customer,
            time=time,
            event=event,
            channel=channel,
            revenue=revenue,
            currency=currency,
            zone=zone,
        )
        return filters.apply(found)
    if customer or time or event:
        raise UsageError(
            "The columns customer, time and event belong together, for one file.",
            fix="Give all three, or none to read the file as an import would.",
        )
    return _for_this_process(paths, preset, mapping).journeys(filters)


def _for_this_process(paths: Sequence[Path | str], preset: str | None, mapping: Path | None) -> Shop:
    """A shop in a temporary folder, which goes when the process ends: its columns are loaded when first asked for."""
    folder = mkdtemp(prefix="periplo-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shop = Shop.create(Path(folder) / Path(paths[0]).name.split(".")[0])
    shop.import_files(paths, preset=preset, mapping=mapping)
    return shop


def _table(path: Path) -> pa.Table:
    import duckdb

    if not path.is_file():
        raise UnreadableFile("There is no file {path}.", fix="Check its name and folder.", path=path)
    try:
        connection = duckdb.connect()
        quiet(connection)
        return connection.sql("from '{}'".format(str(path).replace("'", "''"))).to_arrow_table()
    except duckdb.Error as error:
        raise UnreadableFile(
            "{path} cannot be read as a table.",
            why=str(error).splitlines()[0].replace("{", "(").replace("}", ")"),
            fix="Use Parquet, CSV or JSON lines, or leave out the columns to read it as an import would.",
            path=path,
        ) from error
