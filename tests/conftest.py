"""Makes ``tests/support.py`` importable from every test folder as ``support``; property tests repeat exactly."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# A kernel compiles in its first example, so a deadline would fail on a fresh machine only.
settings.register_profile("periplo", deadline=None, derandomize=True)
settings.load_profile("periplo")
