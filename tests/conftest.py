"""Makes ``tests/support.py`` importable from every test folder as ``support``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
