"""Random journeys and predicates, and an evaluation of predicates written once more, plainly and slowly."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
