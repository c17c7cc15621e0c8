"""The key figures (SEMANTICS 9), each with its measure beside its words."""

from periplo.analysis.kpi import buyers, contacts, orders, service, visits

SPECS = (*visits.FIGURES, *orders.FIGURES, *buyers.FIGURES, *contacts.FIGURES, *service.FIGURES)
"""All key figures, in the order they are shown."""
