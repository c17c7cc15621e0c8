"""Funnels: how many customers went from step to step (SEMANTICS 4)."""
