"""Attribution: who gets the credit for conversions (SEMANTICS 7).

``journeys.attribution()`` reads it off events; ``of_paths`` takes a table of paths that are already counted.
"""

from periplo.analysis.attribution.models import Model
from periplo.analysis.attribution.paths import of_paths
from periplo.analysis.attribution.result import Attributed, Attribution, Credit, Credits, Earned

__all__ = ["Attributed", "Attribution", "Credit", "Credits", "Earned", "Model", "of_paths"]
