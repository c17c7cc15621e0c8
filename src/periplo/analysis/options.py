"""Options that several questions take, with their help."""

from __future__ import annotations

from typing import Annotated

from periplo.analysis.asking import Help
from periplo.analysis.basis import Step

By = Annotated[
    str | None,
    Help("Split by a property: channel, device, country, …; by day, week or month; or by segment."),
]
Within = Annotated[str, Help("The longest a journey may take: 7d, 12h, 30min.")]
Steps = Annotated[Step, Help("An event name or a predicate; once per step.", singular="step")]
