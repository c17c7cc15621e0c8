"""The key figures (SEMANTICS 9), each with its measure beside its words."""

from periplo.analysis.kpi import buyers, contacts, orders, service, surveys, visits
from periplo.analysis.kpi.opening import USUAL, Opening
from periplo.analysis.kpi.spec import Spec
from periplo.analysis.kpi.surveys import Scoring


def specs(opening: Opening, hours: str, scoring: Scoring) -> tuple[Spec, ...]:
    """All key figures in the order they are shown, in these opening hours, answers scored so."""
    return (
        *visits.FIGURES,
        *orders.FIGURES,
        *buyers.FIGURES,
        *contacts.FIGURES,
        *service.figures(opening, hours),
        *surveys.figures(scoring),
    )


SPECS = specs(Opening.of((), 0, 0, "UTC"), USUAL, "top")
"""All key figures as they are by default."""
