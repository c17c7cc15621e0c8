"""DuckDB writes nothing of its own to stdout, where the command line prints its one JSON object."""

from pathlib import Path

from periplo.workspace.engine import engine


def test_no_progress_bar_however_long_a_query_takes(tmp_path: Path) -> None:
    with engine(tmp_path) as connection:
        assert connection.execute("select current_setting('enable_progress_bar')").fetchall() == [(False,)]
