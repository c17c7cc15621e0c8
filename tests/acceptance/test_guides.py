"""The Python in the README and the guides runs as it stands, on real data, and prints what it says it prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from support import DATA, ROOT, data_file

GUIDES = [ROOT / "README.md", ROOT / "README.es.md", *sorted((ROOT / "docs" / "start").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n?```text\n(.*?)^```\n)?", re.M | re.S)


@pytest.mark.data
@pytest.mark.parametrize("guide", GUIDES, ids=lambda p: p.name)
def test_the_python_in_a_guide_runs(guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_file("uci_online_retail.parquet")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code, printed in BLOCK.findall(guide.read_text("utf-8")):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code.replace("../shared/data", str(DATA)), guide.name, "exec"), names)
        if printed:
            assert out.getvalue().strip() == printed.strip()
