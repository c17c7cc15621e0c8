"""Retention: who comes back, and when (SEMANTICS 6)."""
