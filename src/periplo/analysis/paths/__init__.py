"""Paths: what follows what in journeys (SEMANTICS 5)."""
