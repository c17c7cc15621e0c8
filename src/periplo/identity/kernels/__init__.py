"""Compiled inner loops of identity."""
