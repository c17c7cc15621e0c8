"""A simulated shop for the demo and for tests: seeded customers, their events, and the truth beside them."""

from periplo.simulator.report import IncidentTruth, SimulationReport
from periplo.simulator.run import simulate

__all__ = ["IncidentTruth", "SimulationReport", "simulate"]
